//! Products: what the operator sells.
//!
//! A product is DRAFT, OFFERED or RETIRED. Only an offered one can be ordered. Subscriptions to a retired one go on.
//! Drafts exist for staff with CATALOGUE_MANAGE at the operator. All other products also exist for viewers with
//! SUBSCRIPTION_READ at any organisation: see `seen.rs`. Codes never change.

mod create;
mod kinds;
mod object;
mod offer;
mod retire;
pub mod rules;
mod seen;
mod set_upgrades;
mod state;
pub mod store;
mod update;

use macros::merged;

pub use kinds::{BillsFrom, LowersAt, ProductKind, ProductState, TaxClass};
pub use object::{Product, ProductFilter};
pub use seen::Seen;

/// The mutations of products.
#[merged]
pub struct ProductMutation(
    create::CreateProduct,
    update::UpdateProduct,
    offer::OfferProduct,
    retire::RetireProduct,
    set_upgrades::SetProductUpgrades,
);
