//! Statements of explanations. The data behind a decision comes from `access`.

use uuid::Uuid;

use crate::access::{Actor, Permission};
use crate::base::db::Db;
use crate::base::error::Result;
use crate::graphql::request::Request;

/// Whether the user is disabled. A disabled user holds nothing, whatever memberships they have.
pub async fn is_disabled(db: &Db, user: Uuid) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM \"user\" WHERE id = $1 AND state = 'DISABLED'";
    let rows = db.rows(sql, vec![user.into()]).await?;
    Ok(rows.first().map(|row| row.try_get_by_index::<i64>(0)).transpose()?.is_some_and(|count| count > 0))
}

/// Whether the viewer sees the card of an organisation that it cannot read: as the client of a reseller whose clients it
/// reads, as the partner of an organisation where it belongs and reads partners, or as the other side of who pays.
pub async fn sees_card(request: &Request, organisation: Uuid) -> Result<bool> {
    let (belongs, belonging): (&str, Uuid) = match request.actor() {
        Actor::Anonymous => return Ok(false),
        Actor::User(user) => ("IN (SELECT m.organisation_id FROM membership m WHERE m.user_id = $2)", user.id),
        Actor::ApiKey(key) => ("= $2", key.organisation_id),
    };
    let sql = format!(
        "SELECT 'CLIENT', p.reseller_id FROM partnership p WHERE p.client_id = $1 \
         UNION SELECT 'PARTNER', p.client_id FROM partnership p WHERE p.reseller_id = $1 AND p.client_id {belongs} \
         UNION SELECT 'PAYER', a.organisation_id FROM payer a WHERE a.payer_id = $1 AND a.organisation_id {belongs} \
           AND a.state = 'ACTIVE' \
         UNION SELECT 'PAID_FOR', a.payer_id FROM payer a WHERE a.organisation_id = $1 AND a.payer_id {belongs} \
           AND a.state = 'ACTIVE'"
    );
    let rows = request.db().rows(sql, vec![organisation.into(), belonging.into()]).await?;
    for row in rows {
        let needed = match row.try_get_by_index::<String>(0)?.as_str() {
            "CLIENT" => Permission::ClientRead,
            "PARTNER" => Permission::PartnershipRead,
            "PAYER" => Permission::BillingRead,
            _ => Permission::InvoiceRead,
        };
        let other = request.access.look(row.try_get_by_index(1)?).await?;
        if other.is_some_and(|other| other.grants.has(needed)) {
            return Ok(true);
        }
    }
    Ok(false)
}
