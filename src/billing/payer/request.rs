//! Requesting a payer.

use async_graphql::{ID, InputObject, OneofObject};
use chrono::TimeDelta;
use entity::payer::{Model, State};
use macros::{mutation, payload};
use sea_orm::prelude::Date;
use serde_json::Value as Json;
use uuid::Uuid;

use super::accept::currencies;
use super::agreement::{self, Outcome};
use super::chain::Obstacle;
use super::object::PayerAgreement;
use super::state::Moment;
use super::{letters, rules, store};
use crate::access::Permission;
use crate::base::calendar::business_day;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::act::{ActOn, Find};
use crate::graphql::request::{Request, Work};
use crate::organisation::{Organisation, require_active};
use crate::oversight::audit::{self, Event};
use crate::people::{outreach, session};

/// The organisation that is to pay, by its id or by its code.
#[derive(OneofObject)]
pub enum PayerChoice {
    /// Id of an organisation that you can see.
    OrganisationId(ID),
    /// The code of any organisation. Its own people know it. You learn whether an organisation has this code only when it
    /// answers.
    Code(String),
}

/// The payer to request.
#[derive(InputObject)]
pub struct RequestPayerInput {
    /// Id of the organisation that is to be paid for.
    pub organisation_id: ID,
    /// The organisation that is to pay.
    pub payer: PayerChoice,
    /// First day on which it pays (business day): today or later. If it is accepted after that day, it starts on the day of
    /// the acceptance.
    pub starts_on: Date,
    /// The currency of the organisation's invoices, as ISO 4217. It is required where the payer's own currency is another and
    /// you accept for the payer yourself: by naming it, the payer accepts it.
    pub currency: Option<String>,
}

/// The new request or agreement.
#[payload]
pub struct RequestPayerPayload {
    /// The request. It is an agreement at once if you may accept it yourself. Null if it was not made.
    pub agreement: Option<PayerAgreement>,
}

/// Asks another organisation to pay the invoices of this one from a day on. The payer gets mail and has 90 days to answer,
/// unless the server is set differently. If you hold `BILLING_UPDATE` there too, it accepts at once. The current payer
/// pays until that day, and a payer that is agreed for a later day takes over then. Repeating a pending request returns
/// that request. Issued invoices stay the same.
#[mutation]
#[acts(BILLING_UPDATE, on = input.organisation_id)]
async fn request_payer(act: ActOn<'_, Organisation>, input: RequestPayerInput) -> Result<RequestPayerPayload> {
    let request = act.request;
    let moment = Moment::of(request);
    let (payer_id, sought_code) = find_payer(request, act.organisation(), input.payer).await?;
    session::require_verified(request)?;
    rules::check_day("startsOn", input.starts_on, moment.today)?;
    let row = Model {
        id: request.random.id(moment.now),
        organisation_id: act.organisation(),
        payer_id,
        sought_code,
        state: State::Proposed,
        starts_on: input.starts_on,
        ends_on: None,
        requested_by_id: request.actor().user_id(),
        answered_by_id: None,
        answered_at: None,
        created_at: moment.now,
    };
    let payer = store::look_up_payer(request, &row).await?;
    let may_accept = payer.is_some_and(|payer| payer.grants.has(Permission::BillingUpdate));
    let steps = Steps { action: act.action, moment, row: &row, currency: input.currency.as_deref() };
    let outcome = request
        .transaction(async |work| if may_accept { steps.agree(work).await } else { steps.request(work).await })
        .await?;
    match outcome {
        Done::Made(id) => {
            let agreement = PayerAgreement::find(request, id).await?;
            Ok(RequestPayerPayload { agreement, ..Default::default() })
        }
        Done::Blocked(obstacle) => Err(agreement::obstacle_error(request, obstacle, &row).await?.into()),
    }
}

/// The key of the payer, if there is one, and the code by which it was found.
async fn find_payer(
    request: &Request,
    organisation: Uuid,
    choice: PayerChoice,
) -> Result<(Option<Uuid>, Option<String>)> {
    match choice {
        PayerChoice::OrganisationId(id) => {
            let payer = Type::Organisation.parse(&id)?;
            Organisation::find(request, payer).await?.ok_or(Error::NotFound)?;
            if payer == organisation {
                let message = [
                    "An organisation without a payer pays for itself. To end an agreement, use endPayer.",
                    "Eine Organisation ohne Zahler bezahlt selbst. Um eine Vereinbarung zu beenden, nehmen Sie \
                     endPayer.",
                    "En organisation utan betalare betalar själv. Använd endPayer för att avsluta ett avtal.",
                ];
                return Err(UserError::at("payer", UserErrorCode::InvalidInput, message).into());
            }
            Ok((Some(payer), None))
        }
        PayerChoice::Code(typed) => {
            let code = rules::code(&typed)?;
            // The organisation's own code counts as unknown. The answer does not say so.
            let payer = store::find_by_code(request.db(), &code).await?.filter(|found| *found != organisation);
            Ok((payer, Some(code)))
        }
    }
}

/// What a request results in.
enum Done {
    /// The key of the new or pending agreement.
    Made(Uuid),
    /// The agreement does not fit into the chains of payers.
    Blocked(Obstacle),
}

