//! Proving that an address is one's own, by a link that was mailed there.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use macros::guarded;

use super::desk::{Desk, gone};
use super::link::{self, Kind};
use super::throttle::{self, MailKind};
use super::{letters, recipient, store};
use crate::access::directive;
use crate::base::error::{Result, UserError, UserErrorCode};

/// The link that was mailed.
#[derive(InputObject)]
pub struct VerifyAddressInput {
    /// What stands behind `token=` in the link.
    pub token: String,
}

/// Whether the address is proved.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct VerifyAddressPayload {
    /// True if the link was good: the address is proved now.
    pub verified: bool,
    /// Why it is not.
    pub user_errors: Vec<UserError>,
}

/// Whether a mail is on its way.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct ResendVerificationPayload {
    /// True if a mail with a new link was sent.
    pub sent: bool,
    /// Why none was.
    pub user_errors: Vec<UserError>,
}

/// Mutations that prove an address.
#[derive(Default)]
pub struct VerificationMutation;

#[guarded]
#[Object]
impl VerificationMutation {
    /// Proves an address by the link that was mailed there. The link is good for 48 hours and for one use.
    #[public]
    async fn verify_address(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The link that was mailed.")] input: VerifyAddressInput,
    ) -> Result<Option<VerifyAddressPayload>> {
        let Desk { request, now, .. } = Desk::of(context)?;
        let verified = request
            .write(async |tx| {
                let Some(link) = link::store::take(tx, Kind::Verify, &input.token, now).await? else {
                    return Ok(None);
                };
                let user = store::lock(tx, link.user_id).await?;
                let Some(user) = user.filter(|user| Some(&user.email) == link.address.as_ref()) else {
                    return Ok(None);
                };
                store::verify(tx, user.id, now).await?;
                Ok(Some(user.id))
            })
            .await?;
        Ok(Some(match verified {
            Some(user) => {
                tracing::info!(%user, "address verified");
                VerifyAddressPayload { verified: true, user_errors: Vec::new() }
            }
            None => VerifyAddressPayload { verified: false, user_errors: vec![link::invalid()] },
        }))
    }

    /// Mails you another link to prove your address; the ones before no longer work. A few times an hour.
    #[authenticated]
    async fn resend_verification(&self, context: &Context<'_>) -> Result<Option<ResendVerificationPayload>> {
        let desk = Desk::of(context)?;
        let refused = |error| Ok(Some(ResendVerificationPayload { sent: false, user_errors: vec![error] }));
        let Some(person) = desk.request.person()? else { return refused(UserError::for_people_only()) };
        let sent = desk
            .request
            .write(async |tx| {
                let user = store::lock(tx, person.id).await?.ok_or_else(gone)?;
                if user.email_verified_at.is_some() {
                    let message = "Your address is confirmed already.";
                    return Ok(Err(UserError::general(UserErrorCode::StaleState, message)));
                }
                if !throttle::may_mail(tx, MailKind::Verify, &user.email, desk.now).await? {
                    return Ok(Err(throttle::too_many_mails()));
                }
                let secret = link::store::issue(tx, desk.random, user.id, Kind::Verify, &user.email, desk.now).await?;
                desk.mail(tx, recipient(&user), letters::verify(user.locale.into(), desk.config, &secret)).await?;
                Ok(Ok(()))
            })
            .await?;
        match sent {
            Ok(()) => Ok(Some(ResendVerificationPayload { sent: true, user_errors: Vec::new() })),
            Err(error) => refused(error),
        }
    }
}
