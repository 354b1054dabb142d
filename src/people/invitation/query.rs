//! The root field that shows an invitation to the holder of its link.

use async_graphql::Context;
use macros::guarded;

use super::object::{InvitationPreview, InvitationStep};
use super::store;
use crate::access::Card;
use crate::base::error::{Error, Result};
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;
use crate::people::user;

/// The root field that shows an invitation to the holder of its link.
#[derive(Default)]
pub struct InvitationQuery;

#[guarded]
impl InvitationQuery {
    /// The invitation that the link from a mail opens. A link that is unknown, used, replaced or expired is not found.
    #[public]
    async fn invitation(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The secret in the link.")] token: String,
    ) -> Result<Option<InvitationPreview>> {
        let request = Request::of(context)?;
        let invited = store::find_open(request, &token).await?.ok_or(Error::NotFound)?;
        let row = &invited.row;
        let decision = request.access.look(row.organisation_id).await?.ok_or(Error::NotFound)?;
        let Card { id, name, kind } = decision.card();
        let account = user::store::find_by_address(request.db().reader(), &row.email).await?;
        Ok(Some(InvitationPreview {
            organisation: OrganisationCard { id, name, kind },
            invited_by: invited.inviter.clone(),
            roles: invited.roles.iter().map(|held| held.role.name().to_owned()).collect(),
            email: row.email.clone(),
            expires_at: row.expires_at,
            membership_expires_at: row.membership_expires_at,
            next: match account {
                None => InvitationStep::SignUp,
                Some(account) if account.email_verified_at.is_some() => InvitationStep::SignIn,
                Some(_) => InvitationStep::SetPassword,
            },
        }))
    }
}
