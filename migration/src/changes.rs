//! The triggers that log the changes of a table.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, Statement};

/// From now on, each change of a row of the table is logged under this number, with the values of these columns: the id of
/// the row and those of its parents. Some parents can be NULL.
pub async fn log_changes(db: &impl ConnectionTrait, table: &str, number: i16, columns: &[&str]) -> Result<(), DbErr> {
    if db.get_database_backend() == DbBackend::Postgres {
        let current = Statement::from_string(DbBackend::Postgres, "SELECT quote_ident(current_schema())");
        let row = db.query_one_raw(current).await?;
        let schema: String = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default();
        db.execute_unprepared(&postgres(&schema, table, number, columns)).await?;
        return Ok(());
    }
    for trigger in sqlite(table, number, columns) {
        db.execute_unprepared(&trigger).await?;
    }
    Ok(())
}

/// Undoes `log_changes`.
pub async fn stop_logging(db: &impl ConnectionTrait, table: &str) -> Result<(), DbErr> {
    if db.get_database_backend() == DbBackend::Postgres {
        db.execute_unprepared(&format!("DROP FUNCTION log_change_of_{table}() CASCADE")).await?;
        return Ok(());
    }
    for event in ["insert", "update", "delete"] {
        db.execute_unprepared(&format!("DROP TRIGGER {table}_change_{event}")).await?;
    }
    Ok(())
}

/// The function and the triggers of one table. They also fire where the session applies changes of a replica.
fn postgres(schema: &str, table: &str, number: i16, columns: &[&str]) -> String {
    let of = |row: &str| columns.iter().map(|column| format!("{row}.{column}")).collect::<Vec<_>>().join(", ");
    let (new, old) = (of("NEW"), of("OLD"));
    let log = |keys: &str| format!("INSERT INTO {schema}.change (kind, keys) VALUES ({number}, {keys});");
    let keys = |list: &str| format!("array_remove(ARRAY[{list}], NULL)");
    let updated = format!(
        "CASE WHEN ({old}) IS DISTINCT FROM ({new}) THEN {} ELSE {} END",
        keys(&format!("{new}, {old}")),
        keys(&new)
    );
    format!(
        "CREATE FUNCTION log_change_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
           CASE TG_OP WHEN 'INSERT' THEN {} WHEN 'DELETE' THEN {} WHEN 'UPDATE' THEN {} ELSE {} END CASE; \
           RETURN NULL; END $$; \
         CREATE TRIGGER change AFTER INSERT OR UPDATE OR DELETE ON \"{table}\" \
           FOR EACH ROW EXECUTE FUNCTION log_change_of_{table}(); \
         CREATE TRIGGER change_all AFTER TRUNCATE ON \"{table}\" \
           FOR EACH STATEMENT EXECUTE FUNCTION log_change_of_{table}(); \
         ALTER TABLE \"{table}\" ENABLE ALWAYS TRIGGER change, ENABLE ALWAYS TRIGGER change_all",
        log(&keys(&new)),
        log(&keys(&old)),
        log(&updated),
        log("NULL"),
    )
}

/// The triggers of one table.
fn sqlite(table: &str, number: i16, columns: &[&str]) -> [String; 3] {
    let of = |row: &str| columns.iter().map(|column| format!("ifnull({row}.{column}, '')")).collect::<Vec<_>>();
    let (new, old) = (of("NEW").join(" || "), of("OLD").join(" || "));
    [("insert", new.clone()), ("delete", old.clone()), ("update", format!("{new} || {old}"))].map(|(event, keys)| {
        format!(
            "CREATE TRIGGER {table}_change_{event} AFTER {} ON \"{table}\" BEGIN \
             INSERT INTO change (kind, keys) VALUES ({number}, CAST({keys} AS BLOB)); END",
            event.to_uppercase()
        )
    })
}
