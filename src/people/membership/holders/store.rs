//! The statement that finds those who hold a permission.

use sea_orm::prelude::DateTimeUtc;
use sea_orm::{DatabaseTransaction, DbErr};
use uuid::Uuid;

use super::super::rules::is_working;
use super::super::store::{Member, select};
use super::roles_with;
use crate::access::Permission;

/// The memberships of an organisation that work and hold this there.
pub async fn holders(
    tx: &DatabaseTransaction,
    organisation_id: Uuid,
    permission: Permission,
    now: DateTimeUtc,
) -> Result<Vec<Member>, DbErr> {
    let names: Vec<String> = roles_with(permission).map(|role| format!("'{}'", role.name())).collect();
    let condition = format!(
        "t.organisation_id = $1 AND EXISTS (SELECT 1 FROM membership_role x LEFT JOIN role y ON y.id = x.role_id \
         WHERE x.membership_id = t.id AND (x.builtin IN ({}) OR (y.permissions & {}) <> 0))",
        names.join(", "),
        permission.bit()
    );
    let mut members = select(tx, &condition, [organisation_id.into()]).await?;
    members.retain(|member| is_working(member, now));
    Ok(members)
}
