//! How long a log is kept.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use macros::guarded;
use serde_json::json;

use super::event::Event;
use super::rules::SHORTEST_DAYS;
use super::{retention, store};
use crate::access::{Permission, directive};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id;
use crate::base::random::Random;
use crate::graphql::request::{Request, service};
use crate::organisation::{self, Organisation};
use crate::people::session::unconfirmed;

/// How long to keep a log.
#[derive(InputObject)]
pub struct SetAuditRetentionInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// Days for which events are kept, 90 to 36500; null keeps them for ever.
    pub days: Option<i32>,
}

/// How long the log is kept now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct SetAuditRetentionPayload {
    /// The organisation; null if nothing was changed.
    pub organisation: Option<Organisation>,
    /// Why nothing was changed.
    pub user_errors: Vec<UserError>,
}

/// Mutations of the audit log itself.
#[derive(Default)]
pub struct AuditMutation;

#[guarded]
#[Object]
impl AuditMutation {
    /// Sets for how many days the audit log of an organisation is kept. Older events are removed for good; those that
    /// stay can be verified as before. Asks for a fresh `confirmIdentity`.
    #[acts(AUDIT_MANAGE)]
    async fn set_audit_retention(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How long to keep a log.")] input: SetAuditRetentionInput,
    ) -> Result<Option<SetAuditRetentionPayload>> {
        let request = Request::of(context)?;
        let id = id::Type::Organisation.parse(&input.organisation_id)?;
        request.access.act(id, Permission::AuditManage).await?;
        let refused = |error| Ok(Some(SetAuditRetentionPayload { organisation: None, user_errors: vec![error] }));
        if let Some(error) = unconfirmed(context)? {
            return refused(error);
        }
        if input.days.is_some_and(|days| !(SHORTEST_DAYS..=36_500).contains(&days)) {
            let message = format!("A log is kept for {SHORTEST_DAYS} to 36500 days, or for ever: give null.");
            return refused(UserError::at("days", UserErrorCode::InvalidInput, message));
        }
        let random = service::<Random>(context)?;
        let act = Event::done("setAuditRetention", id, Some(Permission::AuditManage)).to(id::Type::Organisation.id(id));
        request
            .write(async |tx| {
                let before = retention::store::set_retention(tx, id, input.days).await?;
                let act = act.changing(json!({ "days": before }), json!({ "days": input.days }));
                Ok(store::record(&request.work(tx), act).await?)
            })
            .await?;
        let organisation = organisation::store::find(&request.access, id).await?;
        Ok(Some(SetAuditRetentionPayload { organisation, user_errors: Vec::new() }))
    }
}
