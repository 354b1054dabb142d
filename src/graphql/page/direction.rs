//! The direction of an order.

use async_graphql::Enum;
use serde::{Deserialize, Serialize};

/// The direction of an order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrderDirection {
    /// The smallest value first.
    #[default]
    Asc,
    /// The largest value first.
    Desc,
}
