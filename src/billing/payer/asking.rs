//! Asking for a payer.

use async_graphql::{Context, ID, InputObject, Object, OneofObject, SimpleObject};
use chrono::TimeDelta;
use entity::payer::{Model, State};
use macros::guarded;
use sea_orm::DatabaseTransaction;
use sea_orm::prelude::Date;
use serde_json::Value as Json;
use uuid::Uuid;

use super::agreeing::{Refused, agree, described, lock_both, name, pays_already, person};
use super::letters::{self, tell};
use super::object::PayerAgreement;
use super::rules::{self, Moment};
use super::{chain, store};
use crate::access::{Permission, directive, told};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::graphql::request::{Request, service};
use crate::organisation::{self, halted};
use crate::oversight::audit::{self, Event};
use crate::people::session;

/// Who is to pay: one of both.
#[derive(OneofObject)]
pub enum PayerChoice {
    /// Id of an organisation that you can see.
    OrganisationId(ID),
    /// The code of any organisation, which its own people know. Whether there is one with the code you learn when it
    /// answers.
    Code(String),
}

/// The payer to ask for.
#[derive(InputObject)]
pub struct RequestPayerInput {
    /// Id of the organisation that is to be paid for.
    pub organisation_id: ID,
    /// Who is to pay.
    pub payer: PayerChoice,
    /// First day on which it pays (UTC): today or later. Accepted after that day, it begins on the day of the acceptance.
    pub starts_on: Date,
}

/// The request that was made.
#[derive(Default, SimpleObject)]
#[graphql(directive = directive::public::apply())]
pub struct RequestPayerPayload {
    /// The request, or the agreement at once where no consent is left to give; null if it was not made.
    pub agreement: Option<PayerAgreement>,
    /// Why it was not made.
    pub user_errors: Vec<UserError>,
}

/// Mutations of those who are paid for.
#[derive(Default)]
pub struct PayerMutation;

#[guarded]
#[Object]
impl PayerMutation {
    /// Asks another organisation to pay the invoices of this one, from a day on. It is told by mail and has 90 days, or what
    /// the server is set to, to answer; if you hold `billing:update` there too, it has consented at once. The payer before
    /// pays until that day, and one that is agreed for later takes over then. Asking again for what waits gives the request
    /// that waits. Invoices that were issued stay as they are.
    #[acts(BILLING_UPDATE)]
    async fn request_payer(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The payer to ask for.")] input: RequestPayerInput,
    ) -> Result<Option<RequestPayerPayload>> {
        let request = Request::of(context)?;
        let refused = |error| Ok(Some(RequestPayerPayload { agreement: None, user_errors: told(context, error) }));
        let key = Type::Organisation.parse(&input.organisation_id)?;
        request.access.act(key, Permission::BillingUpdate).await?;
        let moment = Moment::of(context)?;
        let sought = match seek(request, key, input.payer).await? {
            Ok(sought) => sought,
            Err(error) => return refused(error),
        };
        let wrong =
            session::unproved(request).or_else(|| rules::day("startsOn", input.starts_on, moment.today()).err());
        if let Some(error) = wrong {
            return refused(error);
        }
        let random = service::<Random>(context)?;
        let row = Model {
            id: random.id(moment.now),
            organisation_id: key,
            payer_id: sought.payer,
            sought_code: sought.code,
            state: State::Proposed,
            starts_on: input.starts_on,
            ends_on: None,
            requested_by_id: person(request),
            answered_by_id: None,
            answered_at: None,
            created_at: moment.now,
        };
        let may_consent = store::look_at_payer(request, &row).await?;
        let may_consent = may_consent.is_some_and(|seen| seen.grants.has(Permission::BillingUpdate));
        let asking = Asking { request, random, moment, row: &row };
        let made =
            request.write(async |tx| if may_consent { asking.consenting(tx).await } else { asking.alone(tx).await });
        let id = match made.await? {
            Ok(id) => id,
            Err(error) => return refused(error.told(request).await?),
        };
        let agreement = store::find(request, id, moment).await?;
        Ok(Some(RequestPayerPayload { agreement, user_errors: Vec::new() }))
    }
}

/// Who is sought.
struct Sought {
    /// Who it is, as far as is known.
    payer: Option<Uuid>,
    /// By which code.
    code: Option<String>,
}

async fn seek(request: &Request, key: Uuid, choice: PayerChoice) -> Result<Result<Sought, UserError>> {
    match choice {
        PayerChoice::OrganisationId(id) => {
            let payer = Type::Organisation.parse(&id)?;
            organisation::store::find(&request.access, payer).await?.ok_or(Error::NotFound)?;
            if payer == key {
                let message = "An organisation pays for itself where nobody else does. End what is agreed: endPayer.";
                return Ok(Err(UserError::at("payer", UserErrorCode::InvalidInput, message)));
            }
            Ok(Ok(Sought { payer: Some(payer), code: None }))
        }
        PayerChoice::Code(typed) => {
            let code = match rules::code(&typed) {
                Ok(code) => code,
                Err(error) => return Ok(Err(error)),
            };
            // Its own code finds nobody else, which nobody is told either.
            let payer = store::find_by_code(request.db(), &code).await?.filter(|found| *found != key);
            Ok(Ok(Sought { payer, code: Some(code) }))
        }
    }
}

