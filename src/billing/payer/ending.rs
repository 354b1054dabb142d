//! A request is taken back, and what was agreed is ended by either side.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::payer::{Model, State};
use macros::guarded;
use sea_orm::DatabaseTransaction;
use sea_orm::prelude::Date;
use uuid::Uuid;

use super::agreeing::{described, lock_both, name};
use super::letters::{self, tell};
use super::object::PayerAgreement;
use super::rules::{self, Moment};
use super::store;
use crate::access::{Decision, Permission, directive, told};
use crate::base::error::{Error, Result, UserError};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::graphql::request::{Request, service};
use crate::organisation;
use crate::oversight::audit::{self, Event};

/// The request to take back.
#[derive(InputObject)]
pub struct WithdrawPayerRequestInput {
    /// Id of the request, from `Organisation.payerRequests`.
    pub agreement_id: ID,
}

/// The agreement to end.
#[derive(InputObject)]
pub struct EndPayerInput {
    /// Id of the agreement.
    pub agreement_id: ID,
    /// First day on which it no longer holds (UTC): today or later. Without it, today.
    pub on: Option<Date>,
}

/// The request as it is now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct WithdrawPayerRequestPayload {
    /// The request; null if it was not taken back.
    pub agreement: Option<PayerAgreement>,
    /// Why it was not.
    pub user_errors: Vec<UserError>,
}

/// The agreement as it is now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct EndPayerPayload {
    /// The agreement; null if it was not ended.
    pub agreement: Option<PayerAgreement>,
    /// Why it was not.
    pub user_errors: Vec<UserError>,
}

/// Mutations that take back and end.
#[derive(Default)]
pub struct PayerEndMutation;

#[guarded]
#[Object]
impl PayerEndMutation {
    /// Takes a request back that waits for the payer. That is possible in a suspended organisation as well.
    #[acts(BILLING_UPDATE)]
    async fn withdraw_payer_request(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The request to take back.")] input: WithdrawPayerRequestInput,
    ) -> Result<Option<WithdrawPayerRequestPayload>> {
        let request = Request::of(context)?;
        let id = Type::PayerAgreement.parse(&input.agreement_id)?;
        let row = store::find_by_id(request.db(), id).await?.ok_or(Error::NotFound)?;
        let at = row.organisation_id;
        reads_and_updates(request.access.look(at).await?.as_ref())?;
        let (random, moment) = (service::<Random>(context)?, Moment::of(context)?);
        let withdrawn = request
            .write(async |tx| {
                crate::access::lock(tx, at).await?;
                reads_and_updates(Some(&request.access.look_in(tx, at).await?))?;
                let before = store::load(tx, id).await?.ok_or(Error::NotFound)?;
                if let Err(error) = rules::waits(&before, moment) {
                    return Ok(Err(error));
                }
                let row = Model { state: State::Withdrawn, ..before.clone() };
                store::save(tx, &row).await?;
                let act = Event::done("withdrawPayerRequest", at, Some(Permission::BillingUpdate));
                let act = act.to(input.agreement_id.clone()).changing(described(&before), described(&row));
                audit::record(&request.work(tx), act).await?;
                Ok(Ok(()))
            })
            .await?;
        if let Err(error) = withdrawn {
            return Ok(Some(WithdrawPayerRequestPayload { agreement: None, user_errors: told(context, error) }));
        }
        let agreement = store::find(request, id, moment).await?;
        Ok(Some(WithdrawPayerRequestPayload { agreement, user_errors: Vec::new() }))
    }

    /// Ends an agreement, from a day on: from then, the organisation pays for itself, unless another payer is agreed. Either
    /// side can do it, in a suspended organisation as well, and the other is told. What was issued to the payer stays.
    #[acts(BILLING_UPDATE, BILLING_UPDATE at PAYER)]
    async fn end_payer(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The agreement to end.")] input: EndPayerInput,
    ) -> Result<Option<EndPayerPayload>> {
        let request = Request::of(context)?;
        let id = Type::PayerAgreement.parse(&input.agreement_id)?;
        let row = store::find_by_id(request.db(), id).await?.ok_or(Error::NotFound)?;
        let sides = [row.organisation_id, store::payer_or_nobody(&row)];
        let seen = [request.access.look(sides[0]).await?, store::look_at_payer(request, &row).await?];
        at_either(&seen)?;
        let (random, moment) = (service::<Random>(context)?, Moment::of(context)?);
        let on = input.on.unwrap_or_else(|| moment.today());
        // What is not agreed takes no more statements where it has a payer than where nobody has the code.
        if let Err(error) = rules::may_end(&row, on, moment) {
            return Ok(Some(EndPayerPayload { agreement: None, user_errors: told(context, error) }));
        }
        let ending = Ending { request, random, moment, id, sides, on };
        if let Err(error) = request.write(async |tx| ending.end(tx).await).await? {
            return Ok(Some(EndPayerPayload { agreement: None, user_errors: told(context, error) }));
        }
        let agreement = store::find(request, id, moment).await?;
        Ok(Some(EndPayerPayload { agreement, user_errors: Vec::new() }))
    }
}

/// Refuses who may not act there; for who does not even read its billing, there is no such agreement.
fn reads_and_updates(seen: Option<&Decision>) -> Result<()> {
    let seen = seen.filter(|seen| seen.grants.has(Permission::BillingRead)).ok_or(Error::NotFound)?;
    seen.require(Permission::BillingUpdate)
}

/// The same where either side suffices: named is the first at which the agreement is there.
fn at_either(sides: &[Option<Decision>; 2]) -> Result<()> {
    let [organisation, payer] = sides.each_ref().map(|seen| reads_and_updates(seen.as_ref()));
    match (organisation, payer) {
        (Ok(()), _) | (_, Ok(())) => Ok(()),
        (Err(Error::NotFound), Err(refusal)) | (Err(refusal), _) => Err(refusal),
    }
}

/// An agreement that somebody wants to end, before it is known whether it holds.
#[derive(Clone, Copy)]
struct Ending<'a> {
    request: &'a Request,
    random: &'a Random,
    moment: Moment,
    id: Uuid,
    sides: [Uuid; 2],
    on: Date,
}

impl Ending<'_> {
    async fn end(self, tx: &DatabaseTransaction) -> Result<Result<(), UserError>> {
        let Self { request, random, moment, id, sides: [at, payer], on } = self;
        lock_both(tx, at, payer).await?;
        let seen = [request.access.look_in(tx, at).await?, request.access.look_in(tx, payer).await?];
        at_either(&seen.clone().map(Some))?;
        let before = store::load(tx, id).await?.ok_or(Error::NotFound)?;
        if let Err(error) = rules::may_end(&before, on, moment) {
            return Ok(Err(error));
        }
        store::end(tx, id, before.starts_on, on).await?;
        let after = store::load(tx, id).await?.ok_or(Error::NotFound)?;
        for place in [at, payer] {
            let act = Event::done("endPayer", place, Some(Permission::BillingUpdate)).to(Type::PayerAgreement.id(id));
            audit::record(&request.work(tx), act.changing(described(&before), described(&after))).await?;
        }
        let by = name(request);
        let [organisation, payer_row] = seen.map(|seen| seen.row);
        tell(tx, request, random, &[at, payer], |locale| {
            letters::ended(locale, &organisation.name, &payer_row.name, &by, on)
        })
        .await?;
        Ok(Ok(()))
    }
}
