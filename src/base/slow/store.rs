//! Asks the database how it runs a statement.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement, TransactionTrait};

/// How the database runs a statement, whatever its values are.
pub async fn plan(db: &DatabaseConnection, statement: &str) -> Result<String, DbErr> {
    let backend = db.get_database_backend();
    let (rows, column) = if backend == DbBackend::Postgres {
        // Only a prepared statement has a plan without values. All of this must run on one connection.
        let tx = db.begin().await?;
        tx.execute_unprepared(&format!("PREPARE tenantry_slow AS {statement}")).await?;
        let values = vec!["NULL"; placeholders(statement)].join(", ");
        let values = if values.is_empty() { values } else { format!("({values})") };
        let rows = tx.query_all_raw(Statement::from_string(backend, format!("EXPLAIN EXECUTE tenantry_slow{values}")));
        let rows = rows.await?;
        tx.execute_unprepared("DEALLOCATE tenantry_slow").await?;
        tx.rollback().await?;
        (rows, 0)
    } else {
        // Values that are not given are NULL.
        let sql = format!("EXPLAIN QUERY PLAN {statement}");
        (db.query_all_raw(Statement::from_string(backend, sql)).await?, 3)
    };
    let lines: Result<Vec<String>, DbErr> = rows.iter().map(|row| row.try_get_by_index(column)).collect();
    Ok(lines?.iter().map(|line| line.trim()).collect::<Vec<_>>().join("; "))
}

/// The number of values that a statement of PostgreSQL takes: `$1`, `$2` and so on.
fn placeholders(statement: &str) -> usize {
    let numbers = statement.split('$').skip(1).map(|rest| rest.split(|letter: char| !letter.is_ascii_digit()));
    numbers.filter_map(|mut rest| rest.next()?.parse().ok()).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_values_of_a_statement_are_counted() {
        assert_eq!(placeholders("SELECT 1"), 0);
        assert_eq!(placeholders("SELECT $1, $2 FROM x WHERE y = $1 AND z = ANY($12)"), 12);
        assert_eq!(placeholders("SELECT '$' || $3::text"), 3);
    }
}
