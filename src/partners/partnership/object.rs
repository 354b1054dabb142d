//! A partnership as both of its sides see it.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object};
use entity::partnership;
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;

use super::given;
use super::parties::PartnershipSide;
use super::rules::{PartnershipState, judge};
use crate::access::{Decision, GrantsAt, Guarded, PermissionSet, Side};
use crate::base::error::Result;
use crate::base::id;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;
use crate::partners::property::{PropertyValue, values};
use crate::partners::template::{self, DelegationTemplate};
use crate::people::membership::Membership;

/// Who ended a partnership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "partnership::EndedBy")]
pub enum PartnershipEndedBy {
    /// The reseller.
    Reseller,
    /// The client.
    Client,
    /// The operator, which has taken the reseller out of its programme.
    Operator,
}

/// A reseller and a client, and what the client's side lets through.
#[derive(Clone)]
pub struct Partnership {
    pub(super) row: Arc<partnership::Model>,
    pub(super) client: Decision,
    pub(super) reseller: Decision,
    pub(super) now: DateTimeUtc,
}

impl Partnership {
    /// A partnership with both of its ends.
    pub fn new(row: &Arc<partnership::Model>, client: &Decision, reseller: &Decision, now: DateTimeUtc) -> Self {
        Self { row: Arc::clone(row), client: client.clone(), reseller: reseller.clone(), now }
    }
}

impl Partnership {
    /// The organisation on the side, with the viewer's grants there.
    pub const fn on(&self, side: PartnershipSide) -> &Decision {
        match side {
            PartnershipSide::Reseller => &self.reseller,
            PartnershipSide::Client => &self.client,
        }
    }

    /// Its reseller, with the viewer's grants there.
    pub const fn reseller_seen(&self) -> &Decision {
        &self.reseller
    }
}

impl crate::graphql::act::Find for Partnership {
    const TYPE: crate::base::id::Type = crate::base::id::Type::Partnership;

    async fn find(
        request: &crate::graphql::request::Request,
        key: uuid::Uuid,
    ) -> crate::base::error::Result<Option<Self>> {
        super::store::find(request, key).await
    }
}

impl Guarded for Partnership {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        let end = match side {
            Side::Client => &self.client,
            Side::Reseller => &self.reseller,
            Side::Organisation | Side::Payer => return None,
        };
        Some(GrantsAt { organisation: end.row.id, grants: end.grants })
    }
}

fn listed(stored: i64) -> PermissionSet {
    PermissionSet::from_stored(stored) & PermissionSet::DELEGABLE
}

/// A reseller and a client, and what the client's side lets through.
#[guarded(exists(PARTNERSHIP_READ at CLIENT, CLIENT_READ at RESELLER))]
#[Object]
impl Partnership {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::Partnership.id(self.row.id)
    }

    /// The organisation that has the client.
    #[public]
    fn reseller(&self) -> OrganisationCard {
        OrganisationCard::from(&*self.reseller.row)
    }

    /// The organisation that is the client.
    #[public]
    fn client(&self) -> OrganisationCard {
        OrganisationCard::from(&*self.client.row)
    }

    /// Where it stands at the moment.
    #[public]
    fn state(&self) -> PartnershipState {
        judge(&self.row, self.now)
    }

    /// What people who come through the reseller may do at the client, as far as their own role goes.
    #[public]
    fn delegated_permissions(&self) -> PermissionSet {
        listed(self.row.delegated)
    }

    /// What they may do at the client's own clients, if it is a reseller itself.
    #[public]
    fn client_delegated_permissions(&self) -> PermissionSet {
        listed(self.row.client_delegated)
    }

    /// Whether people of resellers above the reseller may come through as well.
    #[public]
    fn includes_upstream(&self) -> bool {
        self.row.includes_upstream
    }

    /// From when it holds.
    #[public]
    fn starts_at(&self) -> DateTimeUtc {
        self.row.starts_at
    }

    /// When it ends by itself, if ever.
    #[public]
    fn ends_at(&self) -> Option<DateTimeUtc> {
        self.row.ends_at
    }

    /// When it was ended by one side.
    #[public]
    fn ended_at(&self) -> Option<DateTimeUtc> {
        self.row.ended_at
    }

    /// Who ended it; null if nobody has.
    #[public]
    fn ended_by(&self) -> Option<PartnershipEndedBy> {
        self.row.ended_by.map(Into::into)
    }

    /// When it was agreed.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.created_at
    }

    /// The reseller's own number of the client: for the reseller's people alone.
    #[requires(CLIENT_READ at RESELLER)]
    fn reference(&self) -> Option<&str> {
        self.row.reference.as_deref()
    }

    /// To which class of clients the reseller counts this one; null for none.
    #[requires(CLIENT_READ at RESELLER)]
    async fn template(&self, context: &Context<'_>) -> Result<Option<DelegationTemplate>> {
        let Some(id) = self.row.template_id else { return Ok(None) };
        template::store::find(Request::of(context)?, id).await
    }

    /// The memberships at the client that were given by people who came through this partnership. When it is over, those of
    /// the reseller's own people end with it, and the others stay.
    #[requires(MEMBER_READ at CLIENT)]
    async fn given_memberships(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<Membership>>> {
        given::store::list(Request::of(context)?, self.row.id, &self.client, &page).await.map(Some)
    }

    /// What the reseller keeps about the client, in the order of its definitions; a value is null where none is set. The
    /// client never sees it.
    #[requires(CLIENT_READ at RESELLER)]
    async fn properties(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only those of these keys, 100 at most. Those that the reseller has not are left out.")]
        keys: Option<Vec<String>>,
    ) -> Result<Option<Vec<PropertyValue>>> {
        values::check_keys(keys.as_deref())?;
        let found = values::store::of_partnership(Request::of(context)?, self.row.id, keys.as_deref()).await?;
        Ok(Some(found.to_vec()))
    }
}
