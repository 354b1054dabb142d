//! What a custom role may contain, and which roles somebody has chosen. Pure functions.

use std::collections::HashSet;

use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::access::{BuiltinRole, Grants, HeldRole, Kind, Permission, PermissionSet};
use crate::base::error::{UserError, UserErrorCode};
use crate::base::locale::Locale;
use crate::base::message::Texts;

/// The most custom roles that one organisation has.
pub const MOST: usize = 200;
/// The most roles that one membership has.
pub const MOST_ROLES: usize = 20;

/// How the error begins if the actor lacks something that the role holds.
pub const CANNOT_CHANGE: Texts = [
    "You cannot change or delete a role with permissions that you do not hold",
    "Sie können keine Rolle mit Berechtigungen ändern oder löschen, die Sie nicht haben",
    "Du kan inte ändra eller ta bort en roll med behörigheter som du inte har",
];
/// How the error begins if the actor lacks something that the role would hold.
pub const CANNOT_GIVE: Texts = [
    "You cannot give a role permissions that you do not hold",
    "Sie können einer Rolle keine Berechtigungen geben, die Sie nicht haben",
    "Du kan inte ge en roll behörigheter som du inte har",
];

/// A role that somebody has chosen.
#[derive(Clone, Copy, Debug)]
pub enum ChosenRole {
    /// A built-in role.
    BuiltIn(BuiltinRole),
    /// A custom role, by its key.
    Custom(Uuid),
    /// An id that is not one of a role.
    Malformed,
}

/// The keys of the custom roles among the choices, each once.
pub fn custom_keys<'a>(choices: impl IntoIterator<Item = &'a ChosenRole>) -> Vec<Uuid> {
    let keys: HashSet<Uuid> = choices
        .into_iter()
        .filter_map(|choice| if let ChosenRole::Custom(key) = choice { Some(*key) } else { None })
        .collect();
    keys.into_iter().collect()
}

/// The chosen roles at an organisation of the kind, each once. `custom` are the roles of the organisation that the
/// choices may name. A wrong choice is a user error in the given field.
pub fn choose(
    kind: Kind,
    field: &str,
    choices: &[ChosenRole],
    custom: &[HeldRole],
) -> Result<Vec<HeldRole>, UserError> {
    let wrong = |code, message: [&str; 3]| UserError::at(field, code, message);
    if choices.is_empty() {
        return Err(wrong(
            UserErrorCode::InvalidInput,
            ["Choose at least one role.", "Wählen Sie mindestens eine Rolle.", "Välj minst en roll."],
        ));
    }
    if choices.len() > MOST_ROLES {
        return Err(wrong(
            UserErrorCode::TooMany,
            [
                "A member can have at most 20 roles.",
                "Ein Mitglied kann höchstens 20 Rollen haben.",
                "En medlem kan ha högst 20 roller.",
            ],
        ));
    }
    let mut roles: Vec<HeldRole> = Vec::new();
    for choice in choices {
        let role = match choice {
            ChosenRole::BuiltIn(role) => Some(HeldRole::builtin(*role, kind)),
            ChosenRole::Custom(key) => custom.iter().find(|held| held.role.key() == Some(*key)).cloned(),
            ChosenRole::Malformed => {
                return Err(wrong(
                    UserErrorCode::InvalidInput,
                    [
                        "This is not the id of a role. Give the id of a custom role of the organisation.",
                        "Das ist nicht die Id einer Rolle. Geben Sie die Id einer eigenen Rolle der Organisation an.",
                        "Det är inte id:t för en roll. Ange id:t för en av organisationens egna roller.",
                    ],
                ));
            }
        };
        let role = role.ok_or_else(|| unknown(field))?;
        if !roles.iter().any(|known| known.role == role.role) {
            roles.push(role);
        }
    }
    Ok(roles)
}

/// The error if the organisation does not have the chosen role, or no longer has it.
pub fn unknown(field: &str) -> UserError {
    UserError::at(
        field,
        UserErrorCode::Unknown,
        [
            "The organisation has no such role.",
            "Diese Rolle hat die Organisation nicht.",
            "Organisationen har ingen sådan roll.",
        ],
    )
}

/// What the roles hold together.
pub fn grants_of(roles: &[HeldRole]) -> Grants {
    roles.iter().fold(Grants::NONE, |all, held| all.union(held.sets))
}

/// Whether the built-in role is one of the roles.
pub fn includes(roles: &[HeldRole], role: BuiltinRole) -> bool {
    roles.iter().any(|held| held.role.builtin() == Some(role))
}

