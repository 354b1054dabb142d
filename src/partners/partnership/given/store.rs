//! Statements about memberships that were given through a partnership.

use entity::partnership::Model;
use sea_orm::DatabaseTransaction;
use sea_orm::DbErr;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use crate::access::Decision;
use crate::base::db::Db;
use crate::base::error::Result;
use crate::graphql::page::{Connection, Filter, PageArguments};
use crate::graphql::request::Request;
use crate::people::membership::Membership;
use crate::people::membership::store::{GIVEN, Member, select};

/// Partnerships that one round of the server looks at.
const SOME: u64 = 100;

/// The memberships of the reseller's own people.
pub async fn of_own_people(tx: &DatabaseTransaction, row: &Model) -> Result<Vec<Member>, DbErr> {
    let condition = "t.partnership_id = $1 AND EXISTS (SELECT 1 FROM membership own \
                     WHERE own.organisation_id = $2 AND own.user_id = t.user_id)";
    select(tx, condition, [row.id.into(), row.reseller_id.into()]).await
}

/// The memberships that a user has through partnerships of the reseller.
pub async fn of_user(tx: &DatabaseTransaction, reseller: Uuid, user: Uuid) -> Result<Vec<Member>, DbErr> {
    let condition = "t.user_id = $1 AND t.partnership_id IN (SELECT p.id FROM partnership p WHERE p.reseller_id = $2)";
    select(tx, condition, [user.into(), reseller.into()]).await
}

/// All memberships that were given through a partnership, in the order in which they were.
pub async fn list(
    request: &Request,
    partnership: Uuid,
    client: &Decision,
    page: &PageArguments,
) -> Result<Connection<Membership>> {
    GIVEN.connection(request, partnership, page, Filter::default(), |row| Membership::new(row, client)).await
}

/// Partnerships that have reached their ends while people of their resellers are still members through them: so many.
pub async fn over(db: &Db, now: DateTimeUtc) -> Result<Vec<Uuid>> {
    let sql = format!(
        "SELECT p.id FROM partnership p WHERE p.state = 'ACTIVE' AND p.ends_at <= $1 \
         AND EXISTS (SELECT 1 FROM membership m JOIN membership own ON own.organisation_id = p.reseller_id \
           AND own.user_id = m.user_id WHERE m.partnership_id = p.id) LIMIT {SOME}"
    );
    let rows = db.rows(sql, vec![now.into()]).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
}
