//! The articles that the operator sells in demo and scale data.

use entity::product;
use entity::service::Kind;
use entity::subscription::Interval;
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
    /// The kind of service that it gives.
    pub kind: Kind,
    /// The time between two invoices.
    pub interval: Interval,
    /// Price of one unit for one interval, in öre.
    price: i64,
}

/// A server.
pub const SERVER: Article = monthly("SERVER-S", "Virtual server, small", Kind::VirtualServer, 12_000);
/// A site.
pub const SITE: Article = monthly("WEB-M", "Web hosting, medium", Kind::WebHosting, 10_000);
/// A domain name.
pub const DOMAIN: Article =
    Article { code: "DOMAIN", name: "Domain name", kind: Kind::Domain, interval: Interval::Year, price: 16_000 };
/// Seats.
pub const SEATS: Article = monthly("OFFICE", "Mail and office, per seat", Kind::Seats, 8_000);
/// Devices.
pub const DEVICES: Article = monthly("LOGGER-10", "Data loggers, quota of ten", Kind::Devices, 20_000);
/// Something else.
pub const BACKUP: Article = monthly("BACKUP", "Daily backup", Kind::Other, 4_000);

/// All articles.
pub const ALL: [Article; 6] = [SITE, DOMAIN, SERVER, SEATS, BACKUP, DEVICES];

const fn monthly(code: &'static str, name: &'static str, kind: Kind, price: i64) -> Article {
    Article { code, name, kind, interval: Interval::Month, price }
}

impl Article {
    /// Its product in the catalogue of the operator.
    pub fn product(&self, id: Uuid, operator: Uuid, created_at: DateTimeUtc) -> product::Model {
        let kind = match self.kind {
            Kind::Seats => product::Kind::Licence,
            Kind::Devices => product::Kind::Device,
            _ => product::Kind::Service,
        };
        product::Model {
            kind,
            service_kind: Some(self.kind),
            ..rows::product(id, operator, self.code, self.name, created_at)
        }
    }

    /// Price of one unit for one interval, in minor units of the currency.
    pub fn price_in(&self, currency: &str) -> i64 {
        if currency == "EUR" { self.price / 10 } else { self.price }
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
