//! Giving a client another number in the reseller's own books.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use macros::guarded;
use serde_json::json;

use super::store;
use crate::access::{Permission, directive, told};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::base::text;
use crate::graphql::request::{Request, service};
use crate::organisation;
use crate::oversight::audit::{self, Event};
use crate::partners::partnership::{self, Partnership};

/// Another number of a client.
#[derive(InputObject)]
pub struct SetClientReferenceInput {
    /// The partnership with the client.
    pub partnership_id: ID,
    /// The number, up to 100 characters; null for none. No two clients of a reseller have the same.
    pub reference: Option<String>,
}

/// The client as it is now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct SetClientReferencePayload {
    /// The partnership with the client; null if nothing was changed.
    pub partnership: Option<Partnership>,
    /// Why nothing was changed.
    pub user_errors: Vec<UserError>,
}

/// The mutation of numbers of clients.
#[derive(Default)]
pub struct ClientReferenceMutation;

#[guarded]
#[Object]
impl ClientReferenceMutation {
    /// Gives a client another number, by which the reseller knows it in its own books. The client does not see it. The
    /// permission is needed at the reseller of the partnership.
    #[acts(CLIENT_UPDATE)]
    async fn set_client_reference(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Another number of a client.")] input: SetClientReferenceInput,
    ) -> Result<Option<SetClientReferencePayload>> {
        let request = Request::of(context)?;
        let refused =
            |error| Ok(Some(SetClientReferencePayload { partnership: None, user_errors: told(context, error) }));
        let key = Type::Partnership.parse(&input.partnership_id)?;
        let found = partnership::store::find(request, key).await?.ok_or(Error::NotFound)?;
        found.reseller_seen().require(Permission::ClientUpdate)?;
        let at = found.reseller_seen().row.id;
        let reference = match input.reference.as_deref().map(|typed| text::reference("reference", typed)).transpose() {
            Ok(reference) => reference,
            Err(error) => return refused(error),
        };
        let random = service::<Random>(context)?;
        let done = request
            .write(async |tx| {
                organisation::store::lock_to_act(tx, &request.access, at, Permission::ClientUpdate).await?;
                let Some(row) = partnership::store::load(tx, key).await? else { return Err(Error::NotFound.into()) };
                if row.state == entity::partnership::State::Ended {
                    let message = "The partnership was ended: this is no client any more.";
                    return Ok(Err(UserError::at("partnershipId", UserErrorCode::StaleState, message)));
                }
                if row.reference == reference {
                    return Ok(Ok(()));
                }
                if let Some(reference) = &reference
                    && let Some(name) = store::references(tx, at, &[reference]).await?.remove(reference)
                {
                    return Ok(Err(taken(&name)));
                }
                store::set_reference(tx, key, reference.clone()).await?;
                let act = Event::done("setClientReference", at, Some(Permission::ClientUpdate));
                let act = act.to(input.partnership_id.clone());
                let act = act.changing(json!({ "reference": row.reference }), json!({ "reference": reference }));
                audit::record(&request.work(tx), act).await?;
                Ok(Ok(()))
            })
            .await?;
        if let Err(error) = done {
            return refused(error);
        }
        let partnership = partnership::store::find(request, key).await?;
        Ok(Some(SetClientReferencePayload { partnership, user_errors: Vec::new() }))
    }
}

/// For a number that the client of this name has.
pub fn taken(name: &str) -> UserError {
    UserError::at("reference", UserErrorCode::Duplicate, format!("{name} has this number already."))
}