/// A request that is about to be made.
#[derive(Clone, Copy)]
struct Asking<'a> {
    request: &'a Request,
    random: &'a Random,
    moment: Moment,
    row: &'a Model,
}

/// The key of what was made or found, or why nothing was made.
type Made = Result<Result<Uuid, Refused>>;

impl Asking<'_> {
    /// By somebody who acts for the organisation alone: the payer has to answer. It takes the same statements whoever the
    /// payer is, and if there is none.
    async fn alone(self, tx: &DatabaseTransaction) -> Made {
        crate::access::lock(tx, self.row.organisation_id).await?;
        self.propose(tx).await
    }

    /// By somebody who acts for both: consent is given with the request.
    async fn consenting(self, tx: &DatabaseTransaction) -> Made {
        let Self { request, random, moment, row } = self;
        let payer = row.payer_id.ok_or(Error::NotFound)?;
        lock_both(tx, row.organisation_id, payer).await?;
        let at_payer = request.access.look_in(tx, payer).await?;
        if !at_payer.grants.has(Permission::BillingUpdate) {
            return self.propose(tx).await;
        }
        let seen = request.access.look_in(tx, row.organisation_id).await?;
        seen.require(Permission::BillingUpdate)?;
        if let Err(error) = rules::both_work(&seen.row, &at_payer.row) {
            return Ok(Err(error.into()));
        }
        if let Some(error) = self.too_many(tx).await? {
            return Ok(Err(error.into()));
        }
        let agreed = match agree(tx, request, row, moment).await? {
            Ok(agreed) => agreed,
            Err(refused) => return Ok(Err(refused)),
        };
        store::create(tx, agreed.row.clone()).await?;
        for at in [row.organisation_id, payer] {
            let act =
                Event::done("requestPayer", at, Some(Permission::BillingUpdate)).to(Type::PayerAgreement.id(row.id));
            audit::record(&request.work(tx), act.changing(Json::Null, described(&agreed.row))).await?;
        }
        let (by, day) = (name(request), agreed.row.starts_on);
        tell(tx, request, random, &[row.organisation_id, payer], |locale| {
            letters::agreed(locale, &seen.row.name, &at_payer.row.name, &by, day)
        })
        .await?;
        letters::tell_replaced(tx, request, random, &seen.row.name, &agreed.replaced).await?;
        Ok(Ok(row.id))
    }

    /// What is wrong where enough were asked for in a day, whether consent came with it or not.
    async fn too_many(self, tx: &DatabaseTransaction) -> Result<Option<UserError>> {
        let since = self.moment.now - TimeDelta::days(1);
        if store::asked_since(tx, self.row, since).await? < rules::A_DAY {
            return Ok(None);
        }
        let message = format!("{} payers were asked for in a day. Wait before you ask for another.", rules::A_DAY);
        Ok(Some(UserError::general(UserErrorCode::TooMany, message)))
    }

    async fn propose(self, tx: &DatabaseTransaction) -> Made {
        let Self { request, random, moment, row } = self;
        let seen = request.access.look_in(tx, row.organisation_id).await?;
        seen.require(Permission::BillingUpdate)?;
        if let Some(error) = halted(&seen.row) {
            return Ok(Err(error.into()));
        }
        if let Some(waiting) = store::same_waiting(tx, row, moment.asked_after()).await? {
            if waiting.starts_on == row.starts_on {
                return Ok(Ok(waiting.id));
            }
            let message = format!(
                "It was asked to pay from {} on, and has not answered. Withdraw that first: withdrawPayerRequest.",
                waiting.starts_on
            );
            return Ok(Err(UserError::general(UserErrorCode::Duplicate, message).into()));
        }
        if let Some(error) = self.too_many(tx).await? {
            return Ok(Err(error.into()));
        }
        let own = chain::store::own(tx, row.organisation_id, row.starts_on).await?;
        let pays = |link: &chain::Link| Some(link.payer) == row.payer_id && link.holds_on(row.starts_on);
        if row.sought_code.is_none() && own.iter().any(pays) {
            return Ok(Err(pays_already(row.starts_on).into()));
        }
        store::create(tx, row.clone()).await?;
        let act = Event::done("requestPayer", row.organisation_id, Some(Permission::BillingUpdate));
        let act = act.to(Type::PayerAgreement.id(row.id)).changing(Json::Null, described(row));
        audit::record(&request.work(tx), act).await?;
        let (by, until) = (name(request), moment.lapses_at(row).date_naive());
        tell(tx, request, random, &[store::payer_or_nobody(row)], |locale| {
            letters::asked(locale, &seen.row.name, &by, row.starts_on, until)
        })
        .await?;
        Ok(Ok(row.id))
    }
}
