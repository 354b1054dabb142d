//! The `Reseller` object of the API.

use async_graphql::{Context, ID};
use entity::organisation::Kind;
use macros::guarded;
use uuid::Uuid;

use super::client::ClientConnection;
use super::clients;
use super::criteria::{ClientFilter, ClientOrder};
use super::descendant::{Descendant, Sought};
use super::rules::read_max_depth;
use super::table::chosen;
use crate::access::{Authorised, Decision, GrantsAt, Guarded, Permission, Side};
use crate::base::error::Result;
use crate::base::id;
use crate::billing::commission::{CommissionRate, CommissionStatement, OpenCommission};
use crate::billing::invoice::{Invoice, InvoiceFilter};
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments, Search};
use crate::graphql::request::Request;
use crate::live::event::since;
use crate::organisation::Organisation;
use crate::partners::client_view::ClientView;
use crate::partners::overview::ResellerSummary;
use crate::partners::programme::ResellerProgramme;
use crate::partners::property::PropertyDefinition;
use crate::partners::template::{DelegationTemplate, Drift};

/// An organisation in its role as a reseller: its clients, and everything about them.
pub struct Reseller(Authorised);

impl Reseller {
    /// The reseller, if the organisation is one and exists for the viewer.
    pub fn of(at: &Decision) -> Option<Self> {
        let at = at.authorise(Permission::OrganisationRead).ok()?;
        (at.row().kind == Kind::Reseller).then_some(Self(at))
    }
}

impl Find for Reseller {
    const TYPE: id::Type = id::Type::Reseller;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        Ok(request.access.look(key).await?.as_ref().and_then(Self::of))
    }
}

impl Guarded for Reseller {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.0.grants_at(side)
    }
}

/// An organisation in its role as a reseller: its clients, and everything about them.
#[guarded(exists(ORGANISATION_READ))]
impl Reseller {
    /// Opaque id of the reseller. It differs from the id of its organisation.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::Reseller.id(self.0.id())
    }

    /// The organisation.
    #[public]
    fn organisation(&self) -> Organisation {
        self.0.clone().into()
    }

    /// The clients. Give a filter and an order, or a saved view, which contains both.
    #[requires(CLIENT_READ)]
    async fn clients(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Only clients that match. Without it, clients whose partnership has not ended.")]
        filter: Option<ClientFilter>,
        #[graphql(desc = "The order. Without it, clients are ordered by name.")] order_by: Option<ClientOrder>,
        #[graphql(desc = "Id of a saved view of this reseller, instead of filter and orderBy.")] view: Option<ID>,
    ) -> Result<Option<ClientConnection>> {
        let (request, reseller) = (Request::of(context)?, self.0.id());
        let (choice, _) = chosen(request, &self.0, view.as_ref(), filter.as_ref(), order_by.as_ref()).await?;
        let relations = clients::list(request, reseller, &page, choice).await?;
        Ok(Some(ClientConnection::new(&relations, &self.0, request.now())))
    }

    /// The delegation templates of the reseller, ordered by name. Each says what a class of clients should delegate.
    #[requires(CLIENT_READ)]
    async fn delegation_templates(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<DelegationTemplate>>> {
        DelegationTemplate::list(Request::of(context)?, &self.0, &page).await.map(Some)
    }

    /// The clients that delegate less or more than their templates ask for, ordered by name.
    #[requires(CLIENT_READ)]
    async fn drift(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<Drift>>> {
        Drift::list(Request::of(context)?, &self.0, &page).await.map(Some)
    }

    /// The terms of the reseller programme; null if the operator has set none.
    #[requires(COMMISSION_READ)]
    async fn programme(&self, context: &Context<'_>) -> Result<Option<ResellerProgramme>> {
        ResellerProgramme::of(Request::of(context)?, self.0.id()).await
    }

    /// The statements of commission, one for each closed month and currency, the newest first.
    #[requires(COMMISSION_READ)]
    async fn commission_statements(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<CommissionStatement>>> {
        CommissionStatement::list(Request::of(context)?, &self.0, &page).await.map(Some)
    }

    /// What the reseller has earned since the last closed month, in each currency.
    #[requires(COMMISSION_READ)]
    async fn open_commission(&self, context: &Context<'_>) -> Result<Option<Vec<OpenCommission>>> {
        OpenCommission::of(Request::of(context)?, &self.0).await.map(Some)
    }

    /// The rates of commission, those that begin last first. A rate is never changed; a later one replaces it.
    #[requires(COMMISSION_READ)]
    async fn commission_rates(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<CommissionRate>>> {
        CommissionRate::list(Request::of(context)?, self.0.id(), &page).await.map(Some)
    }

    /// The properties that the reseller records about each of its clients, ordered by position, then by age. Partnerships
    /// have the values.
    #[requires(CLIENT_READ)]
    async fn property_definitions(
        &self,
        context: &Context<'_>,
        page: PageArguments,
    ) -> Result<Option<Connection<PropertyDefinition>>> {
        PropertyDefinition::list(Request::of(context)?, &self.0, &page).await.map(Some)
    }

    /// The saved views of the client list, ordered by name.
    #[requires(CLIENT_READ)]
    async fn client_views(&self, context: &Context<'_>, page: PageArguments) -> Result<Option<Connection<ClientView>>> {
        ClientView::list(Request::of(context)?, &self.0, &page).await.map(Some)
    }

    /// All organisations below the reseller as one list, ordered by depth, then by name. Each is listed once. Organisations
    /// that are hidden from the viewer are left out. Takes time linear in the size of the tree.
    #[requires(CLIENT_READ)]
    async fn descendants(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "How many levels down, 1 to 8. Without it, 8.")] max_depth: Option<i32>,
        #[graphql(desc = "Only organisations where the viewer has this permission. Without it, ORGANISATION_READ.")]
        permission: Option<Permission>,
        #[graphql(desc = "A part of the name. Case does not matter.")] search: Option<String>,
        #[graphql(desc = "Only organisations where something has happened since this changeToken.")]
        changed_since: Option<String>,
    ) -> Result<Option<Connection<Descendant>>> {
        let request = Request::of(context)?;
        let changed = match changed_since {
            Some(token) => Some(since::organisations(request, since::position(request, &token).await?).await?),
            None => None,
        };
        let search = Search::read(search.as_deref())?;
        let permission = permission.unwrap_or(Permission::OrganisationRead);
        let depth = read_max_depth(max_depth)?;
        let wanted = Sought { depth, permission, search, changed };
        Descendant::list(request, &self.0, &wanted, &page).await.map(Some)
    }

    /// The invoices of all clients that delegate INVOICE_READ to you, the newest first. The time that it takes grows with
    /// their number; a filter by days or by `changedSince` keeps it short.
    #[requires(CLIENT_READ)]
    async fn invoices(
        &self,
        context: &Context<'_>,
        page: PageArguments,
        #[graphql(desc = "Which invoices.")] filter: Option<InvoiceFilter>,
    ) -> Result<Option<Connection<Invoice>>> {
        Invoice::list_of_clients(Request::of(context)?, &self.0, &page, filter).await.map(Some)
    }

    /// Totals over the clients: how many there are, what they pay and what they owe. Each total covers the clients that let
    /// the viewer see it.
    #[requires(CLIENT_READ)]
    fn summary(&self) -> Option<ResellerSummary> {
        Some(ResellerSummary::of(&self.0))
    }
}
