//! The drift report: a client that does not delegate what its template wants.

use std::sync::Arc;

use async_graphql::Object;
use macros::guarded;

use super::object::DelegationTemplate;
use super::store::{Drifted, terms};
use crate::access::{Decision, Grants, PermissionSet};
use crate::organisation::OrganisationCard;
use crate::partners::partnership::{Partnership, Terms};
use crate::partners::proposal::Lapse;

/// What a client delegates, beside what its template wants.
pub struct Drift {
    partnership: Partnership,
    template: DelegationTemplate,
    missing: Grants,
    excess: Grants,
    upstream: (bool, bool),
    client: OrganisationCard,
    is_asked: bool,
}

impl Drift {
    /// Of a partnership with its two ends.
    pub fn new(row: &Drifted, client: &Decision, reseller: &Decision, lapse: Lapse) -> Self {
        let (has, wants) = (Terms::of(&row.partnership), terms(&row.template));
        Self {
            partnership: Partnership::new(&row.partnership, client, reseller, lapse.now),
            template: DelegationTemplate::new(&Arc::clone(&row.template), reseller),
            missing: wants.beyond(has),
            excess: has.beyond(wants),
            upstream: (has.includes_upstream, wants.includes_upstream),
            client: OrganisationCard::from(&*client.row),
            is_asked: row.asked_at.is_some_and(|asked| asked > lapse.before()),
        }
    }
}

/// A client that does not delegate what its template wants.
#[guarded]
#[Object]
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

    /// The same at the client's own clients.
    #[public]
    fn missing_at_clients(&self) -> PermissionSet {
        self.missing.clients
    }

    /// The same at the client's own clients.
    #[public]
    fn excess_at_clients(&self) -> PermissionSet {
        self.excess.clients
    }

    /// Whether people of resellers above come through; `template.terms.includesUpstream` says whether they should.
    #[public]
    fn includes_upstream(&self) -> bool {
        self.upstream.0
    }

    /// Whether the template says otherwise about resellers above.
    #[public]
    fn upstream_differs(&self) -> bool {
        self.upstream.0 != self.upstream.1
    }

    /// Whether the client was asked for other terms and has not answered yet.
    #[public]
    fn proposed(&self) -> bool {
        self.is_asked
    }
}
