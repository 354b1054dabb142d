//! Taking a reseller out of the programme.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::organisation::Kind;
use entity::partnership::EndedBy;
use macros::guarded;
use sea_orm::ActiveEnum;
use serde_json::json;

use super::desk::no_reseller;
use super::{letters, store};
use crate::access::{Permission, directive, told};
use crate::base::error::{Result, UserError};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::base::text;
use crate::graphql::request::{Request, service};
use crate::organisation::{self, Organisation};
use crate::oversight::audit::{self, Event};
use crate::partners::partnership::ending::{described, end};
use crate::partners::partnership::store as partnerships;
use crate::people::membership::mail_admins;

/// Partnerships that end by one request at most.
const AT_ONCE: u64 = 100;

/// The reseller to take out of the programme.
#[derive(InputObject)]
pub struct WithdrawResellerInput {
    /// The reseller's organisation.
    pub organisation_id: ID,
    /// Why, for its people. 1 to 1,000 characters.
    pub reason: String,
}

/// How far that has come.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct WithdrawResellerPayload {
    /// The organisation; null if nothing was done.
    pub organisation: Option<Organisation>,
    /// How many partnerships were ended now: 100 at most.
    pub ended: i32,
    /// Whether it is done: the organisation is no reseller any more. If not, it has more clients: send the same again.
    pub done: bool,
    /// Why nothing was done.
    pub user_errors: Vec<UserError>,
}

/// The mutation that takes a reseller out of the programme.
#[derive(Default)]
pub struct ResellerWithdrawalMutation;

#[guarded]
#[Object]
impl ResellerWithdrawalMutation {
    /// Takes a reseller out of the programme: its partnerships with clients end, 100 by each request, and with the last it
    /// is again what it was before. All who lead it and its clients are told.
    #[acts(RESELLER_MANAGE)]
    async fn withdraw_reseller(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The reseller to take out of the programme.")] input: WithdrawResellerInput,
    ) -> Result<Option<WithdrawResellerPayload>> {
        let request = Request::of(context)?;
        let refused = |error| {
            let user_errors = told(context, error);
            Ok(Some(WithdrawResellerPayload { user_errors, ..WithdrawResellerPayload::default() }))
        };
        let key = Type::Organisation.parse(&input.organisation_id)?;
        request.access.act(key, Permission::ResellerManage).await?;
        let reason = match text::reason("reason", &input.reason) {
            Ok(reason) => reason,
            Err(error) => return refused(error),
        };
        let (random, now) = (service::<Random>(context)?, request.now());
        let action = "withdrawReseller";
        let done = request
            .write(async |tx| {
                partnerships::lock_graph(tx).await?;
                let at =
                    organisation::store::lock_to_act(tx, &request.access, key, Permission::ResellerManage).await?.row;
                if at.kind != Kind::Reseller {
                    return Ok(Err(no_reseller()));
                }
                let some = partnerships::alive_of(tx, key, AT_ONCE + 1).await?;
                let is_last = some.len() as u64 <= AT_ONCE;
                let mut ended = 0;
                for row in some.iter().take(usize::try_from(AT_ONCE).unwrap_or_default()) {
                    crate::access::lock(tx, row.client_id).await?;
                    // Its log says by which way this was done.
                    request.access.look_in(tx, row.client_id).await?;
                    end(tx, request, random, row, EndedBy::Operator, action).await?;
                    let (before, after) = described(row);
                    let act = Event::done(action, row.client_id, Some(Permission::ResellerManage));
                    let act = act.to(Type::Partnership.id(row.id)).changing(before, after);
                    audit::record(&request.work(tx), act).await?;
                    ended += 1;
                }
                let mut kind = at.kind;
                if is_last {
                    let programme = store::load_programme(tx, key).await?;
                    kind = programme.map_or(Kind::Company, |programme| programme.kind_before);
                    store::remove_programme(tx, key).await?;
                    store::set_kind(tx, key, kind).await?;
                    mail_admins(&request.work(tx), key, |locale| letters::withdrawn(locale, &at.name, &reason)).await?;
                }
                let act = Event::done(action, key, Some(Permission::ResellerManage)).to(input.organisation_id.clone());
                let after = json!({ "kind": kind.to_value(), "ended": ended, "reason": reason });
                audit::record(&request.work(tx), act.changing(json!({ "kind": at.kind.to_value() }), after)).await?;
                Ok(Ok((ended, is_last)))
            })
            .await?;
        let (ended, done) = match done {
            Ok(done) => done,
            Err(error) => return refused(error),
        };
        let organisation = organisation::store::find(&request.access, key).await?;
        Ok(Some(WithdrawResellerPayload { organisation, ended, done, user_errors: Vec::new() }))
    }
}