/// The names of the roles.
pub fn names(roles: &[HeldRole]) -> Vec<&str> {
    roles.iter().map(|held| held.role.name()).collect()
}

/// A role as the audit log records it.
pub fn audit_snapshot(held: &HeldRole) -> Json {
    let list = |set: PermissionSet| set.iter().map(Permission::graphql_name).collect::<Vec<_>>();
    json!({
        "name": held.role.name(),
        "permissions": list(held.sets.own),
        "clientPermissions": list(held.sets.clients),
    })
}

/// The permission sets of a role, each completed with everything that it implies.
pub fn sets(own: PermissionSet, clients: PermissionSet, kind: Kind) -> Result<Grants, UserError> {
    for (field, set) in [("permissions", own), ("clientPermissions", clients)] {
        let platform: Vec<String> = (set & PermissionSet::PLATFORM).iter().map(Permission::graphql_name).collect();
        if kind != Kind::Operator && !platform.is_empty() {
            let message = [
                format!(
                    "Only roles of the operator can hold these permissions: {}. Leave them out.",
                    platform.join(", ")
                ),
                format!(
                    "Nur Rollen des Betreibers können diese Berechtigungen haben: {}. Lassen Sie sie weg.",
                    platform.join(", ")
                ),
                format!("Bara operatörens roller kan ha de här behörigheterna: {}. Utelämna dem.", platform.join(", ")),
            ];
            return Err(UserError::at(field, UserErrorCode::InvalidInput, message));
        }
    }
    Ok(Grants { own: own.closed(), clients: clients.closed() })
}

/// Refuses a name that is taken, or that looks like the name of a built-in role. `others` are the names of the other
/// custom roles.
pub fn require_free_name<'a>(name: &str, others: impl IntoIterator<Item = &'a str>) -> Result<(), UserError> {
    let folded = |name: &str| collation::fold(name).replace(['-', '_'], " ");
    if BuiltinRole::ALL.iter().any(|role| folded(role.name()) == folded(name)) {
        let message = [
            "This is the name of a built-in role. Choose another.",
            "So heißt eine eingebaute Rolle. Wählen Sie einen anderen Namen.",
            "Så heter en inbyggd roll. Välj ett annat namn.",
        ];
        return Err(UserError::at("name", UserErrorCode::BuiltInRole, message));
    }
    if others.into_iter().any(|other| collation::fold(other) == collation::fold(name)) {
        let message = [
            "The organisation already has a role with this name. Choose another.",
            "Die Organisation hat schon eine Rolle mit diesem Namen. Wählen Sie einen anderen.",
            "Organisationen har redan en roll med det här namnet. Välj ett annat.",
        ];
        return Err(UserError::at("name", UserErrorCode::Duplicate, message));
    }
    Ok(())
}

/// Refuses an actor who does not hold everything in the sets. The message begins with `opening`.
pub fn require_held(held: Grants, sets: Grants, opening: Texts) -> Result<(), UserError> {
    let missing = sets.without(held);
    let field = if missing.own.is_empty() { "clientPermissions" } else { "permissions" };
    if missing.is_empty() { Ok(()) } else { Err(UserError::lacking(field, opening, missing)) }
}

/// Refuses to change or delete a role with permissions that the actor does not hold.
pub fn require_held_role(held: Grants, sets: Grants) -> Result<(), UserError> {
    let missing = sets.without(held);
    if missing.is_empty() { Ok(()) } else { Err(UserError::lacking("roleId", CANNOT_CHANGE, missing)) }
}

/// Sentences that say who has a role and what to do about it: the names of members and the addresses of invitations, and
/// how many more there are.
pub fn held_by(members: (&[String], u64), invitations: (&[String], u64)) -> [String; Locale::ALL.len()] {
    Locale::ALL.map(|locale| held_by_in(locale, members, invitations))
}

