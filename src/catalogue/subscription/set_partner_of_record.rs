//! Saying who earns commission on a subscription.

use async_graphql::{ID, InputObject};
use entity::partner_of_record::Model;
use entity::subscription::State;
use macros::{mutation, payload};
use sea_orm::prelude::Date;
use serde_json::json;
use uuid::Uuid;

use super::object::Subscription;
use super::store;
use crate::access::{Decision, Exists, GrantsAt, Guarded, Permission, Rule, Side};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::catalogue::price::rules::check_day;
use crate::graphql::act::{ActOn, Find, Target};
use crate::graphql::request::{Request, Work};
use crate::organisation::OrganisationCard;
use crate::oversight::audit;
use crate::partners::partnership;

/// The subscription, and who earns on it from which day on.
#[derive(Clone, InputObject)]
pub struct SetPartnerOfRecordInput {
    /// Id of the subscription.
    pub subscription_id: ID,
    /// Id of the partnership whose reseller earns. The organisation of the subscription is its client. Null or left out:
    /// nobody earns.
    pub partnership_id: Option<ID>,
    /// The first day on which it counts: today or later. The partnership must be in force on that day.
    pub starts_on: Date,
    /// A key of your choice, 1 to 255 characters, for example a random UUID. Within 30 days, a second call with the same
    /// key and the same input does nothing, and gets the answer of the first.
    pub idempotency_key: Option<String>,
}

/// The subscription with its new partner.
#[payload]
pub struct SetPartnerOfRecordPayload {
    /// The subscription; null if nothing was changed, or if you lack `SUBSCRIPTION_READ`.
    pub subscription: Option<Subscription>,
    /// The organisation that it belongs to; null if nothing was changed.
    pub organisation: Option<OrganisationCard>,
}

/// A subscription as those see it who may say who earns on it.
pub struct Earned {
    id: Uuid,
    at: Decision,
}

impl Guarded for Earned {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.at.grants_at(side)
    }
}

impl Exists for Earned {
    const RULES: &'static [Rule] = &[
        Rule { permission: Permission::ResellerManage, side: Side::Organisation },
        Rule { permission: Permission::SubscriptionRead, side: Side::Organisation },
    ];
}

impl Target for Earned {
    type Key = ID;

    async fn locate(request: &Request, id: &ID) -> Result<Option<Self>> {
        let Some(row) = store::look_up(request, Type::Subscription.parse(id)?).await? else { return Ok(None) };
        let Some(at) = request.access.look(row.key(|row| row.organisation_id)).await? else { return Ok(None) };
        Ok(row.visible(|row| Self { id: row.id, at }))
    }
}

/// Says which partner earns commission on a subscription from a day on. What was said for later days still counts from
/// those on. Without any, the partner that ordered earns, or else the one with the oldest partnership. `partnersOfRecord`
/// has the history.
#[mutation]
#[acts(RESELLER_MANAGE, on = input.subscription_id)]
async fn set_partner_of_record(
    act: ActOn<'_, Earned>,
    input: SetPartnerOfRecordInput,
) -> Result<SetPartnerOfRecordPayload> {
    let id = act.object.id;
    let partnership = input.partnership_id.as_ref().map(|id| Type::Partnership.parse(id)).transpose()?;
    act.once(input.idempotency_key.as_deref(), async |work, at| {
        check_day("startsOn", input.starts_on, work.today())?;
        let (subscription, _) = store::find_in(work.tx, id).await?.ok_or(Error::NotFound)?;
        if subscription.state == State::Ended {
            let message = [
                "The subscription has ended, so nobody earns on it any more.",
                "Das Abonnement ist beendet, daher verdient niemand mehr daran.",
                "Abonnemanget har upphört, så ingen tjänar längre på det.",
            ];
            return Err(UserError::at("subscriptionId", UserErrorCode::StaleState, message).into());
        }
        if let Some(key) = partnership {
            require_in_force(work, key, at.id(), input.starts_on).await?;
        }
        let row = Model {
            id: work.random.id(work.now),
            organisation_id: at.id(),
            subscription_id: id,
            starts_on: input.starts_on,
            partnership_id: partnership,
            created_at: work.now,
        };
        let old = store::of_record_in(work.tx, id, input.starts_on).await?;
        let said = |row: &Model| {
            json!({
                "partnership": row.partnership_id.map(|id| Type::Partnership.id(id).0),
                "startsOn": row.starts_on,
            })
        };
        let event = act.event().to(Type::Subscription.id(id));
        let event = event.changing(old.as_ref().map(said).unwrap_or_default(), said(&row));
        store::add_of_record(work.tx, vec![row]).await?;
        Ok(audit::record(work, event).await?)
    })
    .await?;
    Ok(SetPartnerOfRecordPayload {
        subscription: Subscription::find(act.request, id).await?,
        organisation: Some(act.object.at.card().into()),
        ..Default::default()
    })
}

/// Refuses a partnership with another client, and one that is not in force on the day.
async fn require_in_force(work: &Work<'_>, key: Uuid, client: Uuid, on: Date) -> Result<()> {
    let row = partnership::store::find_row(work.tx, key).await?.filter(|row| row.client_id == client);
    let Some(row) = row else {
        let message = [
            "The organisation of the subscription has no such partnership. `Organisation.partnerships` lists them.",
            "Die Organisation des Abonnements hat keine solche Partnerschaft. `Organisation.partnerships` zeigt sie.",
            "Organisationen som har abonnemanget har inget sådant partnerskap. `Organisation.partnerships` visar dem.",
        ];
        return Err(UserError::at("partnershipId", UserErrorCode::Unknown, message).into());
    };
    if partnership::rules::is_in_force_on(&row, on, work.request.config.billing.time_zone) {
        return Ok(());
    }
    let message = [
        format!("The partnership is not in force on {on}. Choose another day or another partnership."),
        format!("Die Partnerschaft gilt am {on} nicht. Wählen Sie einen anderen Tag oder eine andere Partnerschaft."),
        format!("Partnerskapet gäller inte den {on}. Välj en annan dag eller ett annat partnerskap."),
    ];
    Err(UserError::at("partnershipId", UserErrorCode::StaleState, message).into())
}
