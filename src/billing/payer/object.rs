//! An agreement about who pays, as both of its sides see it.

use std::sync::Arc;

use async_graphql::{ID, Object};
use entity::payer::{Model, State};
use macros::guarded;
use sea_orm::prelude::{Date, DateTimeUtc};
use uuid::Uuid;

use super::rules::{Moment, PayerAgreementState};
use super::store::Agreement;
use crate::access::{Decision, GrantsAt, Guarded, Permission, Side};
use crate::base::id::Type;
use crate::organisation::OrganisationCard;
use crate::people::user::User;

/// An organisation pays for another, from a day on, or was asked to.
#[derive(Clone)]
pub struct PayerAgreement {
    found: Arc<Agreement>,
    organisation: Decision,
    payer: Option<Decision>,
    moment: Moment,
}

impl PayerAgreement {
    /// An agreement with the organisation that is paid for and the one that pays, if there is one.
    pub fn new(found: &Arc<Agreement>, organisation: &Decision, payer: Option<&Decision>, moment: Moment) -> Self {
        Self { found: Arc::clone(found), organisation: organisation.clone(), payer: payer.cloned(), moment }
    }

    fn row(&self) -> &Model {
        &self.found.row
    }

    /// When the payer consented.
    pub fn consented_at(&self) -> Option<DateTimeUtc> {
        self.row().answered_at.filter(|_| matches!(self.row().state, State::Active | State::Ended))
    }

    /// Who consented for it; none for a key.
    pub fn consented_by(&self) -> Option<User> {
        self.consented_at()?;
        person(self.row().answered_by_id, self.found.answered_by.as_ref())
    }
}

impl crate::graphql::act::Find for PayerAgreement {
    const TYPE: crate::base::id::Type = crate::base::id::Type::PayerAgreement;

    async fn find(
        request: &crate::graphql::request::Request,
        key: uuid::Uuid,
    ) -> crate::base::error::Result<Option<Self>> {
        super::store::find(request, key, super::rules::Moment::of_request(request)).await
    }
}

impl Guarded for PayerAgreement {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        let end = match side {
            Side::Organisation => &self.organisation,
            Side::Payer => self.payer.as_ref()?,
            Side::Client | Side::Reseller => return None,
        };
        Some(GrantsAt { organisation: end.row.id, grants: end.grants })
    }
}

fn person(id: Option<Uuid>, name: Option<&String>) -> Option<User> {
    Some(User { id: id?, name: name?.clone() })
}

/// An organisation pays for another, from a day on, or was asked to.
#[guarded(exists(BILLING_READ at ORGANISATION, BILLING_READ at PAYER))]
#[Object]
impl PayerAgreement {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::PayerAgreement.id(self.row().id)
    }

    /// Where it stands at the moment.
    #[public]
    fn state(&self) -> PayerAgreementState {
        self.moment.judge(self.row())
    }

    /// The organisation that is paid for.
    #[public]
    fn organisation(&self) -> OrganisationCard {
        OrganisationCard::from(&*self.organisation.row)
    }

    /// The organisation that pays. Where it was sought by its code, the side that asked sees it when it has answered;
    /// until then, this is null whether there is one with the code or not.
    #[public]
    fn payer(&self) -> Option<OrganisationCard> {
        let payer = self.payer.as_ref()?;
        let row = self.row();
        let is_known = row.sought_code.is_none() || !matches!(row.state, State::Proposed | State::Withdrawn);
        let is_shown = is_known || payer.grants.has(Permission::BillingRead);
        is_shown.then(|| OrganisationCard::from(&*payer.row))
    }

    /// The code by which the payer was sought; null if it was named by its id.
    #[public]
    fn sought_code(&self) -> Option<&str> {
        self.row().sought_code.as_deref()
    }

    /// First day on which the payer pays (UTC); while it waits for an answer, the day that was asked for.
    #[public]
    fn starts_on(&self) -> Date {
        self.row().starts_on
    }

    /// First day on which the payer no longer pays (UTC); null if no end is known.
    #[public]
    fn ends_on(&self) -> Option<Date> {
        self.row().ends_on
    }

    /// When it was asked for.
    #[public]
    fn requested_at(&self) -> DateTimeUtc {
        self.row().created_at
    }

    /// Who asked for it; null for an API key.
    #[public]
    fn requested_by(&self) -> Option<User> {
        person(self.row().requested_by_id, self.found.requested_by.as_ref())
    }

    /// Until when it can be answered, while it waits.
    #[public]
    fn lapses_at(&self) -> Option<DateTimeUtc> {
        (self.moment.judge(self.row()) == PayerAgreementState::Proposed).then(|| self.moment.lapses_at(self.row()))
    }

    /// When the payer accepted or declined it.
    #[public]
    fn answered_at(&self) -> Option<DateTimeUtc> {
        self.row().answered_at
    }

    /// Who accepted or declined it; null for an API key.
    #[public]
    fn answered_by(&self) -> Option<User> {
        person(self.row().answered_by_id, self.found.answered_by.as_ref())
    }
}
