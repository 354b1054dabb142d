//! The figures of the organisations on a page of an export, read together.

use std::collections::HashMap;

use futures_util::future::try_join4;
use uuid::Uuid;

use crate::access::{Decision, Permission};
use crate::base::error::Result;
use crate::graphql::request::Request;
use crate::partners::overview::{self, Invoiced, Seats, Subscribed};

/// The figures of a page by organisation. An organisation without any of what is counted has no entry.
pub struct AllFigures {
    members: HashMap<Uuid, u64>,
    subscribed: HashMap<Uuid, Subscribed>,
    invoiced: HashMap<Uuid, Invoiced>,
    seats: HashMap<Uuid, Seats>,
}

impl AllFigures {
    /// Counts the figures of the organisations, each only where the viewer may see it: one statement for each kind.
    pub async fn load<'a>(
        request: &Request,
        organisations: impl Iterator<Item = &'a Decision> + Clone,
    ) -> Result<Self> {
        let (db, today) = (request.db(), request.today());
        let with = |permission: Permission| -> Vec<Uuid> {
            organisations.clone().filter(|at| at.grants.has(permission)).map(Decision::id).collect()
        };
        let [members, subscriptions, invoices, seats] =
            [Permission::MemberRead, Permission::SubscriptionRead, Permission::InvoiceRead, Permission::UsageRead]
                .map(with);
        let (members, subscribed, owed, seats) = try_join4(
            overview::store::members_of(db, &members),
            overview::store::subscribed_of(db, &subscriptions),
            overview::store::invoiced_of(db, &invoices, today),
            overview::store::seats_of(db, &seats),
        )
        .await?;
        Ok(Self { members, subscribed, invoiced: owed, seats })
    }

    /// The figures of one organisation, by what the viewer may see there.
    pub fn of(&self, decision: &Decision) -> Figures {
        let (id, may) = (&decision.id(), |permission| decision.grants.has(permission));
        Figures {
            members: may(Permission::MemberRead).then(|| self.members.get(id).copied().unwrap_or_default()),
            subscribed: may(Permission::SubscriptionRead).then(|| self.subscribed.get(id).cloned().unwrap_or_default()),
            invoiced: may(Permission::InvoiceRead).then(|| self.invoiced.get(id).cloned().unwrap_or_default()),
            seats: may(Permission::UsageRead).then(|| self.seats.get(id).copied().unwrap_or_default()),
        }
    }
}

/// The figures of one organisation; `None` where the viewer may not see one.
pub struct Figures {
    /// How many members there are.
    pub members: Option<u64>,
    /// The subscriptions.
    pub subscribed: Option<Subscribed>,
    /// The open invoices.
    pub invoiced: Option<Invoiced>,
    /// The seats.
    pub seats: Option<Seats>,
}
