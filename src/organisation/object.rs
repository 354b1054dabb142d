//! The organisation as clients of the API see it.

use std::sync::Arc;

use async_graphql::{Context, ID, OutputType};
use entity::organisation::Model;
use entity::organisation_halt;
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::billed::OrganisationBilled;
use super::buying::OrganisationBuying;
use super::directory::OrganisationDirectory;
use super::kind::{OrganisationKind, OrganisationState};
use super::licensed::OrganisationLicences;
use super::partners::OrganisationPartners;
use super::paying::OrganisationPaying;
use super::store;
use crate::access::{Authorised, Decision, GrantsAt, Guarded, Permission, PermissionSet, Side};
use crate::base::error::Result;
use crate::base::id;
use crate::billing::invoice::{Invoice, InvoiceFilter, InvoiceOrder};
use crate::catalogue::order::{Order, OrderFilter};
use crate::catalogue::service::{Service, ServiceFilter};
use crate::catalogue::subscription::{Subscription, SubscriptionFilter, SubscriptionOrder};
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments, Search};
use crate::graphql::request::Request;
use crate::live::event::{Event, EventKind};
use crate::live::webhook::{Webhook, WebhookState};
use crate::oversight::audit::{self, AuditEvent, AuditFilter, AuditVerification};
use crate::oversight::explanation::Accessor;
use crate::partners::overview::OrganisationOverview;
use crate::people::access_request::AccessRequest;
use crate::people::api_key::{ApiKey, ApiKeyState};
use crate::people::invitation::{Invitation, InvitationState};
use crate::people::membership::{Membership, MembershipOrder};
use crate::people::ownership::{OwnershipTransfer, OwnershipTransferState};
use crate::people::role::{Role, RoleChoice};
use crate::people::session;
use crate::people::sign_in::SignInPolicy;

/// A company, a person acting alone, a project, a reseller or the operator.
pub struct Organisation(Authorised);

impl Organisation {
    /// Its key in the database.
    pub fn key(&self) -> Uuid {
        self.0.id()
    }

    /// Its row.
    pub const fn row(&self) -> &Arc<Model> {
        self.0.row()
    }

    /// The organisation, if it exists for the viewer.
    pub fn of(decision: &Decision) -> Option<Self> {
        decision.authorise(Permission::OrganisationRead).ok().map(Self)
    }

    async fn halt(&self, context: &Context<'_>) -> Result<Option<organisation_halt::Model>> {
        store::halt(Request::of(context)?, self.key()).await
    }
}

impl Find for Organisation {
    const TYPE: id::Type = id::Type::Organisation;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        Ok(request.access.look(key).await?.as_ref().and_then(Self::of))
    }
}

impl From<Authorised> for Organisation {
    fn from(at: Authorised) -> Self {
        Self(at)
    }
}

impl AsRef<Decision> for Organisation {
    fn as_ref(&self) -> &Decision {
        &self.0
    }
}

impl Guarded for Organisation {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.0.grants_at(side)
    }
}

