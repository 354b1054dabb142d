//! Changing one's own name and language.

use async_graphql::InputObject;
use macros::{mutation, payload};

use super::object::User;
use super::store;
use crate::base::error::Result;
use crate::base::locale::Locale;
use crate::base::text;
use crate::graphql::act::Act;

/// The changes to your profile. What is left out stays.
#[derive(InputObject)]
pub struct UpdateProfileInput {
    /// The name that others see: 1 to 200 characters.
    pub name: Option<String>,
    /// The language in which you get mail.
    pub locale: Option<Locale>,
}

/// The changed person.
#[payload]
pub struct UpdateProfilePayload {
    /// The person as others see them; null if nothing was changed.
    pub user: Option<User>,
}

/// Changes your name, or the language in which you get mail.
#[mutation]
#[authenticated]
async fn update_profile(act: Act<'_>, input: UpdateProfileInput) -> Result<UpdateProfilePayload> {
    let request = act.request;
    let person = request.require_person()?;
    let name = input.name.as_deref().map(|typed| text::name("name", typed)).transpose()?;
    request.transaction(async |work| Ok(store::set_profile(work.tx, person.id, name, input.locale).await?)).await?;
    let name = store::load(request.db(), person.id).await?.name;
    Ok(UpdateProfilePayload { user: Some(User { id: person.id, name }), ..Default::default() })
}
