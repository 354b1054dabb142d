//! Delegation templates, and the report of clients that differ from theirs.

use std::sync::Arc;

use async_graphql::ID;
use entity::delegation_template::Model;
use macros::guarded;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::rules::terms;
use super::store::{self, Drifted};
use crate::access::{Decision, Grants, GrantsAt, Guarded, PermissionSet, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;
use crate::partners::partnership::{Partnership, PartnershipTerms, Terms};
use crate::partners::proposal::Expiry;

/// A delegation template, with the viewer's grants at its reseller.
#[derive(Clone)]
pub struct DelegationTemplate {
    row: Arc<Model>,
    reseller: Decision,
}

impl DelegationTemplate {
    /// The template of a reseller.
    pub fn new(row: &Arc<Model>, reseller: &Decision) -> Self {
        Self { row: Arc::clone(row), reseller: reseller.clone() }
    }

    /// Its key in the database.
    pub fn key(&self) -> Uuid {
        self.row.id
    }

    /// The templates of a reseller, by name.
    pub async fn list(request: &Request, reseller: &Decision, page: &PageArguments) -> Result<Connection<Self>> {
        let page = store::list_of_reseller(request, reseller.id(), page).await?;
        Ok(page.connection(|row| Self::new(row, reseller)))
    }
}

impl Find for DelegationTemplate {
    const TYPE: Type = Type::DelegationTemplate;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::look_up(request, key).await? else { return Ok(None) };
        let reseller = request.access.look(row.key(|row| row.organisation_id)).await?;
        Ok(reseller.and_then(|reseller| row.visible(|row| Self::new(&row, &reseller))))
    }
}

impl Guarded for DelegationTemplate {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.reseller.grants_at(side)
    }
}

/// What a reseller asks a class of clients to delegate. Only the reseller's people see it.
#[guarded(exists(CLIENT_READ))]
impl DelegationTemplate {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::DelegationTemplate.id(self.row.id)
    }

    /// Its name.
    #[public]
    pub(crate) fn name(&self) -> &str {
        &self.row.name
    }

    /// What clients with this template should delegate. It does not set an end.
    #[public]
    fn terms(&self) -> PartnershipTerms {
        PartnershipTerms(terms(&self.row))
    }

    /// When it was created.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.created_at
    }
}

/// What a client delegates, compared with what its template wants.
pub struct Drift {
    partnership: Partnership,
    template: DelegationTemplate,
    missing: Grants,
    excess: Grants,
    upstream: (bool, bool),
    client: OrganisationCard,
    is_pending: bool,
}

impl Drift {
    /// The drift of a partnership, with both of its organisations.
    pub fn new(row: &Drifted, client: &Decision, reseller: &Decision, expiry: Expiry) -> Self {
        let (has, wants) = (Terms::of(&row.partnership), terms(&row.template));
        Self {
            partnership: Partnership::new(&row.partnership, client, reseller, expiry.now),
            template: DelegationTemplate::new(&row.template, reseller),
            missing: wants.beyond(has),
            excess: has.beyond(wants),
            upstream: (has.includes_upstream, wants.includes_upstream),
            client: client.card().into(),
            is_pending: row.asked_at.is_some_and(|asked| asked > expiry.limit()),
        }
    }

    /// The clients of a reseller that differ from their templates, by name.
    pub async fn list(request: &Request, reseller: &Decision, page: &PageArguments) -> Result<Connection<Self>> {
        let page = store::list_drifted(request, reseller.id(), page).await?;
        let clients = request.access.look_all(page.rows().map(|row| row.partnership.client_id)).await?;
        Ok(page.connection(|row| {
            // A foreign key protects the client, so it is never missing.
            let client = clients.get(&row.partnership.client_id).unwrap_or(reseller);
            Self::new(row, client, reseller, Expiry::of(request))
        }))
    }
}

/// A client that does not delegate what its template wants.
#[guarded]
impl Drift {
    /// The client.
    #[public]
    fn client(&self) -> &OrganisationCard {
        &self.client
    }

    /// The partnership, with what is delegated.
    #[public]
    fn partnership(&self) -> &Partnership {
        &self.partnership
    }

    /// The template, with what it wants.
    #[public]
    fn template(&self) -> &DelegationTemplate {
        &self.template
    }

    /// What the template wants and the client does not delegate.
    #[public]
    fn missing(&self) -> PermissionSet {
        self.missing.own
    }

    /// What the client delegates and the template does not want.
    #[public]
    fn excess(&self) -> PermissionSet {
        self.excess.own
    }

    /// What the template wants at the client's own clients and the client does not delegate.
    #[public]
    fn missing_at_clients(&self) -> PermissionSet {
        self.missing.clients
    }

    /// What the client delegates at its own clients and the template does not want.
    #[public]
    fn excess_at_clients(&self) -> PermissionSet {
        self.excess.clients
    }

    /// Whether people of resellers above may use the delegation. `template.terms.includesUpstream` says whether they
    /// should.
    #[public]
    fn includes_upstream(&self) -> bool {
        self.upstream.0
    }

    /// Whether the template wants something else for resellers above.
    #[public]
    fn upstream_differs(&self) -> bool {
        self.upstream.0 != self.upstream.1
    }

    /// Whether a proposal of other terms to the client is pending.
    #[public]
    fn proposed(&self) -> bool {
        self.is_pending
    }
}
