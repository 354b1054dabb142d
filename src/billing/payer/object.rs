//! An agreement about who pays, as both of its sides see it.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::ID;
use entity::payer::{Model, State};
use futures_util::future::join_all;
use macros::guarded;
use sea_orm::prelude::{Date, DateTimeUtc};
use uuid::Uuid;

use super::rules;
use super::state::{Moment, PayerAgreementState};
use super::store::{self, Agreement};
use crate::access::{Decision, GrantsAt, Guarded, Permission, Side};
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;
use crate::people::user::User;

/// An organisation pays for another one from a day on, or was asked to.
#[derive(Clone)]
pub struct PayerAgreement {
    agreement: Arc<Agreement>,
    organisation: Decision,
    payer: Option<Decision>,
    moment: Moment,
}

impl PayerAgreement {
    pub(super) fn row(&self) -> &Model {
        &self.agreement.row
    }

    /// When the payer accepted; `None` if it did not.
    pub(super) fn consented_at(&self) -> Option<DateTimeUtc> {
        self.row().answered_at.filter(|_| matches!(self.row().state, State::Active | State::Ended))
    }

    /// The person who accepted; `None` for an API key.
    pub(super) fn consented_by(&self) -> Option<User> {
        self.consented_at()?;
        person(self.row().answered_by_id, self.agreement.answered_by.as_ref())
    }

    /// The agreements of the organisation that is paid for, the newest first.
    pub async fn list_of_organisation(
        request: &Request,
        at: &Decision,
        page: &PageArguments,
        states: Option<&[PayerAgreementState]>,
    ) -> Result<Connection<Self>> {
        let rows = store::list_of_organisation(request, at.id(), page, states).await?;
        let payers = rows.rows().map(async |found| {
            let payer = store::look_up_payer(request, &found.row).await?;
            Ok::<_, Error>(payer.map(|payer| (payer.id(), payer)))
        });
        let payers: Result<Vec<_>> = join_all(payers).await.into_iter().collect();
        let payers: HashMap<Uuid, Decision> = payers?.into_iter().flatten().collect();
        let moment = Moment::of(request);
        Ok(rows.connection(|found| Self {
            agreement: Arc::clone(found),
            organisation: at.clone(),
            payer: found.row.payer_id.and_then(|payer| payers.get(&payer)).cloned(),
            moment,
        }))
    }

    /// The agreements of a payer, the newest first. Without states, the pending ones.
    pub async fn list_of_payer(
        request: &Request,
        at: &Decision,
        page: &PageArguments,
        states: Option<&[PayerAgreementState]>,
    ) -> Result<Connection<Self>> {
        let states = states.unwrap_or(&[PayerAgreementState::Pending]);
        let rows = store::list_of_payer(request, at.id(), page, states).await?;
        let organisations = request.access.look_all(rows.rows().map(|found| found.row.organisation_id)).await?;
        let moment = Moment::of(request);
        Ok(rows.connection(|found| Self {
            agreement: Arc::clone(found),
            // A foreign key ensures that the organisation exists.
            organisation: organisations.get(&found.row.organisation_id).unwrap_or(at).clone(),
            payer: Some(at.clone()),
            moment,
        }))
    }

    /// The organisations that a payer pays for today, the oldest agreement first.
    pub async fn list_paid_for(
        request: &Request,
        at: &Decision,
        page: &PageArguments,
    ) -> Result<Connection<OrganisationCard>> {
        let rows = store::list_paid_for(request, at.id(), page).await?;
        Ok(rows.connection(|card| OrganisationCard::from(Arc::unwrap_or_clone(Arc::clone(card)))))
    }
}

impl Find for PayerAgreement {
    const TYPE: Type = Type::PayerAgreement;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(found) = store::look_up(request, key).await? else { return Ok(None) };
        let moment = Moment::of(request);
        Ok(found.visible(|(agreement, organisation, payer)| Self { agreement, organisation, payer, moment }))
    }
}

impl Guarded for PayerAgreement {
    /// A side counts only for viewers who read its billing. So a request by code reveals nothing to viewers who see the
    /// payer but not its billing.
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        let end = match side {
            Side::Organisation => &self.organisation,
            Side::Payer => self.payer.as_ref()?,
            Side::Client | Side::Reseller => return None,
        };
        let at = end.grants_at(Side::Organisation)?;
        at.grants.has(Permission::BillingRead).then_some(at)
    }
}

fn person(id: Option<Uuid>, name: Option<&String>) -> Option<User> {
    Some(User { id: id?, name: name?.clone() })
}

/// An organisation pays for another one from a day on, or was asked to.
#[guarded(exists(BILLING_READ at ORGANISATION, BILLING_READ at PAYER))]
impl PayerAgreement {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::PayerAgreement.id(self.row().id)
    }

    /// Its state today.
    #[public]
    fn state(&self) -> PayerAgreementState {
        self.moment.state_of(self.row())
    }

    /// The organisation that is paid for.
    #[public]
    fn organisation(&self) -> OrganisationCard {
        self.organisation.card().into()
    }

    /// The organisation that pays. Null while a payer that was found by its code has not answered, whether an organisation
    /// with this code exists or not. Viewers with `BILLING_READ` at the payer always see it.
    #[public]
    fn payer(&self) -> Option<OrganisationCard> {
        let payer = self.payer.as_ref()?;
        let is_visible = rules::is_payer_known(self.row()) || payer.grants.has(Permission::BillingRead);
        is_visible.then(|| payer.card().into())
    }

    /// The code by which the payer was requested; null if it was requested by its id.
    #[public]
    fn sought_code(&self) -> Option<&str> {
        self.row().sought_code.as_deref()
    }

    /// First day on which the payer pays (business day). While the request is pending, the requested day.
    #[public]
    fn starts_on(&self) -> Date {
        self.row().starts_on
    }

    /// First day on which the payer no longer pays (business day); null if no end is set.
    #[public]
    fn ends_on(&self) -> Option<Date> {
        self.row().ends_on
    }

    /// When it was requested.
    #[public]
    fn requested_at(&self) -> DateTimeUtc {
        self.row().created_at
    }

    /// The person who requested it; null for an API key.
    #[public]
    fn requested_by(&self) -> Option<User> {
        person(self.row().requested_by_id, self.agreement.requested_by.as_ref())
    }

    /// When a pending request expires; null in all other states.
    #[public]
    fn expires_at(&self) -> Option<DateTimeUtc> {
        let is_pending = self.moment.state_of(self.row()) == PayerAgreementState::Pending;
        is_pending.then(|| self.moment.expires_at(self.row()))
    }

    /// When the payer accepted or declined it; null if it did not.
    #[public]
    fn answered_at(&self) -> Option<DateTimeUtc> {
        self.row().answered_at
    }

    /// The person who accepted or declined it; null for an API key.
    #[public]
    fn answered_by(&self) -> Option<User> {
        person(self.row().answered_by_id, self.agreement.answered_by.as_ref())
    }
}
