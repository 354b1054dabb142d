//! What a user says of itself, and the end of its account.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use macros::guarded;

use super::desk::Desk;
use super::erasure::{self, Erasure};
use super::object::User;
use super::store;
use crate::access::directive;
use crate::base::error::{Error, Result, UserError};
use crate::base::locale::Locale;
use crate::base::text;
use crate::people::session;

/// What is to change. What is left out stays.
#[derive(InputObject)]
pub struct UpdateProfileInput {
    /// What others see. 1 to 200 characters.
    pub name: Option<String>,
    /// The language of mail to you.
    pub locale: Option<Locale>,
}

/// The person as others see it now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct UpdateProfilePayload {
    /// The person; null if nothing was changed.
    pub user: Option<User>,
    /// Why nothing was.
    pub user_errors: Vec<UserError>,
}

/// Whether the account is erased.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct EraseAccountPayload {
    /// True if the account is no more.
    pub erased: bool,
    /// Why it is still there.
    pub user_errors: Vec<UserError>,
}

/// Mutations of what a user is.
#[derive(Default)]
pub struct ProfileMutation;

#[guarded]
#[Object]
impl ProfileMutation {
    /// Changes your name, or the language of mail to you.
    #[authenticated]
    async fn update_profile(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is to change.")] input: UpdateProfileInput,
    ) -> Result<Option<UpdateProfilePayload>> {
        let Desk { request, .. } = Desk::of(context)?;
        let refused = |error| Ok(Some(UpdateProfilePayload { user: None, user_errors: vec![error] }));
        let Some(person) = request.person()? else { return refused(UserError::for_people_only()) };
        let name = match input.name.as_deref().map(|typed| text::name("name", typed)).transpose() {
            Ok(name) => name,
            Err(error) => return refused(error),
        };
        request.write(async |tx| Ok(store::set_profile(tx, person.id, name, input.locale).await?)).await?;
        let name = store::load(request.db(), person.id).await?.name;
        Ok(Some(UpdateProfilePayload { user: Some(User { id: person.id, name }), user_errors: Vec::new() }))
    }

    /// Erases your account for ever, with all that names you. Organisations of which you are the only member are closed.
    /// Refused while you are the last owner of others: hand them on or close them first. Asks for a fresh proof of who
    /// you are (`confirmIdentity`).
    #[authenticated]
    async fn erase_account(&self, context: &Context<'_>) -> Result<Option<EraseAccountPayload>> {
        let desk = Desk::of(context)?;
        let refused = |error| Ok(Some(EraseAccountPayload { erased: false, user_errors: vec![error] }));
        let Some(person) = desk.request.person()? else { return refused(UserError::for_people_only()) };
        if let Some(error) = session::unconfirmed(context)? {
            return refused(error);
        }
        let erased = desk
            .request
            .write(async |tx| {
                erasure::erase(tx, desk.request, desk.random, desk.config, "eraseAccount", person.id).await
            })
            .await?;
        match erased {
            Erasure::Done => Ok(Some(EraseAccountPayload { erased: true, user_errors: Vec::new() })),
            Erasure::LastOwner(names) => refused(erasure::last_owner(&names)),
            Erasure::NotThere => Err(Error::sign_in()),
        }
    }
}
