//! Where most of a feature comes from: what one licence costs follows from that.

use uuid::Uuid;

use super::granted::licences_of;
use crate::base::error::Result;
use crate::catalogue::subscription::Subscription;
use crate::graphql::act::Find;
use crate::graphql::request::Request;

/// The subscription that gives most of a feature today, and how many of it each unit gives. `None` if none gives it, or if
/// the viewer may not see it.
pub async fn main_source(request: &Request, organisation: Uuid, feature: Uuid) -> Result<Option<(Subscription, i64)>> {
    let licences = licences_of(request, organisation).await?;
    let of_it = licences.iter().filter(|licence| licence.feature == feature);
    let Some(most) = of_it.max_by_key(|licence| licence.quantity) else { return Ok(None) };
    let found = Subscription::find(request, most.subscription).await?;
    Ok(found.map(|subscription| {
        let each = most.quantity / i64::from(subscription.row().quantity).max(1);
        (subscription, each)
    }))
}