/// A company, a person acting alone, a project, a reseller or the operator.
#[guarded(exists(ORGANISATION_READ))]
impl Organisation {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::Organisation.id(self.key())
    }

    /// Its name.
    #[public]
    fn name(&self) -> &str {
        &self.0.row().name
    }

    /// What kind of organisation it is.
    #[public]
    fn kind(&self) -> OrganisationKind {
        self.0.row().kind.into()
    }

    /// Whether it is active, suspended or closed.
    #[public]
    fn state(&self) -> OrganisationState {
        self.0.row().state.into()
    }

    /// When it was suspended; null if it is not suspended.
    #[public]
    async fn suspended_at(&self, context: &Context<'_>) -> Result<Option<DateTimeUtc>> {
        Ok(self.halt(context).await?.and_then(|halt| halt.suspended_at))
    }

    /// The reason that the operator gave for the suspension; null if it is not suspended.
    #[requires(BILLING_READ, AUDIT_READ)]
    async fn suspended_because(&self, context: &Context<'_>) -> Result<Option<String>> {
        Ok(self.halt(context).await?.and_then(|halt| halt.suspended_because))
    }

    /// When it was closed; null if it is not closed. `reopenOrganisation` can reopen it for some time.
    #[public]
    async fn closed_at(&self, context: &Context<'_>) -> Result<Option<DateTimeUtc>> {
        Ok(self.halt(context).await?.and_then(|halt| halt.closed_at))
    }

    /// Everything the viewer may do here, by any path. A dashboard can draw its buttons from this.
    #[public]
    fn viewer_permissions(&self) -> PermissionSet {
        self.0.grants.own
    }

    /// Whether the viewer can work here: by `switchOrganisation`, or for one request by the header `X-Organisation`.
    #[public]
    async fn viewer_can_switch(&self, context: &Context<'_>) -> Result<Option<bool>> {
        let obstacle = session::obstacle(Request::of(context)?, self.key()).await?;
        Ok(Some(obstacle.is_none()))
    }

    /// Why the viewer cannot work here, in a sentence; null if the viewer can.
    #[public]
    async fn viewer_switch_obstacle(&self, context: &Context<'_>) -> Result<Option<&'static str>> {
        session::obstacle(Request::of(context)?, self.key()).await
    }

    /// Whether the viewer has the permission here.
    #[public]
    fn viewer_can(&self, #[graphql(desc = "The permission to test.")] permission: Permission) -> bool {
        self.0.grants.has(permission)
    }

    /// The short code that others use to propose a partnership to it, or to ask it to pay.
    #[requires(PARTNERSHIP_READ, CLIENT_READ)]
    fn code(&self) -> Option<&str> {
        Some(&self.0.row().code)
    }

    /// The members; without an order, the longest-standing first.
    #[requires(MEMBER_READ)]
    async fn members(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "A part of the name or of the email address. Case does not matter.")] search: Option<String>,
        #[graphql(desc = "Only members with this role, built-in or custom.")] role: Option<RoleChoice>,
        #[graphql(desc = "The order.")] order_by: Option<MembershipOrder>,
    ) -> Result<Option<Connection<Membership>>> {
        let (request, search) = (Request::of(context)?, search.as_deref());
        Membership::list(request, &self.0, &page, search, role.as_ref(), order_by).await.map(Some)
    }

    /// The invitations, the newest first.
    #[requires(MEMBER_READ)]
    async fn invitations(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Only those in one of these states. Without it, all.")] states: Option<Vec<InvitationState>>,
        #[graphql(desc = "A part of the email address. Case does not matter.")] search: Option<String>,
    ) -> Result<Option<Connection<Invitation>>> {
        Invitation::list(Request::of(context)?, &self.0, &page, states.as_deref(), search.as_deref()).await.map(Some)
    }

    /// What people ask this organisation for by `requestAccess`, as far as it is not answered, the newest first.
    #[requires(MEMBER_UPDATE, PARTNERSHIP_MANAGE)]
    async fn access_requests(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<AccessRequest>>> {
        AccessRequest::list(Request::of(context)?, &self.0, &page).await.map(Some)
    }

    /// Its custom roles, ordered by name. Built-in roles are not listed.
    #[requires(ROLE_READ)]
    async fn roles(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<Role>>> {
        Role::list(Request::of(context)?, &self.0, &page).await.map(Some)
    }

    /// Transfers of its ownership, pending and past, the newest first.
    #[requires(MEMBER_READ)]
    async fn ownership_transfers(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Only transfers in one of these states.")] states: Option<Vec<OwnershipTransferState>>,
    ) -> Result<Option<Connection<OwnershipTransfer>>> {
        OwnershipTransfer::list(Request::of(context)?, &self.0, &page, states.as_deref()).await.map(Some)
    }

    /// The services that the viewer may see, ordered by name: domains need `DOMAIN_READ`, all others `SERVICE_READ`.
    #[requires(SERVICE_READ, DOMAIN_READ)]
    async fn services(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Which services.")] filter: Option<ServiceFilter>,
    ) -> Result<Option<Connection<Service>>> {
        Service::list(Request::of(context)?, &self.0, &page, filter.as_ref()).await.map(Some)
    }

    /// The orders, the newest first.
    #[requires(SUBSCRIPTION_READ)]
    async fn orders(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Which orders.")] filter: Option<OrderFilter>,
    ) -> Result<Option<Connection<Order>>> {
        Order::list(Request::of(context)?, &self.0, &page, filter.as_ref()).await.map(Some)
    }

    /// The subscriptions; without an order, the oldest first.
    #[requires(SUBSCRIPTION_READ)]
    async fn subscriptions(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Which subscriptions.")] filter: Option<SubscriptionFilter>,
        #[graphql(desc = "The order.")] order_by: Option<SubscriptionOrder>,
    ) -> Result<Option<Connection<Subscription>>> {
        Subscription::list(Request::of(context)?, &self.0, &page, filter.as_ref(), order_by).await.map(Some)
    }

    /// The invoices of this organisation, including those that another organisation pays; without an order, the newest first.
    #[requires(INVOICE_READ)]
    async fn invoices(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Which invoices.")] filter: Option<InvoiceFilter>,
        #[graphql(desc = "The order.")] order_by: Option<InvoiceOrder>,
    ) -> Result<Option<Connection<Invoice>>> {
        Invoice::list(Request::of(context)?, &self.0, &page, filter, order_by).await.map(Some)
    }

    /// The invoices that this organisation has to pay: its own, and those of organisations it pays for. Without an order, the
    /// newest first.
    #[requires(INVOICE_READ)]
    async fn invoices_to_pay(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Which invoices.")] filter: Option<InvoiceFilter>,
        #[graphql(desc = "The order.")] order_by: Option<InvoiceOrder>,
    ) -> Result<Option<Connection<Invoice>>> {
        Invoice::list_to_pay(Request::of(context)?, &self.0, &page, filter, order_by).await.map(Some)
    }

    #[flattened]
    fn paying(&self) -> OrganisationPaying {
        OrganisationPaying(Decision::clone(&self.0))
    }

    #[flattened]
    fn billed(&self) -> OrganisationBilled {
        OrganisationBilled(Decision::clone(&self.0))
    }

    #[flattened]
    fn directory(&self) -> OrganisationDirectory {
        OrganisationDirectory(Decision::clone(&self.0))
    }

    #[flattened]
    fn buying(&self) -> OrganisationBuying {
        OrganisationBuying(Decision::clone(&self.0))
    }

    #[flattened]
    fn licensed(&self) -> OrganisationLicences {
        OrganisationLicences(Decision::clone(&self.0))
    }

    /// Totals of this organisation: members, subscriptions, open invoices.
    #[public]
    fn overview(&self) -> OrganisationOverview {
        OrganisationOverview::of(&self.0)
    }

    #[flattened]
    fn partners(&self) -> OrganisationPartners {
        OrganisationPartners(Decision::clone(&self.0))
    }

    /// What has happened here, the newest first, as far as you hold the permission to read it. Follow it with the
    /// subscription `events`.
    #[public]
    async fn events(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Only these types. Without it, all that you may read.")] types: Option<Vec<EventKind>>,
    ) -> Result<Option<Connection<Event>>> {
        Event::list(Request::of(context)?, &self.0, &page, types).await.map(Some)
    }

    /// The audit log of this organisation, the newest event first.
    #[requires(AUDIT_READ)]
    async fn audit_events(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Which events.")] filter: Option<AuditFilter>,
    ) -> Result<Option<Connection<AuditEvent>>> {
        AuditEvent::list(Request::of(context)?, &self.0, &page, filter).await.map(Some)
    }

    /// Checks the whole audit log and says whether an event was changed, removed or inserted. Takes time linear in the
    /// length of the log.
    #[requires(AUDIT_READ)]
    async fn audit_verification(&self, context: &Context<'_>) -> Result<Option<AuditVerification>> {
        audit::verify(Request::of(context)?.db(), self.key(), |_| ()).await.map(|finding| Some(finding.into()))
    }

    /// How many days events are kept; null if they are kept forever. See `setAuditRetention`.
    #[requires(AUDIT_READ)]
    async fn audit_retention_days(&self, context: &Context<'_>) -> Result<Option<i32>> {
        audit::store::retention(Request::of(context)?, self.key()).await
    }

    /// What this organisation asks of the log-ins of its members. See `setSignInPolicy`.
    #[public]
    async fn sign_in_policy(&self, context: &Context<'_>) -> Result<Option<SignInPolicy>> {
        SignInPolicy::load(Request::of(context)?, self.key()).await.map(Some)
    }

    /// The API keys, the oldest first, including revoked and expired ones.
    #[requires(API_KEY_READ)]
    async fn api_keys(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Only keys in one of these states. Without it, all.")] states: Option<Vec<ApiKeyState>>,
    ) -> Result<Option<Connection<ApiKey>>> {
        ApiKey::list(Request::of(context)?, &self.0, &page, states.as_deref()).await.map(Some)
    }

    /// The webhooks, the oldest first.
    #[requires(WEBHOOK_READ)]
    async fn webhooks(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Only webhooks in this state. Without it, all.")] state: Option<WebhookState>,
        #[graphql(desc = "A part of the name or of the URL. Case does not matter.")] search: Option<String>,
    ) -> Result<Option<Connection<Webhook>>> {
        let search = Search::read(search.as_deref())?;
        Webhook::list(Request::of(context)?, &self.0, &page, state, &search).await.map(Some)
    }

    /// Everyone with the permission here, and by which paths: members, people of partners, staff and API keys.
    #[requires(MEMBER_READ)]
    async fn accessors(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The permission to look for.")] permission: Permission,
        page: PageArguments,
        #[graphql(desc = "A part of the name. Case does not matter.")] search: Option<String>,
    ) -> Result<Option<Connection<Accessor>>> {
        let search = Search::read(search.as_deref())?;
        Accessor::list(Request::of(context)?, &self.0, permission, &page, &search).await.map(Some)
    }
}
