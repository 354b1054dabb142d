//! Memberships that give nothing any more, because what they hang on is gone.

use sea_orm::{DbErr, QueryResult};

use super::permission::Permission;
use super::role::BuiltinRole;

/// What a membership hangs on besides its own end, when that is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// It was given to one of the reseller's own people through a partnership, and that is over.
    Partnership,
    /// It keeps the place of an owner who has not come yet, and its holder creates no more clients for the reseller, or
    /// nobody does, because that is none any more or suspended.
    Custody,
}

impl Loss {
    /// Reads what `loss` selects.
    pub fn read(row: &QueryResult, column: usize) -> Result<Option<Self>, DbErr> {
        Ok(match row.try_get_by_index::<Option<String>>(column)?.as_deref() {
            None => None,
            Some("CUSTODY") => Some(Self::Custody),
            Some(_) => Some(Self::Partnership),
        })
    }
}

/// What the membership that a statement calls `m` hangs on, if that is gone at the moment: else NULL. All statements that
/// ask whether a membership gives anything look at this, besides its own end.
pub fn loss(m: &str, now: &str) -> String {
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
