//! The properties of a product that have a fixed choice, as clients of the API see them.

use async_graphql::Enum;
use entity::product;

/// What kind of thing a product is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "product::Kind")]
pub enum ProductKind {
    /// Something that runs: a server, a web site, a domain.
    Service,
    /// The right of people to use something.
    Licence,
    /// A quota of devices.
    Device,
    /// Anything else.
    Other,
}

/// How a product is taxed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "product::TaxClass")]
pub enum TaxClass {
    /// At the standard rate.
    Standard,
    /// At the reduced rate.
    Reduced,
    /// Not at all.
    Exempt,
}

/// From when a product is charged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "product::BillsFrom")]
pub enum BillsFrom {
    /// From the day of the order.
    Order,
    /// From the day on which its service is ready.
    Activation,
}

/// When a lower quantity takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "product::LowersAt")]
pub enum LowersAt {
    /// At the next renewal.
    Renewal,
    /// At once.
    Any,
}

/// The state of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "product::State")]
pub enum ProductState {
    /// Not offered yet. Only staff see it.
    Draft,
    /// Can be ordered.
    Offered,
    /// No longer offered. Subscriptions to it go on.
    Retired,
}
