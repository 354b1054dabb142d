//! Partnerships and their terms in the API.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, Enum, ID};
use entity::partnership;
use futures_util::future::join_all;
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::parties::PartnershipSide;
use super::rules::{PartnershipState, is_in_force, state_at};
use super::store;
use super::terms::Terms;
use crate::access::{Decision, GrantsAt, Guarded, PermissionSet, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::{Request, service};
use crate::organisation::OrganisationCard;
use crate::oversight::explanation::{FieldsByPermission, PermissionInfo};
use crate::partners::property::PropertyValue;
use crate::partners::template::DelegationTemplate;
use crate::people::membership::Membership;

/// The side that ended a partnership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "partnership::EndedBy")]
pub enum PartnershipEndedBy {
    /// The reseller.
    Reseller,
    /// The client.
    Client,
    /// The operator, when it took the reseller out of its programme.
    Operator,
}

/// A partnership with both organisations, each with the viewer's grants there.
#[derive(Clone)]
pub struct Partnership {
    row: Arc<partnership::Model>,
    pub(super) client: Decision,
    pub(super) reseller: Decision,
    now: DateTimeUtc,
}

impl Partnership {
    /// A partnership from its row and both of its organisations.
    pub fn new(row: &Arc<partnership::Model>, client: &Decision, reseller: &Decision, now: DateTimeUtc) -> Self {
        Self { row: Arc::clone(row), client: client.clone(), reseller: reseller.clone(), now }
    }

    /// Its key in the database.
    pub fn key(&self) -> Uuid {
        self.row.id
    }

    /// The organisation on the side, with the viewer's grants there.
    pub const fn on(&self, side: PartnershipSide) -> &Decision {
        match side {
            PartnershipSide::Reseller => &self.reseller,
            PartnershipSide::Client => &self.client,
        }
    }

    /// The partnerships of a client, the oldest first.
    pub async fn list(
        request: &Request,
        client: &Decision,
        page: &PageArguments,
        states: Option<&[PartnershipState]>,
    ) -> Result<Connection<Self>> {
        let page = store::list_of_client(request, client.id(), page, states).await?;
        let resellers = request.access.look_all(page.rows().map(|row| row.reseller_id)).await?;
        // Foreign keys protect both organisations, so neither is missing.
        Ok(page
            .connection(|row| Self::new(row, client, resellers.get(&row.reseller_id).unwrap_or(client), request.now())))
    }

    /// The card of the reseller of a partnership, which its client always sees.
    pub async fn reseller_of(request: &Request, key: Uuid) -> Result<Option<OrganisationCard>> {
        let Some(row) = store::look_up(request, key).await? else { return Ok(None) };
        let reseller = request.access.look(row.key(|row| row.reseller_id)).await?;
        Ok(reseller.map(|reseller| reseller.card().into()))
    }

    /// The same, if the partnership is in force at the moment.
    pub async fn reseller_in_force(request: &Request, key: Uuid) -> Result<Option<OrganisationCard>> {
        let Some(row) = store::find(request, key).await? else { return Ok(None) };
        if is_in_force(&row, request.now()) { Self::card_of(request, row.reseller_id).await } else { Ok(None) }
    }

    /// The card of the reseller whose partnership with the client is the oldest of those in force.
    pub async fn oldest_reseller(request: &Request, client: Uuid) -> Result<Option<OrganisationCard>> {
        let page = PageArguments::new(Some(1), None, None, None)?;
        let page = store::list_of_client(request, client, &page, Some(&[PartnershipState::Active])).await?;
        let Some(reseller) = page.rows().next().map(|row| row.reseller_id) else { return Ok(None) };
        Self::card_of(request, reseller).await
    }

    async fn card_of(request: &Request, organisation: Uuid) -> Result<Option<OrganisationCard>> {
        Ok(request.access.look(organisation).await?.map(|found| found.card().into()))
    }

    /// The partnerships with these keys that exist for the viewer.
    pub async fn find_all(request: &Request, keys: impl IntoIterator<Item = Uuid>) -> Result<HashMap<Uuid, Self>> {
        let found = join_all(keys.into_iter().map(async |key| (key, Self::find(request, key).await))).await;
        let found = found.into_iter().map(|(key, found)| Ok(found?.map(|found| (key, found))));
        Ok(found.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
    }
}

impl Find for Partnership {
    const TYPE: Type = Type::Partnership;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::look_up(request, key).await? else { return Ok(None) };
        let (client, reseller) = (row.key(|row| row.client_id), row.key(|row| row.reseller_id));
        let ends = request.access.look_all([client, reseller]).await?;
        let (Some(client), Some(reseller)) = (ends.get(&client), ends.get(&reseller)) else { return Ok(None) };
        Ok(row.visible(|row| Self::new(&row, client, reseller, request.now())))
    }
}

impl Guarded for Partnership {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        let end = match side {
            Side::Client => &self.client,
            Side::Reseller => &self.reseller,
            Side::Organisation | Side::Payer => return None,
        };
        Some(GrantsAt { organisation: end.id(), grants: end.grants })
    }
}