/// The steps of a request.
#[derive(Clone, Copy)]
struct Steps<'a> {
    action: &'static str,
    moment: Moment,
    row: &'a Model,
    /// The currency that the payer accepts.
    currency: Option<&'a str>,
}

impl Steps<'_> {
    /// Requests the payer. This takes the same statements whichever organisation the payer is, and if there is none.
    async fn request(self, work: &Work<'_>) -> Result<Done> {
        crate::access::lock(work.tx, self.row.organisation_id).await?;
        self.propose(work).await
    }

    /// Agrees at once, because the actor may change the billing of both sides.
    async fn agree(self, work: &Work<'_>) -> Result<Done> {
        let Self { action, moment, row, currency } = self;
        let access = &work.request.access;
        let payer = row.payer_id.ok_or(Error::NotFound)?;
        agreement::lock_both(work, row.organisation_id, payer).await?;
        let Ok(at_payer) = access.look_in(work.tx, payer).await?.authorise(Permission::BillingUpdate) else {
            return self.propose(work).await;
        };
        let at = access.look_in(work.tx, row.organisation_id).await?.authorise(Permission::BillingUpdate)?;
        rules::require_both_active(&at, &at_payer)?;
        let [billed, own] = currencies(work, [row.organisation_id, payer]).await?;
        rules::require_currency(billed.as_deref(), own.as_deref(), currency)?;
        self.require_few_requests(work).await?;
        let agreed = match agreement::agree(work, row, moment).await? {
            Outcome::Agreed(agreed) => agreed,
            Outcome::Blocked(obstacle) => return Ok(Done::Blocked(obstacle)),
        };
        store::create(work.tx, agreed.row.clone()).await?;
        agreement::record(work, action, None, &agreed.row).await?;
        let (by, day) = (work.request.actor().name(), agreed.row.starts_on);
        letters::send(work, &[row.organisation_id, payer], |locale| {
            letters::agreed(locale, &at.row().name, &at_payer.row().name, by, day)
        })
        .await?;
        letters::send_replaced(work, &at.row().name, &agreed.replaced).await?;
        Ok(Done::Made(row.id))
    }

    async fn propose(self, work: &Work<'_>) -> Result<Done> {
        let Self { action, moment, row, .. } = self;
        let at = work.request.access.look_in(work.tx, row.organisation_id).await?;
        let at = at.authorise(Permission::BillingUpdate)?;
        require_active(at.row())?;
        if let Some(pending) = store::find_pending(work.tx, row, moment.expired_until()).await? {
            if pending.starts_on == row.starts_on {
                return Ok(Done::Made(pending.id));
            }
            let message = [
                format!(
                    "There is a pending request to this payer that starts on {}. Withdraw it first with \
                     withdrawPayerRequest.",
                    pending.starts_on
                ),
                format!(
                    "Es gibt schon eine offene Bitte an diesen Zahler, die am {} beginnt. Ziehen Sie sie zuerst mit \
                     withdrawPayerRequest zurück.",
                    pending.starts_on
                ),
                format!(
                    "Det finns redan en förfrågan till den här betalaren som börjar den {}. Återta den först med \
                     withdrawPayerRequest.",
                    pending.starts_on
                ),
            ];
            return Err(UserError::general(UserErrorCode::Duplicate, message).into());
        }
        self.require_few_requests(work).await?;
        let own = store::own_links(work.tx, row.organisation_id, row.starts_on).await?;
        let is_agreed = own.iter().any(|link| Some(link.payer) == row.payer_id && link.holds_on(row.starts_on));
        if row.sought_code.is_none() && is_agreed {
            return Err(rules::pays_already(row.starts_on).into());
        }
        outreach::spend(work, 1).await?;
        store::create(work.tx, row.clone()).await?;
        let event = Event::done(action, row.organisation_id, Some(Permission::BillingUpdate));
        let event = event.to(Type::PayerAgreement.id(row.id)).changing(Json::Null, rules::audit_snapshot(row));
        audit::record(work, event).await?;
        let (by, until) =
            (work.request.actor().name(), business_day(moment.expires_at(row), work.request.config.billing.time_zone));
        letters::send(work, &[rules::payer_or_nobody(row)], |locale| {
            letters::requested(locale, &at.row().name, by, row.starts_on, until)
        })
        .await?;
        Ok(Done::Made(row.id))
    }

    /// Refuses after too many requests within a day.
    async fn require_few_requests(self, work: &Work<'_>) -> Result<()> {
        let since = self.moment.now - TimeDelta::days(1);
        if store::count_requests(work.tx, self.row, since).await? < rules::REQUESTS_A_DAY {
            return Ok(());
        }
        let message = [
            format!("{} payers were requested within a day. Wait before you request another.", rules::REQUESTS_A_DAY),
            format!(
                "An einem Tag wurden {} Zahler gebeten. Warten Sie mit einer weiteren Bitte.",
                rules::REQUESTS_A_DAY
            ),
            format!("{} betalare har tillfrågats på ett dygn. Vänta innan du frågar en till.", rules::REQUESTS_A_DAY),
        ];
        Err(UserError::general(UserErrorCode::TooMany, message).into())
    }
}
