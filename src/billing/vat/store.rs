//! Statements about rates of VAT, checks of numbers, and exceptions.
#![expect(clippy::disallowed_methods, reason = "the statements about VAT stand here")]

use std::collections::HashMap;

use entity::{vat_check, vat_override, vat_rate};
use sea_orm::prelude::Date;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use crate::base::insert::insert_or;

type Written<T> = Result<T, DbErr>;

/// The rates that staff have added.
pub async fn rates(db: &impl ConnectionTrait) -> Written<Vec<vat_rate::Model>> {
    vat_rate::Entity::find().order_by_asc(vat_rate::Column::ValidFrom).all(db).await
}

/// Adds rates. A rate of the same country, class and day is replaced.
pub async fn add_rates(tx: &DatabaseTransaction, rows: Vec<vat_rate::Model>) -> Written<()> {
    use vat_rate::Column as C;
    let same = OnConflict::columns([C::Country, C::Class, C::ValidFrom])
        .update_columns([C::BasisPoints, C::Source, C::CreatedAt])
        .to_owned();
    insert_or(tx, &rows, &same).await
}

/// The newest check of each of these numbers, from the day on.
pub async fn checks(
    db: &impl ConnectionTrait,
    numbers: Vec<String>,
    from: Date,
) -> Written<HashMap<String, vat_check::Model>> {
    if numbers.is_empty() {
        return Ok(HashMap::new());
    }
    let checks = vat_check::Entity::find().filter(vat_check::Column::VatId.is_in(numbers));
    let checks = checks.filter(vat_check::Column::CheckedOn.gte(from)).order_by_asc(vat_check::Column::CheckedOn);
    let checks = checks.order_by_asc(vat_check::Column::Id).all(db).await?;
    // The newest is the last of each number.
    Ok(checks.into_iter().map(|check| (check.vat_id.clone(), check)).collect())
}

/// Records a check.
pub async fn record_check(tx: &DatabaseTransaction, row: vat_check::Model) -> Written<()> {
    vat_check::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// The exceptions of these organisations that are in force on the day. Of several, the newest counts.
pub async fn overrides(
    db: &impl ConnectionTrait,
    organisations: &[Uuid],
    day: Date,
) -> Written<HashMap<Uuid, vat_override::Model>> {
    use vat_override::Column as C;
    let in_force = vat_override::Entity::find()
        .filter(C::OrganisationId.is_in(organisations.iter().copied()))
        .filter(C::StartsOn.lte(day))
        .filter(sea_orm::Condition::any().add(C::EndsOn.is_null()).add(C::EndsOn.gte(day)))
        .order_by_asc(C::Id)
        .all(db)
        .await?;
    Ok(in_force.into_iter().map(|row| (row.organisation_id, row)).collect())
}

/// Ends the exceptions of an organisation before a day: those that begin later never count.
pub async fn end_overrides(tx: &DatabaseTransaction, organisation: Uuid, day: Date) -> Written<()> {
    use vat_override::Column as C;
    let last = day.pred_opt().unwrap_or(day);
    let of_it = || vat_override::Entity::delete_many().filter(C::OrganisationId.eq(organisation));
    of_it().filter(C::StartsOn.gte(day)).exec(tx).await?;
    let end = vat_override::ActiveModel { ends_on: sea_orm::Set(Some(last)), ..Default::default() };
    let open = vat_override::Entity::update_many().set(end).filter(C::OrganisationId.eq(organisation));
    open.filter(sea_orm::Condition::any().add(C::EndsOn.is_null()).add(C::EndsOn.gte(day))).exec(tx).await?;
    Ok(())
}

/// Adds an exception.
pub async fn add_override(tx: &DatabaseTransaction, row: vat_override::Model) -> Written<()> {
    vat_override::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}
