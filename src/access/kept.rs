//! What nodes keep of the tenant graph, and which rows each entry was made from.

use std::collections::BTreeMap;
use std::sync::Arc;

use entity::organisation;
use uuid::Uuid;

use super::graph::{Edge, Holding, Holdings, RoleRef};
use super::lapsed::Tie;
use crate::base::memory::{Heap, Key, Kind, OfTable, Subjects, Table};

/// Where organisations are kept.
pub const ORGANISATION: &str = "organisation";
/// Where the clients of resellers are kept.
pub const CLIENTS: &str = "clients";
/// Where the users of organisations are kept.
pub const MEMBERS: &str = "members";
/// Where people are kept.
pub const PERSON: &str = "person";
/// Where that is kept what users hold.
pub const HOLDINGS: &str = "holdings";
/// Where the operator is kept.
pub const OPERATOR: Key = Key::new("operator", Uuid::nil());

/// An organisation and the partnerships above it, past ones too.
#[derive(Debug)]
pub struct Placed {
    /// Its row.
    pub row: Arc<organisation::Model>,
    /// The partnerships of which it is the client.
    pub above: Vec<Edge>,
}

/// What is said of a person who holds something.
#[derive(Debug)]
pub struct Person {
    /// The name.
    pub name: String,
    /// Whether the account is active, not disabled.
    pub is_active: bool,
}

/// An organisation with the partnerships above it.
pub struct OfOrganisation;

impl Kind<Arc<Placed>> for OfOrganisation {
    fn subjects(&self, id: Uuid, _: Option<&Arc<Placed>>, subjects: &mut Subjects) {
        subjects.add(Table::Organisation, id);
        subjects.add(Table::Partnership, id);
    }

    fn heap(&self, placed: &Arc<Placed>) -> usize {
        let row = &placed.row;
        size_of::<Placed>() + size_of_val(&**row) + row.name.heap() + row.code.heap() + size_of_val(&*placed.above)
    }

    fn text(&self, placed: &Arc<Placed>) -> String {
        format!("{placed:?}")
    }
}

/// The operator. There is never a second one.
pub struct OfOperator;

impl Kind<Uuid> for OfOperator {
    fn subjects(&self, _: Uuid, operator: Option<&Uuid>, subjects: &mut Subjects) {
        if let Some(id) = operator {
            subjects.add(Table::Organisation, *id);
        }
    }

    fn heap(&self, _: &Uuid) -> usize {
        0
    }

    fn text(&self, operator: &Uuid) -> String {
        operator.to_string()
    }
}

/// The clients of a reseller.
pub const OF_CLIENTS: OfTable<Arc<Vec<Uuid>>> = OfTable::new(Table::Partnership);
/// The users of an organisation.
pub const OF_MEMBERS: OfTable<Arc<Vec<Uuid>>> = OfTable::new(Table::Membership);
/// A person.
pub const OF_PERSON: OfTable<Arc<Person>> = OfTable::new(Table::User);

impl Heap for Person {
    fn heap(&self) -> usize {
        self.name.heap()
    }
}

/// What a user holds. It is made from many rows.
pub struct OfHoldings;

impl Kind<Arc<Holdings>> for OfHoldings {
    fn subjects(&self, user: Uuid, holdings: Option<&Arc<Holdings>>, subjects: &mut Subjects) {
        subjects.add(Table::Membership, user);
        subjects.add(Table::SecondFactor, user);
        for (organisation, holding) in holdings.into_iter().flat_map(|holdings| holdings.iter()) {
            subjects.add(Table::Organisation, *organisation);
            subjects.add(Table::SignInPolicy, *organisation);
            let Holding::Membership { id, ties, roles, .. } = holding else { continue };
            subjects.add(Table::MembershipRole, *id);
            for held in roles {
                if let RoleRef::Custom { id, .. } = &held.role {
                    subjects.add(Table::Role, *id);
                }
            }
            for tie in ties {
                match tie {
                    Tie::Partnership { reseller, .. } => subjects.add(Table::Partnership, *reseller),
                    Tie::Custody { reseller, .. } => subjects.add(Table::Organisation, *reseller),
                    Tie::SecondFactor => {}
                }
            }
        }
    }

    fn heap(&self, holdings: &Arc<Holdings>) -> usize {
        let one = |holding: &Holding| {
            let Holding::Membership { ties, roles, .. } = holding else { return 0 };
            size_of_val(&**ties) + size_of_val(&**roles)
        };
        // The table of a map is at most twice as large as what is in it.
        2 * holdings.len() * size_of::<(Uuid, Holding)>() + holdings.values().map(one).sum::<usize>()
    }

    fn text(&self, holdings: &Arc<Holdings>) -> String {
        let sorted: BTreeMap<Uuid, (String, Vec<String>)> = holdings
            .iter()
            .map(|(id, holding)| match holding {
                Holding::Membership { id: membership, expires_at, ties, roles } => {
                    let mut roles: Vec<String> = roles.iter().map(|role| format!("{role:?}")).collect();
                    roles.sort();
                    (*id, (format!("{membership} {expires_at:?} {ties:?}"), roles))
                }
                Holding::Key { .. } => (*id, (format!("{holding:?}"), Vec::new())),
            })
            .collect();
        format!("{sorted:?}")
    }
}