fn held_by_in(
    locale: Locale,
    (names, members): (&[String], u64),
    (addresses, invitations): (&[String], u64),
) -> String {
    let number =
        |count: u64, one: Texts, more: Texts| format!("{count} {}", locale.choose(if count == 1 { one } else { more }));
    let in_brackets = |names: &[String], of: u64| {
        if names.is_empty() { String::new() } else { format!(" ({})", listed(locale, names, of)) }
    };
    let (mut parts, mut cures) = (Vec::new(), Vec::new());
    if members > 0 {
        let of = number(members, ["member", "Mitglied", "medlem"], ["members", "Mitglieder", "medlemmar"]);
        parts.push(format!("{of}{}", in_brackets(names, members)));
        cures.push(locale.choose([
            "Give the members another role: updateMember.",
            "Geben Sie den Mitgliedern eine andere Rolle: updateMember.",
            "Ge medlemmarna en annan roll: updateMember.",
        ]));
    }
    if invitations > 0 {
        let one = ["open invitation", "offene Einladung", "öppen inbjudan"];
        let of = number(invitations, one, ["open invitations", "offene Einladungen", "öppna inbjudningar"]);
        parts.push(format!("{of}{}", in_brackets(addresses, invitations)));
        cures.push(locale.choose([
            "Give the invitations another role, or take them back: updateInvitation, withdrawInvitation.",
            "Geben Sie den Einladungen eine andere Rolle, oder ziehen Sie sie zurück: updateInvitation, \
             withdrawInvitation.",
            "Ge inbjudningarna en annan roll, eller dra tillbaka dem: updateInvitation, withdrawInvitation.",
        ]));
    }
    let opening = locale.choose(["It is held by ", "Sie ist vergeben: ", "Den innehas av "]);
    let parts = parts.join(locale.choose([" and ", " und ", " och "]));
    format!("{opening}{parts}. {}", cures.join(" "))
}

fn listed(locale: Locale, names: &[String], of: u64) -> String {
    let names_text = names.join(", ");
    match (of.saturating_sub(names.len() as u64), locale) {
        (0, _) => names_text,
        (more, Locale::En) => format!("{names_text} and {more} more"),
        (more, Locale::De) => format!("{names_text} und {more} weitere"),
        (more, Locale::Sv) => format!("{names_text} och {more} till"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_closed_and_platform_permissions_stay_with_the_operator() {
        let pay: PermissionSet = [Permission::InvoicePay].into_iter().collect();
        let read = sets(pay, PermissionSet::EMPTY, Kind::Company).unwrap();
        assert_eq!(read.own, PermissionSet::of(&[Permission::InvoicePay]));
        assert!(read.own.has(Permission::InvoiceRead) && read.clients.is_empty());
        let suspend: PermissionSet = [Permission::OrganisationSuspend].into_iter().collect();
        assert!(sets(suspend, PermissionSet::EMPTY, Kind::Operator).is_ok());
        let error = sets(PermissionSet::EMPTY, suspend, Kind::Reseller).unwrap_err();
        assert_eq!(error.field.unwrap(), ["input", "clientPermissions"]);
    }

    #[test]
    fn a_name_is_free_unless_another_role_has_it() {
        assert!(require_free_name("Editors", ["Readers"]).is_ok());
        assert_eq!(require_free_name("readers", ["Readers"]).unwrap_err().code, UserErrorCode::Duplicate);
        for name in ["OWNER", "Owner", "Partner manager", "partner_support"] {
            assert_eq!(require_free_name(name, []).unwrap_err().code, UserErrorCode::BuiltInRole, "{name}");
        }
    }

    #[test]
    fn the_error_names_and_counts_the_holders() {
        let names = ["Ada".to_owned(), "Bo".to_owned()];
        let text = |names: &[String], members, invitations| {
            let [english, ..] = held_by((names, members), (&[], invitations));
            english
        };
        let members = "Give the members another role: updateMember.";
        let invitations = "Give the invitations another role, or take them back: updateInvitation, withdrawInvitation.";
        assert_eq!(text(&names, 2, 0), format!("It is held by 2 members (Ada, Bo). {members}"));
        assert_eq!(
            text(&names, 5, 1),
            format!("It is held by 5 members (Ada, Bo and 3 more) and 1 open invitation. {members} {invitations}")
        );
        assert_eq!(text(&[], 1, 0), format!("It is held by 1 member. {members}"));
        let addresses = ["ada@example.org".to_owned()];
        assert_eq!(
            held_by((&names, 3), (&addresses, 1)),
            [
                format!(
                    "It is held by 3 members (Ada, Bo and 1 more) and 1 open invitation (ada@example.org). {members} \
                     {invitations}"
                ),
                "Sie ist vergeben: 3 Mitglieder (Ada, Bo und 1 weitere) und 1 offene Einladung (ada@example.org). \
                 Geben Sie den Mitgliedern eine andere Rolle: updateMember. Geben Sie den Einladungen eine andere \
                 Rolle, oder ziehen Sie sie zurück: updateInvitation, withdrawInvitation."
                    .to_owned(),
                "Den innehas av 3 medlemmar (Ada, Bo och 1 till) och 1 öppen inbjudan (ada@example.org). Ge \
                 medlemmarna en annan roll: updateMember. Ge inbjudningarna en annan roll, eller dra tillbaka dem: \
                 updateInvitation, withdrawInvitation."
                    .to_owned(),
            ]
        );
    }
}
