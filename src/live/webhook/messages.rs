//! What people read when a webhook cannot be as they want, in all languages.

use crate::base::message::Texts;

pub const NO_PERMISSIONS: Texts = [
    "Give the webhook at least one permission, in permissions or clientPermissions.",
    "Geben Sie dem Webhook mindestens eine Berechtigung, in permissions oder clientPermissions.",
    "Ge webhooken minst en behörighet, i permissions eller clientPermissions.",
];

pub const READS_NO_CLIENTS: Texts = [
    "To get the events of clients, give the permissions to read them in clientPermissions.",
    "Um Ereignisse von Kunden zu bekommen, geben Sie in clientPermissions die Berechtigungen an, sie zu lesen.",
    "För att få kunders händelser, ange i clientPermissions behörigheterna att läsa dem.",
];

pub const NO_TYPES: Texts = [
    "Give at least one type, or leave types out to get all.",
    "Geben Sie mindestens einen Typ an, oder lassen Sie types weg, um alle zu bekommen.",
    "Ange minst en typ, eller utelämna types för att få alla.",
];

pub const NO_CLIENTS: Texts = [
    "Only resellers have clients. Leave includesClients out.",
    "Nur Reseller haben Kunden. Lassen Sie includesClients weg.",
    "Bara återförsäljare har kunder. Utelämna includesClients.",
];

pub const ONLY_WITH_CLIENTS: Texts = [
    "These count only with includesClients.",
    "Diese gelten nur mit includesClients.",
    "De gäller bara med includesClients.",
];

pub const DISABLED: Texts = [
    "This webhook is disabled. Enable it first.",
    "Dieser Webhook ist abgeschaltet. Schalten Sie ihn zuerst ein.",
    "Webhooken är avstängd. Slå på den först.",
];

/// No event is read with these permissions.
pub fn useless(list: &str) -> [String; 3] {
    [
        format!("A webhook gets no events with these permissions: {list}. Leave them out."),
        format!("Mit diesen Berechtigungen bekommt ein Webhook keine Ereignisse: {list}. Lassen Sie sie weg."),
        format!("En webhook får inga händelser med de här behörigheterna: {list}. Utelämna dem."),
    ]
}

/// Events of this type go to no webhook.
pub fn of_one_user(kind: &str) -> [String; 3] {
    [
        format!("{kind} concerns one user alone. Leave it out."),
        format!("{kind} betrifft nur einen einzelnen Benutzer. Lassen Sie es weg."),
        format!("{kind} gäller en enda användare. Utelämna det."),
    ]
}

/// Events of this type are read with a permission that the webhook does not have.
pub fn not_readable(kind: &str, permission: &str) -> [String; 3] {
    [
        format!("{kind} is read with {permission}. Give that permission to the webhook, or leave the type out."),
        format!(
            "{kind} liest man mit {permission}. Geben Sie dem Webhook diese Berechtigung, oder lassen Sie den Typ weg."
        ),
        format!("{kind} läses med {permission}. Ge webhooken den behörigheten, eller utelämna typen."),
    ]
}

/// A replaced secret signs for so many hours at most.
pub fn overlap(most: i32) -> [String; 3] {
    [
        format!("Give 0 to {most} hours."),
        format!("Geben Sie 0 bis {most} Stunden an."),
        format!("Ange 0 till {most} timmar."),
    ]
}
