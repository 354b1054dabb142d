//! Memberships that grant nothing any more because the relation they depend on has ended.

use sea_orm::{DbErr, QueryResult};

use super::permission::Permission;
use super::role::BuiltinRole;

/// Why a membership has lapsed before its end date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lapsed {
    /// It was granted to a member of the reseller through a partnership that has since ended.
    Partnership,
    /// It holds ownership for the reseller until the invited owner accepts. But its holder may no longer create clients for
    /// the reseller, or the organisation is no longer an active reseller.
    Custody,
}

impl Lapsed {
    /// Reads a column that `lapsed` selects.
    pub fn read(row: &QueryResult, column: usize) -> Result<Option<Self>, DbErr> {
        Ok(match row.try_get_by_index::<Option<String>>(column)?.as_deref() {
            None => None,
            Some("CUSTODY") => Some(Self::Custody),
            Some(_) => Some(Self::Partnership),
        })
    }
}

/// An SQL expression: why the membership `m` has lapsed, or NULL. Every statement that asks whether a membership grants
/// anything checks it, together with the membership's end date.
pub fn lapsed(m: &str, now: &str) -> String {
    let creators = BuiltinRole::ALL.iter().filter(|role| role.sets(false).own.has(Permission::ClientCreate));
    let creators: Vec<String> = creators.map(|role| format!("'{}'", role.name())).collect();
    let (creators, bit) = (creators.join(", "), Permission::ClientCreate.bit());
    format!(
        "CASE \
         WHEN {m}.partnership_id IS NOT NULL AND EXISTS (SELECT 1 FROM partnership mp \
           JOIN membership rm ON rm.organisation_id = mp.reseller_id AND rm.user_id = {m}.user_id \
           WHERE mp.id = {m}.partnership_id AND NOT (mp.state = 'ACTIVE' AND mp.starts_at <= {now} \
             AND (mp.ends_at IS NULL OR mp.ends_at > {now}))) THEN 'PARTNERSHIP' \
         WHEN {m}.custody_reseller_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM membership rm \
           JOIN organisation ro ON ro.id = rm.organisation_id AND ro.kind = 'RESELLER' AND ro.state = 'ACTIVE' \
           JOIN membership_role rr ON rr.membership_id = rm.id LEFT JOIN role cr ON cr.id = rr.role_id \
           WHERE rm.organisation_id = {m}.custody_reseller_id AND rm.user_id = {m}.user_id \
             AND (rm.expires_at IS NULL OR rm.expires_at > {now}) \
             AND (rr.builtin IN ({creators}) OR cr.permissions & {bit} <> 0)) THEN 'CUSTODY' END"
    )
}
