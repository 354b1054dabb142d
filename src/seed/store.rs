//! The statements of the generators.
#![expect(clippy::disallowed_methods, reason = "the generators run from the command line, so there is no viewer")]

use entity::{organisation, property_value, user};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::base::error::{Error, Result};
use crate::partners::property::{self, Stored};
use crate::people::user::mailbox;

/// Sets values of properties. Triggers have created a row without a value for each.
pub async fn set_values(transaction: &DatabaseTransaction, rows: &[property_value::Model]) -> Result<(), DbErr> {
    for of_one in rows.chunk_by(|row, next| row.organisation_id == next.organisation_id) {
        let changes = of_one.iter().map(|row| property::store::Change {
            partnership: row.partnership_id,
            key: &row.key,
            definition: row.definition_id,
            stored: Stored {
                value: row.value.clone(),
                folded: row.folded.clone(),
                ascending_key: row.ascending_key.clone(),
                descending_key: row.descending_key.clone(),
            },
        });
        let changes: Vec<property::store::Change<'_>> = changes.collect();
        property::store::write(transaction, of_one[0].organisation_id, &changes).await?;
    }
    Ok(())
}

/// Refuses a database that has users or organisations.
pub async fn require_empty(connection: &impl ConnectionTrait) -> Result<()> {
    if !is_used(connection).await? {
        return Ok(());
    }
    Err(Error::Conflict(
        "The database already has users or organisations. Set database.url or data_dir to an empty one.".to_owned(),
    ))
}

async fn is_used(connection: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let user: Option<Uuid> =
        user::Entity::find().select_only().column(user::Column::Id).limit(1).into_tuple().one(connection).await?;
    let organisation: Option<Uuid> = organisation::Entity::find()
        .select_only()
        .column(organisation::Column::Id)
        .limit(1)
        .into_tuple()
        .one(connection)
        .await?;
    Ok(user.is_some() || organisation.is_some())
}

/// Whether a user has the address.
pub async fn is_taken(connection: &impl ConnectionTrait, email: &str) -> Result<bool, DbErr> {
    Ok(user::Entity::find().filter(user::Column::Mailbox.eq(mailbox(email))).one(connection).await?.is_some())
}

/// The organisation that runs the platform, if there is one yet.
pub async fn find_operator(connection: &impl ConnectionTrait) -> Result<Option<Uuid>, DbErr> {
    let operator = organisation::Entity::find()
        .filter(organisation::Column::Kind.eq(organisation::Kind::Operator))
        .one(connection)
        .await?;
    Ok(operator.map(|row| row.id))
}
