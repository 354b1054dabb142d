//! Reading the catalogue from a file.

use sea_orm::prelude::{Date, DateTimeUtc};
use sea_orm::{DatabaseTransaction, DbErr};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::read::{Fault, Source};
use super::rules::{Changes, Comparison};
use super::stored::Stored;
use crate::access;
use crate::base::db::Db;
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::catalogue::{feature, plan, price, product};
use crate::organisation;
use crate::oversight::audit::{self, Event};

/// Changes the catalogue of the operator to what the file says, in one transaction, and returns a line about each change.
/// A dry run changes nothing.
pub async fn import(
    db: &Db,
    random: &Random,
    (now, today): (DateTimeUtc, Date),
    text: &str,
    dry_run: bool,
) -> Result<Vec<String>> {
    let refused = |fault: Fault| Error::InvalidInput(format!("Line {}: {}", fault.line, fault.message));
    let source = Source::parse(text).map_err(refused)?;
    db.write(async |tx| {
        let Some(seller) = organisation::store::find_operator(tx).await? else {
            let message = "There is no operator yet. Create one with `tenantry operator create`.";
            return Err(Error::Conflict(message.to_owned()));
        };
        access::lock(tx, seller).await?;
        let stored = Stored::load(tx, seller).await?;
        let new_id = || random.id(now);
        let changes = Changes::default();
        let comparison = Comparison { source: &source, stored, seller, now, today, new_id, changes };
        let changes = comparison.run().map_err(refused)?;
        if !dry_run && !changes.lines.is_empty() {
            let event = Event::done("catalogue import", seller, None).to(Type::Organisation.id(seller));
            let event = event.changing(Json::Null, json!({ "changes": changes.lines }));
            write(tx, seller, &changes).await?;
            audit::record_by_system(tx, random, now, event).await?;
        }
        Ok(changes.lines)
    })
    .await
}

async fn write(tx: &DatabaseTransaction, seller: Uuid, changes: &Changes) -> Result<(), DbErr> {
    feature::store::create(tx, changes.new_features.clone()).await?;
    for row in &changes.changed_features {
        feature::store::update(tx, row.clone()).await?;
    }
    product::store::create(tx, changes.new_products.clone()).await?;
    for row in &changes.changed_products {
        product::store::update(tx, row.clone()).await?;
    }
    for (product, to) in &changes.upgrades {
        product::store::set_upgrades(tx, *product, to).await?;
    }
    for (product, given) in &changes.entitlements {
        feature::store::set_entitlements(tx, *product, given).await?;
    }
    for row in &changes.new_plans {
        plan::store::create(tx, row.clone()).await?;
    }
    if let Some(default) = changes.default_plan {
        plan::store::make_default(tx, seller, default).await?;
    }
    price::store::withdraw(tx, &changes.withdrawn).await?;
    price::store::create(tx, &changes.new_prices).await
}
