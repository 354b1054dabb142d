//! Subscriptions: what an organisation has bought, with the agreed price.
//!
//! A subscription is PENDING until its service is ready, then ACTIVE. A cancelled one is CANCELLED until the end of its
//! commitment, then ENDED. It exists for viewers with SUBSCRIPTION_READ at the organisation.
//!
//! Every change is appended to its history, and never edited. The row has what the history says: `history.rs` folds it,
//! `charge.rs` computes what is due for an interval, and `period.rs` counts intervals and terms. `rules.rs` says what can
//! be changed and when it takes effect. `renewal.rs` begins the next terms.

mod acting;
mod cancel;
mod change;
mod change_product;
mod change_quantity;
pub mod charge;
pub mod closing;
mod following;
mod give_back;
pub mod history;
mod in_use;
mod keep;
mod letters;
mod messages;
mod object;
mod of_record;
mod offer;
pub mod period;
mod preview;
mod renewal;
pub mod rules;
mod set_partner_of_record;
pub mod store;
mod withdraw_change;

use macros::merged;

pub use acting::{Cause, call_off, raise_to, rows_of};
pub use change::SubscriptionChange;
pub use in_use::ProductInUse;
pub use object::{
    BillingInterval, Subscription, SubscriptionFilter, SubscriptionOrder, SubscriptionState, SubscriptionTerm,
};
pub use of_record::PartnerOfRecord;
pub use renewal::{Renewed, renew_now_and_then, run as renew};

/// The mutations of subscriptions.
#[merged]
pub struct SubscriptionMutation(
    change_quantity::ChangeQuantity,
    change_product::ChangeProduct,
    cancel::CancelSubscription,
    keep::KeepSubscription,
    give_back::ReturnSubscription,
    withdraw_change::WithdrawChange,
    set_partner_of_record::SetPartnerOfRecord,
);
