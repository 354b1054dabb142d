//! What is granted and used: for lists from memory, and for acts as their transaction sees it.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::join_all;
use sea_orm::prelude::Date;
use uuid::Uuid;

use super::rules::{Held, Licence, licences, sums};
use super::store;
use crate::base::error::Result;
use crate::catalogue::feature::store::{self as features, Given};
use crate::catalogue::subscription::store as subscriptions;
use crate::graphql::request::{Request, Work};

/// What each subscription of the organisation gives today. The statements are shared with the other organisations of the
/// level.
pub async fn licences_of(request: &Request, organisation: Uuid) -> Result<Vec<Licence>> {
    let held = held_by(request, organisation, request.today()).await?;
    licences_by(request, &held).await
}

/// How many of each feature the organisation may use today.
pub async fn granted(request: &Request, organisation: Uuid) -> Result<HashMap<Uuid, i64>> {
    Ok(sums(&licences_of(request, organisation).await?))
}

/// What the organisation has on a day, by subscription.
pub async fn held_by(request: &Request, organisation: Uuid, day: Date) -> Result<Vec<Held>> {
    let begun = subscriptions::list_begun(request, organisation).await?;
    let held = begun.iter().map(async |id| {
        let changes = subscriptions::history(request, *id).await?;
        Ok(Held::on(*id, &changes, day))
    });
    join_all(held).await.into_iter().filter_map(Result::transpose).collect()
}

/// What these units give.
pub async fn licences_by(request: &Request, held: &[Held]) -> Result<Vec<Licence>> {
    let given = held.iter().map(async |held| {
        let given = features::entitlements_of(request, held.product).await?;
        Ok((held.product, given))
    });
    let given: HashMap<Uuid, Given> = join_all(given).await.into_iter().collect::<Result<_>>()?;
    Ok(licences(held, |product| given.get(&product).map_or(&[], |given: &Arc<_>| given.as_slice())))
}

/// How many of each feature the organisation may use today, as the transaction sees it. The caller has locked the
/// organisation. Three statements.
pub async fn granted_in(work: &Work<'_>, organisation: Uuid) -> Result<HashMap<Uuid, i64>> {
    let histories = subscriptions::histories_of_begun(work.tx, organisation).await?;
    let today = work.today();
    let held: Vec<Held> =
        histories.iter().filter_map(|(subscription, changes)| Held::on(*subscription, changes, today)).collect();
    let products: Vec<Uuid> = held.iter().map(|held| held.product).collect();
    let mut given: HashMap<Uuid, Vec<(Uuid, i32)>> = HashMap::new();
    for row in features::entitlements_in(work.tx, &products).await? {
        given.entry(row.product_id).or_default().push((row.feature_id, row.quantity));
    }
    Ok(sums(&licences(&held, |product| given.get(&product).map_or(&[], Vec::as_slice))))
}

/// How many of each feature the organisation uses, as the transaction sees it. One statement.
pub async fn used_in(work: &Work<'_>, organisation: Uuid) -> Result<HashMap<Uuid, i64>> {
    let rows = store::load_in(work.tx, organisation).await?;
    Ok(rows.into_iter().map(|row| (row.feature_id, row.used)).collect())
}
