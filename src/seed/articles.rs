//! The articles that the operator sells in demo and scale data.

use entity::service::Kind;
use entity::subscription::{Interval, Term};
use entity::{feature, product};
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::rows;

/// An article. Its price in Swedish kronor is chosen so that VAT is a whole number, also in euro.
#[derive(Clone, Copy, Debug)]
pub struct Article {
    /// Code, as on invoices.
    pub code: &'static str,
    /// Name.
    pub name: &'static str,
    /// What customers get.
    description: &'static str,
    /// The kind of service that it gives.
    pub kind: Kind,
    /// The time between two invoices.
    pub interval: Interval,
    /// Price of one unit for one interval, in öre.
    price: i64,
    /// What an order costs once, in öre.
    setup: i64,
    /// What one unit entitles to: the key of the feature, its name, what it counts, and how many.
    pub feature: Option<(&'static str, &'static str, feature::Kind, i32)>,
}

/// A server.
pub const SERVER: Article = Article {
    code: "SERVER-S",
    name: "Virtual server, small",
    description: "Two cores, 4 GB of memory and 80 GB of storage in Gothenburg. Ready within minutes.",
    kind: Kind::VirtualServer,
    interval: Interval::Month,
    price: 12_000,
    setup: 50_000,
    feature: None,
};
/// A site.
pub const SITE: Article = Article {
    code: "WEB-M",
    name: "Web hosting, medium",
    description: "One site with 50 GB of storage, a certificate and a database.",
    kind: Kind::WebHosting,
    interval: Interval::Month,
    price: 10_000,
    setup: 0,
    feature: Some(("site-storage-gb", "Storage of web sites, in GB", feature::Kind::Quota, 50)),
};
/// A domain name.
pub const DOMAIN: Article = Article {
    code: "DOMAIN",
    name: "Domain name",
    description: "A domain name under .se, .eu or .com, with name servers.",
    kind: Kind::Domain,
    interval: Interval::Year,
    price: 16_000,
    setup: 0,
    feature: None,
};
/// The family of the feature of seats.
pub const FAMILY: &str = "office";

/// Seats.
pub const SEATS: Article = Article {
    code: "OFFICE",
    name: "Mail and office, per seat",
    description: "Mail, calendar and documents for one person.",
    kind: Kind::Seats,
    interval: Interval::Month,
    price: 8_000,
    setup: 0,
    feature: Some(("office-seat", "Mail and office seat", feature::Kind::Seat, 1)),
};
/// Devices.
pub const DEVICES: Article = Article {
    code: "LOGGER-10",
    name: "Data loggers, quota of ten",
    description: "Ten data loggers that report temperature and humidity.",
    kind: Kind::Devices,
    interval: Interval::Month,
    price: 20_000,
    setup: 0,
    feature: Some(("data-logger", "Data logger", feature::Kind::Quota, 10)),
};
/// Something else.
pub const BACKUP: Article = Article {
    code: "BACKUP",
    name: "Daily backup",
    description: "A copy of all data each night, kept for 30 days.",
    kind: Kind::Other,
    interval: Interval::Month,
    price: 4_000,
    setup: 0,
    feature: None,
};

/// All articles.
pub const ALL: [Article; 6] = [SITE, DOMAIN, SERVER, SEATS, BACKUP, DEVICES];

impl Article {
    /// Its product in the catalogue of the operator.
    pub fn product(&self, id: Uuid, operator: Uuid, created_at: DateTimeUtc) -> product::Model {
        let kind = match self.kind {
            Kind::Seats => product::Kind::Licence,
            Kind::Devices => product::Kind::Device,
            _ => product::Kind::Service,
        };
        product::Model {
            description: self.description.to_owned(),
            kind,
            service_kind: Some(self.kind),
            // Whoever takes a domain name shall know what it costs next year.
            price_lock_months: if self.kind == Kind::Domain { 24 } else { 0 },
            ..rows::product(id, operator, self.code, self.name, created_at)
        }
    }

    /// Price of one unit for one interval, in minor units of the currency.
    pub fn price_in(&self, currency: &str) -> i64 {
        if currency == "EUR" { self.price / 10 } else { self.price }
    }

    /// What an order costs once, in minor units of the currency.
    pub fn setup_in(&self, currency: &str) -> i64 {
        if currency == "EUR" { self.setup / 10 } else { self.setup }
    }

    /// What it costs, for each commitment and interval that it is sold by. A longer commitment costs a tenth less.
    pub fn offers(&self) -> Vec<(Term, Interval, i64)> {
        let (full, less) = (self.price, self.price / 10 * 9);
        match self.interval {
            Interval::Month => vec![
                (Term::Monthly, Interval::Month, full),
                (Term::Annual, Interval::Month, less),
                (Term::Annual, Interval::Year, less * 12),
            ],
            Interval::Year => vec![(Term::Annual, Interval::Year, full), (Term::Triennial, Interval::Year, less)],
        }
    }

    /// The name of a service of this kind, for an organisation with this domain name.
    pub fn label(&self, domain: &str) -> String {
        match self.kind {
            Kind::Domain => domain.to_owned(),
            Kind::WebHosting => format!("www.{domain}"),
            Kind::VirtualServer => format!("vm1.{domain}"),
            Kind::Seats => format!("Mail at {domain}"),
            Kind::Devices => "Data loggers".to_owned(),
            Kind::Other => format!("Backup of {domain}"),
        }
    }
}
