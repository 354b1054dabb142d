//! The payer accepts or declines.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use entity::payer::{Model, State};
use macros::guarded;
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use super::agreeing::{Refused, agree, at_payer, described, lock_both, name, person};
use super::letters::{self, tell};
use super::object::PayerAgreement;
use super::rules::{self, Moment};
use super::store;
use crate::access::{Decision, Permission, directive, told};
use crate::base::error::{Error, Result, UserError};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::graphql::request::{Request, service};
use crate::oversight::audit::{self, Event};

/// The request to accept.
#[derive(InputObject)]
pub struct AcceptPayerInput {
    /// Id of the request, from `Organisation.requestsToPay`.
    pub agreement_id: ID,
}

/// The request to decline.
#[derive(InputObject)]
pub struct DeclinePayerInput {
    /// Id of the request, from `Organisation.requestsToPay`.
    pub agreement_id: ID,
}

/// What was agreed.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct AcceptPayerPayload {
    /// The agreement; null if there is none.
    pub agreement: Option<PayerAgreement>,
    /// Why there is none.
    pub user_errors: Vec<UserError>,
}

/// The request as it is now.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct DeclinePayerPayload {
    /// The request; null if it was not declined.
    pub agreement: Option<PayerAgreement>,
    /// Why it was not.
    pub user_errors: Vec<UserError>,
}

/// Mutations of those who are asked to pay.
#[derive(Default)]
pub struct PayerAnswerMutation;

#[guarded]
#[Object]
impl PayerAnswerMutation {
    /// Consents to pay the invoices of an organisation that are issued from the day on that it names, or from today if that
    /// is over. Its payer before pays until then. Who has asked is told. Refused, with the path, where you would pay for
    /// yourselves through others on any day.
    #[acts(BILLING_UPDATE at PAYER)]
    async fn accept_payer(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The request to accept.")] input: AcceptPayerInput,
    ) -> Result<Option<AcceptPayerPayload>> {
        let answering = Answering::of(context, &input.agreement_id).await?;
        let request = answering.request;
        if let Err(refused) = request.write(async |tx| answering.accept(tx).await).await? {
            let error = refused.told(request).await?;
            return Ok(Some(AcceptPayerPayload { agreement: None, user_errors: told(context, error) }));
        }
        let agreement = store::find(request, answering.id, answering.moment).await?;
        Ok(Some(AcceptPayerPayload { agreement, user_errors: Vec::new() }))
    }

    /// Declines to pay for an organisation. Who has asked is told.
    #[acts(BILLING_UPDATE at PAYER)]
    async fn decline_payer(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The request to decline.")] input: DeclinePayerInput,
    ) -> Result<Option<DeclinePayerPayload>> {
        let answering = Answering::of(context, &input.agreement_id).await?;
        let request = answering.request;
        if let Err(error) = request.write(async |tx| answering.decline(tx).await).await? {
            return Ok(Some(DeclinePayerPayload { agreement: None, user_errors: told(context, error) }));
        }
        let agreement = store::find(request, answering.id, answering.moment).await?;
        Ok(Some(DeclinePayerPayload { agreement, user_errors: Vec::new() }))
    }
}

/// A request that somebody of the payer wants to answer, before it is known whether it waits.
#[derive(Clone, Copy)]
struct Answering<'a> {
    id: Uuid,
    organisation: Uuid,
    payer: Uuid,
    request: &'a Request,
    random: &'a Random,
    moment: Moment,
}

type Written<T> = Result<T>;

impl<'a> Answering<'a> {
    async fn of(context: &Context<'a>, id: &ID) -> Result<Self> {
        let request = Request::of(context)?;
        let id = Type::PayerAgreement.parse(id)?;
        let row = store::find_by_id(request.db(), id).await?.ok_or(Error::NotFound)?;
        let payer = store::payer_or_nobody(&row);
        at_payer(store::look_at_payer(request, &row).await?.as_ref())?;
        let (random, moment) = (service::<Random>(context)?, Moment::of(context)?);
        Ok(Self { id, organisation: row.organisation_id, payer, request, random, moment })
    }

    /// Locks both sides and looks anew at who acts.
    async fn begin(self, tx: &DatabaseTransaction) -> Written<(Model, Decision)> {
        lock_both(tx, self.organisation, self.payer).await?;
        let payer = self.request.access.look_in(tx, self.payer).await?;
        at_payer(Some(&payer))?;
        Ok((store::load(tx, self.id).await?.ok_or(Error::NotFound)?, payer))
    }

    async fn accept(self, tx: &DatabaseTransaction) -> Written<Result<(), Refused>> {
        let Self { request, random, moment, .. } = self;
        let (before, payer) = self.begin(tx).await?;
        let organisation = request.access.look_in(tx, self.organisation).await?.row;
        if let Err(error) = rules::waits(&before, moment).and_then(|()| rules::both_work(&organisation, &payer.row)) {
            return Ok(Err(error.into()));
        }
        let agreed = match agree(tx, request, &before, moment).await? {
            Ok(agreed) => agreed,
            Err(refused) => return Ok(Err(refused)),
        };
        store::save(tx, &agreed.row).await?;
        self.record(tx, "acceptPayer", &before, &agreed.row).await?;
        let (by, day) = (name(request), agreed.row.starts_on);
        tell(tx, request, random, &[self.organisation, self.payer], |locale| {
            letters::agreed(locale, &organisation.name, &payer.row.name, &by, day)
        })
        .await?;
        letters::tell_replaced(tx, request, random, &organisation.name, &agreed.replaced).await?;
        Ok(Ok(()))
    }

    async fn decline(self, tx: &DatabaseTransaction) -> Written<Result<(), UserError>> {
        let Self { request, random, moment, .. } = self;
        let (before, payer) = self.begin(tx).await?;
        if let Err(error) = rules::waits(&before, moment) {
            return Ok(Err(error));
        }
        let row = Model {
            state: State::Declined,
            answered_by_id: person(request),
            answered_at: Some(moment.now),
            ..before.clone()
        };
        store::save(tx, &row).await?;
        self.record(tx, "declinePayer", &before, &row).await?;
        let organisation = request.access.look_in(tx, self.organisation).await?.row;
        tell(tx, request, random, &[self.organisation], |locale| {
            letters::declined(locale, &organisation.name, &payer.row.name)
        })
        .await?;
        Ok(Ok(()))
    }

    /// In the logs of both sides.
    async fn record(self, tx: &DatabaseTransaction, action: &str, before: &Model, after: &Model) -> Written<()> {
        for at in [self.organisation, self.payer] {
            let act = Event::done(action, at, Some(Permission::BillingUpdate)).to(Type::PayerAgreement.id(self.id));
            let act = act.changing(described(before), described(after));
            audit::record(&self.request.work(tx), act).await?;
        }
        Ok(())
    }
}
