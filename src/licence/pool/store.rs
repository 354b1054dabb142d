//! Statements about pools.
#![expect(clippy::disallowed_methods, reason = "the statements about pools stand here")]

use std::collections::HashMap;
use std::sync::Arc;

use entity::licence_pool::{Column, Entity, Model};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, QueryFilter, QueryOrder,
    Statement,
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::base::error::Result;
use crate::base::insert::insert_or;
use crate::base::memory::{Heap, OfTable, Table};
use crate::graphql::request::{Request, Work};

type Written<T> = Result<T, DbErr>;

const OF_ORGANISATION: OfTable<Arc<Vec<Model>>> = OfTable::new(Table::LicencePool);

impl Heap for Model {
    fn heap(&self) -> usize {
        0
    }
}

/// What is taken from a pool.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    /// The feature.
    pub feature: Uuid,
    /// How many.
    pub quantity: i64,
    /// How many may be used, with these.
    pub granted: i64,
}

/// The pools that an organisation has used. One statement fetches those of all organisations that are asked for together.
pub async fn load(request: &Request, organisation: Uuid) -> Result<Arc<Vec<Model>>> {
    let load = async |ids: Vec<Uuid>| {
        let rows = Entity::find().filter(Column::OrganisationId.is_in(ids)).order_by_asc(Column::FeatureId);
        let mut found: HashMap<Uuid, Vec<Model>> = HashMap::new();
        for row in rows.all(request.db().reader()).await? {
            found.entry(row.organisation_id).or_default().push(row);
        }
        Ok(found.into_iter().map(|(organisation, rows)| (organisation, Arc::new(rows))).collect())
    };
    Ok(request.lists.kept("pools", organisation, &OF_ORGANISATION, load).await?.unwrap_or_default())
}

/// The pools that an organisation has used, as the transaction sees them.
pub async fn load_in(tx: &DatabaseTransaction, organisation: Uuid) -> Written<Vec<Model>> {
    Entity::find().filter(Column::OrganisationId.eq(organisation)).all(tx).await
}

/// Creates the pools of these features that are not there yet.
pub async fn create_missing(work: &Work<'_>, organisation: Uuid, features: impl Iterator<Item = Uuid>) -> Written<()> {
    let row =
        |feature| Model { id: work.random.id(work.now), organisation_id: organisation, feature_id: feature, used: 0 };
    let known = OnConflict::columns([Column::OrganisationId, Column::FeatureId]).do_nothing().to_owned();
    insert_or(work.tx, &features.map(row).collect::<Vec<_>>(), &known).await
}

/// Takes from pools that are there, each only if no more than granted is then used. Returns from how many was taken.
pub async fn take(tx: &DatabaseTransaction, organisation: Uuid, taken: &[Taken]) -> Written<u64> {
    let rows = taken.iter().map(|one| json!([one.feature.simple().to_string(), one.quantity, one.granted]));
    change(tx, organisation, rows.collect(), "+", |used, most| format!("{used} <= {most}")).await
}

/// Gives so many of each feature back to pools that use as many. Returns to how many was given.
pub async fn give_back(tx: &DatabaseTransaction, organisation: Uuid, returned: &[(Uuid, i64)]) -> Written<u64> {
    let rows = returned.iter().map(|(feature, quantity)| json!([feature.simple().to_string(), quantity]));
    change(tx, organisation, rows.collect(), "-", |used, _| format!("{used} >= 0")).await
}

/// Changes what is used by the second values of the rows, where the condition on what is then used holds. It gets the third
/// value.
async fn change(
    tx: &DatabaseTransaction,
    organisation: Uuid,
    rows: Json,
    sign: &str,
    condition: impl Fn(&str, &str) -> String,
) -> Written<u64> {
    let backend = tx.get_database_backend();
    let (source, feature, number) = match backend {
        DbBackend::Postgres => ("json_array_elements($1::text::json) AS r(value)", "(r.value ->> 0)::uuid", "::bigint"),
        _ => ("json_each($1) AS r", "unhex(r.value ->> 0)", ""),
    };
    let used = format!("t.used {sign} (r.value ->> 1){number}");
    let holds = condition(&used, &format!("(r.value ->> 2){number}"));
    let sql = format!(
        "UPDATE licence_pool AS t SET used = {used} FROM {source} \
         WHERE t.organisation_id = $2 AND t.feature_id = {feature} AND {holds}"
    );
    let values = [rows.to_string().into(), organisation.into()];
    Ok(tx.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?.rows_affected())
}
