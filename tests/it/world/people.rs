//! The callers: people and keys of the sample tenants, as constants.

use tenantry::access::{Permission, PermissionSet};
use uuid::Uuid;

use super::rows::key;
use super::tenants::{FJORD, NORDIC};

/// Everybody's password.
pub const PASSWORD: &str = "seven green bottles";

/// A user.
#[derive(Clone, Copy, Debug)]
pub struct Person {
    pub id: Uuid,
    pub name: &'static str,
    pub email: &'static str,
}

/// A key of an organisation.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    pub id: Uuid,
    pub name: &'static str,
    pub organisation: Uuid,
    pub secret: &'static str,
    pub own: PermissionSet,
    pub clients: PermissionSet,
}

/// The sender of a request.
#[derive(Clone, Copy, Debug)]
pub enum Caller {
    Nobody,
    Person(Person),
    Key(Key),
}

impl Caller {
    /// The user. Panics if the caller is not a person.
    pub fn person(self) -> Person {
        match self {
            Self::Person(person) => person,
            other => panic!("{other:?} is not a person"),
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Person(person) => person.name,
            Self::Key(key) => key.name,
        }
    }
}

pub const fn person(tree: u8, number: u32, name: &'static str, email: &'static str) -> Caller {
    Caller::Person(Person { id: key(tree, number), name, email })
}

const fn nordic(number: u32, name: &'static str, email: &'static str) -> Caller {
    person(NORDIC, number, name, email)
}

pub const NOBODY: Caller = Caller::Nobody;
pub const OWNER_OF_ACME: Caller = nordic(101, "Olga, owner of Acme", "olga@acme.example");
pub const ADMIN_OF_ACME: Caller = nordic(102, "Adam, admin of Acme", "adam@acme.example");
pub const BILLING_OF_ACME: Caller = nordic(103, "Britta, billing at Acme", "britta@acme.example");
pub const INVOICES_OF_ACME: Caller = nordic(104, "Ines, invoices at Acme", "ines@acme.example");
pub const DOMAINS_OF_ACME: Caller = nordic(105, "Dora, domains at Acme", "dora@acme.example");
pub const TECHNICAL_OF_ACME: Caller = nordic(106, "Tove, technical at Acme", "tove@acme.example");
pub const VIEWER_OF_ACME: Caller = nordic(107, "Vera, viewer at Acme", "vera@acme.example");
pub const MEMBER_OF_ACME: Caller = nordic(108, "Max, member of Acme", "max@acme.example");
pub const EXPIRED_AT_ACME: Caller = nordic(109, "Ewa, was admin of Acme", "ewa@acme.example");
pub const DISABLED_AT_ACME: Caller = nordic(110, "Dan, disabled", "dan@acme.example");
pub const OWNER_OF_NORDEN: Caller = nordic(111, "Nora, owner of Norden", "nora@norden.example");
pub const OWNER_OF_FJORD: Caller = nordic(112, "Frida, owner of Fjord", "frida@fjord.example");
pub const MANAGER_OF_FJORD: Caller = nordic(113, "Pia, partner manager at Fjord", "pia@fjord.example");
pub const SUPPORT_OF_FJORD: Caller = nordic(114, "Per, partner support at Fjord", "per@fjord.example");
pub const OWNER_OF_LUND: Caller = nordic(115, "Lars, owner of Lund", "lars@lund.example");
pub const OWNER_OF_EKEN: Caller = nordic(116, "Egil, owner of Eken (suspended)", "egil@eken.example");
pub const OWNER_OF_GRAN: Caller = nordic(117, "Greta, owner of Gran (closed)", "greta@gran.example");
pub const CLERK_OF_MECENAT: Caller = nordic(118, "Moa, billing at the payer", "moa@mecenat.example");
pub const SOLE_PERSON: Caller = nordic(119, "Stig, on his own", "stig@solo.example");
pub const OWNER_OF_OPERATOR: Caller = nordic(120, "Oskar, owner of the operator", "oskar@operator.example");
pub const AGENT_OF_OPERATOR: Caller = nordic(121, "Agnes, support agent of the operator", "agnes@operator.example");

/// Reads the clients of Fjord and their services.
pub const KEY_OF_FJORD: Caller = Caller::Key(Key {
    id: key(NORDIC, 150),
    name: "key of Fjord",
    organisation: FJORD.id,
    secret: "fjord-fjord-fjord-fjord-fjord-fjord-fjord-1",
    own: PermissionSet::of(&[Permission::ClientRead]),
    clients: PermissionSet::of(&[Permission::ServiceRead]),
});

/// All callers of the matrix, in its order.
pub const EVERYBODY: [Caller; 22] = [
    OWNER_OF_ACME,
    ADMIN_OF_ACME,
    BILLING_OF_ACME,
    INVOICES_OF_ACME,
    DOMAINS_OF_ACME,
    TECHNICAL_OF_ACME,
    VIEWER_OF_ACME,
    MEMBER_OF_ACME,
    EXPIRED_AT_ACME,
    OWNER_OF_NORDEN,
    OWNER_OF_FJORD,
    MANAGER_OF_FJORD,
    SUPPORT_OF_FJORD,
    KEY_OF_FJORD,
    OWNER_OF_LUND,
    OWNER_OF_EKEN,
    OWNER_OF_GRAN,
    CLERK_OF_MECENAT,
    SOLE_PERSON,
    OWNER_OF_OPERATOR,
    AGENT_OF_OPERATOR,
    NOBODY,
];
