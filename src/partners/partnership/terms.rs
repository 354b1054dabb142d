//! The terms of a partnership: what the client delegates, and until when.

use chrono::TimeDelta;
use entity::partnership::Model;
use sea_orm::prelude::DateTimeUtc;
use serde_json::{Value as Json, json};

use crate::access::{DelegationPreset, Grants, Permission, PermissionSet};
use crate::base::config;
use crate::base::error::{UserError, UserErrorCode};
use crate::base::message::Message;
use crate::base::text;

/// The longest partnership in days, if the configuration sets no limit.
const LONGEST_DAYS: i64 = 36_525;

/// What a client is asked to delegate: a preset or a list, not checked yet.
#[derive(Clone, Debug)]
pub struct Delegation {
    /// A named set of permissions at the client itself.
    pub preset: Option<DelegationPreset>,
    /// The permissions at the client itself.
    pub permissions: Option<Vec<Permission>>,
    /// The permissions at the client's own clients.
    pub client_permissions: Vec<Permission>,
    /// Whether people of resellers above the reseller may use it as well.
    pub includes_upstream: bool,
}

/// What a partnership delegates, and until when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Permissions at the client itself.
    pub delegated: PermissionSet,
    /// Permissions at the client's own clients.
    pub client_delegated: PermissionSet,
    /// Whether people of resellers above the reseller may use them as well.
    pub includes_upstream: bool,
    /// When it ends by itself.
    pub ends_at: Option<DateTimeUtc>,
}

impl Delegation {
    /// What the partnership delegates now, and one permission more.
    pub fn adding(row: &Model, permission: Permission) -> Self {
        let terms = Terms::of(row);
        let delegated = terms.delegated.union(PermissionSet::of(&[permission]));
        Self {
            preset: None,
            permissions: Some(delegated.iter().collect()),
            client_permissions: terms.client_delegated.iter().collect(),
            includes_upstream: terms.includes_upstream,
        }
    }
}

impl Terms {
    /// The terms of a stored partnership.
    pub fn of(row: &Model) -> Self {
        Self {
            delegated: PermissionSet::from_stored(row.delegated),
            client_delegated: PermissionSet::from_stored(row.client_delegated),
            includes_upstream: row.includes_upstream,
            ends_at: row.ends_at,
        }
    }

    /// The same terms with another delegation.
    pub fn with(self, input: &Delegation, field: &str) -> Result<Self, UserError> {
        let delegated = match (input.preset, &input.permissions) {
            (Some(preset), None) => preset.set(),
            (None, Some(list)) => delegable(list, field)?,
            _ => {
                let message = [
                    "Give either a preset or permissions.",
                    "Geben Sie entweder preset oder permissions an.",
                    "Ange antingen preset eller permissions.",
                ];
                return Err(UserError::at(field, UserErrorCode::InvalidInput, message));
            }
        };
        let client_delegated = delegable(&input.client_permissions, field)?;
        Ok(Self { delegated, client_delegated, includes_upstream: input.includes_upstream, ..self })
    }

    /// Both sets of permissions, to compare with what an actor holds.
    pub const fn grants(self) -> Grants {
        Grants { own: self.delegated, clients: self.client_delegated }
    }

    /// The permissions in these terms that are not in the others.
    pub const fn beyond(self, others: Self) -> Grants {
        self.grants().without(others.grants())
    }

    /// Whether these terms admit more people than the others, or last longer.
    pub fn reach_further_than(self, others: Self) -> bool {
        let lasts_longer = others.ends_at.is_some_and(|end| self.ends_at.is_none_or(|later| later > end));
        (self.includes_upstream && !others.includes_upstream) || lasts_longer
    }

    /// Whether these terms give anything that the others do not: permissions, people or time.
    pub fn give_more_than(self, others: Self) -> bool {
        !self.beyond(others).is_empty() || self.reach_further_than(others)
    }

    /// The terms as the audit log records them.
    pub fn audit_snapshot(self) -> Json {
        let list = |set: PermissionSet| set.iter().map(Permission::graphql_name).collect::<Vec<_>>();
        json!({
            "permissions": list(self.delegated),
            "clientPermissions": list(self.client_delegated),
            "includesUpstream": self.includes_upstream,
            "endsAt": self.ends_at,
        })
    }
}

