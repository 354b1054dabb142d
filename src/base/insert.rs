//! Inserting any number of rows. A statement has a largest number of parameters, so many rows take several statements.

use sea_orm::sea_query::{CommonTableExpression, InsertStatement, OnConflict, SqliteQueryBuilder, WithClause};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, InsertMany, IntoActiveModel,
    Iterable, ModelTrait, QueryTrait, Statement,
};

/// The most parameters of one statement: enough for 500 rows of 32 columns. SQLite accepts 32,766 and PostgreSQL 65,535.
const PARAMETERS: usize = 16_384;

/// Inserts the rows. No rows take no statement.
pub async fn insert_all<M, A>(tx: &DatabaseTransaction, rows: &[M]) -> Result<(), DbErr>
where
    M: ModelTrait + IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = M::Entity>,
{
    insert(tx, rows, None).await
}

/// Inserts the rows. `known` says what happens to those that are there already.
pub async fn insert_or<M, A>(tx: &DatabaseTransaction, rows: &[M], known: &OnConflict) -> Result<(), DbErr>
where
    M: ModelTrait + IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = M::Entity>,
{
    insert(tx, rows, Some(known)).await
}

async fn insert<M, A>(tx: &DatabaseTransaction, rows: &[M], known: Option<&OnConflict>) -> Result<(), DbErr>
where
    M: ModelTrait + IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = M::Entity>,
{
    for part in parts(rows, known) {
        tx.execute(&part.statement).await?;
    }
    Ok(())
}

/// Rows of several tables that are inserted together. Those that others point to are added first. The database is called
/// once: on PostgreSQL each call takes a round trip, and on SQLite two changes of thread.
#[derive(Default)]
pub struct Together(Vec<Part>);

/// A statement that inserts rows of one table.
struct Part {
    statement: InsertStatement,
    parameters: usize,
}

impl Together {
    /// Adds rows of a table.
    pub fn add<M, A>(&mut self, rows: &[M])
    where
        M: ModelTrait + IntoActiveModel<A>,
        A: ActiveModelTrait<Entity = M::Entity>,
    {
        self.0.extend(parts(rows, None));
    }

    /// Adds rows of a table. `known` says what happens to those that are there already.
    pub fn add_or<M, A>(&mut self, rows: &[M], known: &OnConflict)
    where
        M: ModelTrait + IntoActiveModel<A>,
        A: ActiveModelTrait<Entity = M::Entity>,
    {
        self.0.extend(parts(rows, Some(known)));
    }

    /// Inserts them all.
    pub async fn insert(self, tx: &DatabaseTransaction) -> Result<(), DbErr> {
        let (mut waiting, mut parameters) = (Vec::new(), 0);
        for part in self.0 {
            parameters += part.parameters;
            if parameters > PARAMETERS {
                execute(tx, std::mem::take(&mut waiting)).await?;
                parameters = part.parameters;
            }
            waiting.push(part.statement);
        }
        execute(tx, waiting).await
    }
}

/// Runs inserts in one call.
async fn execute(tx: &DatabaseTransaction, mut inserts: Vec<InsertStatement>) -> Result<(), DbErr> {
    let Some(last) = inserts.pop() else { return Ok(()) };
    if inserts.is_empty() {
        tx.execute(&last).await?;
    } else if tx.get_database_backend() == DbBackend::Postgres {
        let mut others = WithClause::new();
        for (number, insert) in inserts.into_iter().enumerate() {
            others.cte(CommonTableExpression::new().table_name(format!("part_{number}")).query(insert).to_owned());
        }
        tx.execute(&others.query(last)).await?;
    } else {
        // SQLite has no INSERT in a WITH clause. Its driver takes several statements in one text, and gives each the next
        // of the values.
        inserts.push(last);
        let (mut texts, mut values) = (Vec::new(), Vec::new());
        for insert in inserts {
            let (text, some) = insert.build(SqliteQueryBuilder);
            texts.push(text);
            values.extend(some.0);
        }
        tx.execute_raw(Statement::from_sql_and_values(DbBackend::Sqlite, texts.join("; "), values)).await?;
    }
    Ok(())
}

fn parts<M, A>(rows: &[M], known: Option<&OnConflict>) -> Vec<Part>
where
    M: ModelTrait + IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = M::Entity>,
{
    let columns = <M::Entity as EntityTrait>::Column::iter().count();
    let part = |some: &[M]| {
        let mut insert = InsertMany::<A>::many(some.iter().cloned());
        if let Some(known) = known {
            insert = insert.on_conflict(known.clone());
        }
        Part { statement: insert.into_query(), parameters: some.len() * columns }
    };
    rows.chunks(PARAMETERS / columns).map(part).collect()
}