fn listed(stored: i64) -> PermissionSet {
    PermissionSet::from_stored(stored) & PermissionSet::DELEGABLE
}

/// A reseller and its client, and what the client delegates to the reseller's people.
#[guarded(exists(PARTNERSHIP_READ at CLIENT, CLIENT_READ at RESELLER))]
impl Partnership {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::Partnership.id(self.row.id)
    }

    /// The organisation that has the client.
    #[public]
    fn reseller(&self) -> OrganisationCard {
        self.reseller.card().into()
    }

    /// The organisation that is the client.
    #[public]
    fn client(&self) -> OrganisationCard {
        self.client.card().into()
    }

    /// Its state at the moment.
    #[public]
    fn state(&self) -> PartnershipState {
        state_at(&self.row, self.now)
    }

    /// What the reseller's people may do at the client, within the limits of their own roles.
    #[public]
    fn delegated_permissions(&self) -> PermissionSet {
        listed(self.row.delegated)
    }

    /// What the reseller's people may do at the client's own clients, if the client is a reseller itself.
    #[public]
    fn client_delegated_permissions(&self) -> PermissionSet {
        listed(self.row.client_delegated)
    }

    /// Whether people of resellers above the reseller may use the delegation as well.
    #[public]
    fn includes_upstream(&self) -> bool {
        self.row.includes_upstream
    }

    /// When it begins.
    #[public]
    fn starts_at(&self) -> DateTimeUtc {
        self.row.starts_at
    }

    /// When it ends by itself; null if it has no end date.
    #[public]
    fn ends_at(&self) -> Option<DateTimeUtc> {
        self.row.ends_at
    }

    /// When a side ended it; null if nobody has.
    #[public]
    fn ended_at(&self) -> Option<DateTimeUtc> {
        self.row.ended_at
    }

    /// Which side ended it; null if nobody has.
    #[public]
    fn ended_by(&self) -> Option<PartnershipEndedBy> {
        self.row.ended_by.map(Into::into)
    }

    /// When it was agreed.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.created_at
    }

    /// The reseller's own reference number for the client; null if it has none. The client never sees it.
    #[requires(CLIENT_READ at RESELLER)]
    fn reference(&self) -> Option<&str> {
        self.row.reference.as_deref()
    }

    /// The reseller's delegation template for this client; null if none is assigned.
    #[requires(CLIENT_READ at RESELLER)]
    async fn template(&self, context: &Context<'_>) -> Result<Option<DelegationTemplate>> {
        let Some(id) = self.row.template_id else { return Ok(None) };
        DelegationTemplate::find(Request::of(context)?, id).await
    }

    /// The memberships at the client that were given through this partnership. When it is over, those of the reseller's
    /// own people end with it, and the others stay.
    #[requires(MEMBER_READ at CLIENT)]
    async fn given_memberships(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<Membership>>> {
        let request = Request::of(context)?;
        let given = store::list_given_memberships(request, self.row.id, &page).await?;
        Ok(Some(given.connection(|row| Membership::new(request, row, &self.client))))
    }

    /// The properties that the reseller keeps about the client, in the order of its definitions. A value is null where
    /// none is set. The client never sees them.
    #[requires(CLIENT_READ at RESELLER)]
    async fn properties(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only properties with these keys, 100 at most. Unknown keys are left out.")] keys: Option<
            Vec<String>,
        >,
    ) -> Result<Option<Vec<PropertyValue>>> {
        PropertyValue::of_partnership(Request::of(context)?, self.row.id, keys.as_deref()).await.map(Some)
    }
}

/// What a client delegates to people of a reseller, and until when.
#[derive(Clone, Copy, Debug)]
pub struct PartnershipTerms(pub Terms);

/// What a client delegates to people of a reseller, within the limits of their own roles, and until when.
#[guarded]
impl PartnershipTerms {
    /// Permissions at the client itself.
    #[public]
    fn permissions(&self) -> PermissionSet {
        self.0.delegated
    }

    /// Permissions at the client's own clients, if it is a reseller itself.
    #[public]
    fn client_permissions(&self) -> PermissionSet {
        self.0.client_delegated
    }

    /// Whether people of resellers above the reseller may use the delegation as well.
    #[public]
    fn includes_upstream(&self) -> bool {
        self.0.includes_upstream
    }

    /// When the partnership ends by itself; null if it has no end date.
    #[public]
    fn ends_at(&self) -> Option<DateTimeUtc> {
        self.0.ends_at
    }

    /// Each permission at the client, with the types, fields and mutations that it opens.
    #[public]
    fn opens(&self, context: &Context<'_>) -> Result<Option<Vec<PermissionInfo>>> {
        Ok(Some(service::<FieldsByPermission>(context)?.of(self.0.delegated, Request::of(context)?.locale)))
    }

    /// Each permission at the client's own clients, with the types, fields and mutations that it opens.
    #[public]
    fn opens_at_clients(&self, context: &Context<'_>) -> Result<Option<Vec<PermissionInfo>>> {
        Ok(Some(service::<FieldsByPermission>(context)?.of(self.0.client_delegated, Request::of(context)?.locale)))
    }
}