/// The set of these permissions. Refuses those that no client can delegate.
fn delegable(list: &[Permission], field: &str) -> Result<PermissionSet, UserError> {
    let set = PermissionSet::of(list);
    let beyond = set.without(PermissionSet::DELEGABLE);
    if beyond.is_empty() {
        return Ok(set);
    }
    let names: Vec<String> = beyond.iter().map(Permission::graphql_name).collect();
    let message = [
        format!("No client can delegate {}, because only members can hold it. Leave it out.", names.join(", ")),
        format!(
            "Kein Kunde kann {} übertragen, denn nur Mitglieder können es haben. Lassen Sie es weg.",
            names.join(", ")
        ),
        format!("Ingen kund kan delegera {}, eftersom bara medlemmar kan ha det. Utelämna det.", names.join(", ")),
    ];
    Err(UserError::at(field, UserErrorCode::InvalidInput, message))
}

/// The end of a partnership that begins at this time. If the configuration limits partnerships and no end is wanted, it
/// is the latest end that is allowed.
pub fn end(
    wanted: Option<DateTimeUtc>,
    begins: DateTimeUtc,
    settings: config::Partnerships,
) -> Result<Option<DateTimeUtc>, UserError> {
    let wrong = |message: Message| Err(UserError::at("endsAt", UserErrorCode::InvalidInput, message));
    let days = if settings.longest_days == 0 { LONGEST_DAYS } else { settings.longest_days };
    let latest = begins + TimeDelta::days(days);
    match wanted {
        Some(end) if end <= begins => wrong(
            [
                "Give an end in the future, after the partnership begins.",
                "Geben Sie ein Ende in der Zukunft an, nach dem Beginn der Partnerschaft.",
                "Ange ett slut i framtiden, efter att partnerskapet börjar.",
            ]
            .into(),
        ),
        Some(end) if end > latest => {
            let [en, de, sv] = text::counted(days, ["day", "Tag", "dag"], ["days", "Tage", "dagar"]);
            let message = [
                format!("A partnership can last for at most {en}. Give an earlier end."),
                format!("Eine Partnerschaft dauert höchstens {de}. Geben Sie ein früheres Ende an."),
                format!("Ett partnerskap kan vara i högst {sv}. Ange ett tidigare slut."),
            ];
            wrong(message.into())
        }
        None if settings.longest_days > 0 => Ok(Some(latest)),
        wanted => Ok(wanted),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(preset: Option<DelegationPreset>, permissions: Option<Vec<Permission>>) -> Delegation {
        Delegation { preset, permissions, client_permissions: Vec::new(), includes_upstream: false }
    }

    #[test]
    fn a_delegation_is_a_preset_or_a_list_of_what_can_be_delegated() {
        let nothing = Terms::default();
        assert!(nothing.with(&input(None, None), "delegation").is_err());
        assert!(nothing.with(&input(Some(DelegationPreset::Full), Some(Vec::new())), "delegation").is_err());
        let error = nothing.with(&input(None, Some(vec![Permission::RoleManage])), "delegation").unwrap_err();
        assert!(error.message.to_string().contains("ROLE_MANAGE"), "{}", error.message);
        let terms = nothing.with(&input(None, Some(vec![Permission::InvoicePay])), "delegation").unwrap();
        assert!(terms.delegated.has(Permission::InvoiceRead), "the permissions it includes are added");
        assert_eq!(nothing.with(&input(None, Some(Vec::new())), "delegation").unwrap(), nothing);
    }

    #[test]
    fn an_end_is_ahead_and_not_beyond_what_the_server_allows() {
        let now = DateTimeUtc::UNIX_EPOCH;
        let at = |day| now + TimeDelta::days(day);
        let setting = |longest_days| config::Partnerships { proposal_days: 90, longest_days };
        assert_eq!(end(None, now, setting(0)).unwrap(), None);
        assert_eq!(end(None, now, setting(730)).unwrap(), Some(at(730)));
        assert_eq!(end(Some(at(730)), now, setting(730)).unwrap(), Some(at(730)));
        assert!(end(Some(at(731)), now, setting(730)).is_err());
        assert!(end(Some(now), now, setting(0)).is_err());
        assert!(end(Some(DateTimeUtc::MAX_UTC), now, setting(0)).is_err());
    }

    #[test]
    fn more_is_more_permissions_people_or_time() {
        let day = |number| Some(DateTimeUtc::UNIX_EPOCH + TimeDelta::days(number));
        let base = Terms { delegated: DelegationPreset::Support.set(), ends_at: day(5), ..Terms::default() };
        assert!(!base.give_more_than(base));
        assert!(!Terms { delegated: DelegationPreset::Overview.set(), ..base }.give_more_than(base));
        assert!(Terms { delegated: DelegationPreset::Full.set(), ..base }.give_more_than(base));
        assert!(Terms { includes_upstream: true, ..base }.give_more_than(base));
        assert!(Terms { ends_at: None, ..base }.give_more_than(base));
        assert!(!Terms { ends_at: day(4), ..base }.give_more_than(base));
    }
}
