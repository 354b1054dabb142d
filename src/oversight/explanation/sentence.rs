//! Paths and misses in words, in all languages. Pure functions.

use crate::access::{MissReason, Permission};
use crate::base::locale::Locale;

/// One link of a path. Names are `None` if the asker may not see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// A role at an organisation.
    Membership {
        /// The organisation.
        at: Option<String>,
        /// The role, if one of the membership's roles has the permission.
        role: Option<String>,
    },
    /// A key of an organisation.
    Key {
        /// The organisation.
        at: Option<String>,
    },
    /// A partnership.
    Partnership {
        /// The reseller.
        reseller: Option<String>,
        /// The client.
        client: Option<String>,
    },
    /// The operator.
    Operator,
}

/// A name that comes after a preposition.
fn named(locale: Locale, name: Option<&String>) -> &str {
    let hidden = [
        "an organisation that you may not see",
        "einer für Sie unsichtbaren Organisation",
        "en organisation som du inte får se",
    ];
    name.map_or(locale.choose(hidden), String::as_str)
}

/// A name that begins a sentence.
fn subject(locale: Locale, name: Option<&String>) -> &str {
    let hidden = [
        "an organisation that you may not see",
        "eine für Sie unsichtbare Organisation",
        "en organisation som du inte får se",
    ];
    name.map_or(locale.choose(hidden), String::as_str)
}

/// One link in words.
fn of_link(locale: Locale, link: &Link) -> String {
    match link {
        Link::Membership { at, role: Some(role) } => {
            let at = named(locale, at.as_ref());
            locale.choose([
                format!("has the role {role} at {at}"),
                format!("hat die Rolle {role} bei {at}"),
                format!("har rollen {role} hos {at}"),
            ])
        }
        Link::Membership { at, role: None } => {
            let at = named(locale, at.as_ref());
            locale.choose([
                format!("is a member of {at}"),
                format!("ist Mitglied von {at}"),
                format!("är medlem i {at}"),
            ])
        }
        Link::Key { at } => {
            let at = named(locale, at.as_ref());
            locale.choose([
                format!("is a key of {at}"),
                format!("ist ein Schlüssel von {at}"),
                format!("är en nyckel till {at}"),
            ])
        }
        Link::Partnership { reseller, client } => {
            let (reseller, client) = (subject(locale, reseller.as_ref()), named(locale, client.as_ref()));
            locale.choose([
                format!("{reseller} is a partner of {client}"),
                format!("{reseller} ist Partner von {client}"),
                format!("{reseller} är partner till {client}"),
            ])
        }
        Link::Operator => locale
            .choose([
                "the operator may act for every organisation",
                "der Betreiber darf für jede Organisation handeln",
                "operatören får agera för alla organisationer",
            ])
            .to_owned(),
    }
}

/// A path in words: its links in order.
pub fn of_path(locale: Locale, links: &[Link]) -> String {
    let text = links.iter().map(|link| of_link(locale, link)).collect::<Vec<_>>().join("; ");
    if text.is_empty() { text } else { format!("{}.", capital(&text)) }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), letters.as_str()))
}

/// What blocked a path, in words.
pub fn of_miss(locale: Locale, reason: MissReason, permission: Permission, at: Option<&String>) -> String {
    let text =
        locale.choose(miss(reason, &permission.graphql_name(), |locale| (named(locale, at), subject(locale, at))));
    // A name stays as it is written.
    if at.is_none() { capital(&text) } else { text }
}

/// What blocked a path, in all languages. `name` is the organisation after a preposition, and as a subject.
fn miss<'a>(
    reason: MissReason,
    permission: &str,
    name: impl Fn(Locale) -> (&'a str, &'a str),
) -> [String; Locale::ALL.len()] {
    let [(at_en, en), (at_de, de), (at_sv, sv)] = Locale::ALL.map(name);
    match reason {
        MissReason::NotAMember => [
            format!("Is not a member of {at_en}, nor of a partner that {en} delegates to."),
            format!("Ist weder Mitglied von {at_de} noch von einem Partner, an den {de} delegiert."),
            format!("Är varken medlem i {at_sv} eller hos en partner som {sv} delegerar till."),
        ],
        MissReason::RoleLacksPermission => [
            format!("No role held at {at_en} includes {permission} for this."),
            format!("Keine Rolle bei {at_de} enthält dafür {permission}."),
            format!("Ingen roll hos {at_sv} innehåller {permission} för detta."),
        ],
        MissReason::MembershipExpired => [
            format!("The membership at {at_en} has ended."),
            format!("Die Mitgliedschaft bei {at_de} ist beendet."),
            format!("Medlemskapet i {at_sv} har upphört."),
        ],
        MissReason::PartnershipLacksPermission => [
            format!("{en} does not delegate {permission} to its partner."),
            format!("{de} delegiert {permission} nicht an den Partner."),
            format!("{sv} delegerar inte {permission} till sin partner."),
        ],
        MissReason::PermissionNotDelegable => [
            format!("{permission} is only for members; it cannot be delegated to a partner."),
            format!("{permission} ist nur für Mitglieder und kann nicht an einen Partner delegiert werden."),
            format!("{permission} är bara för medlemmar och kan inte delegeras till en partner."),
        ],
        MissReason::PartnershipExcludesUpstream => [
            format!("{en} delegates to its partner, but not to the resellers above the partner."),
            format!("{de} delegiert an den Partner, aber nicht an die Reseller über ihm."),
            format!("{sv} delegerar till sin partner, men inte till återförsäljarna ovanför partnern."),
        ],
        MissReason::PartnershipPending => [
            format!("The partnership with {at_en} has not started yet."),
            format!("Die Partnerschaft mit {at_de} hat noch nicht begonnen."),
            format!("Partnerskapet med {at_sv} har inte börjat än."),
        ],
        MissReason::PartnershipEnded => [
            format!("The partnership with {at_en} was ended."),
            format!("Die Partnerschaft mit {at_de} wurde beendet."),
            format!("Partnerskapet med {at_sv} har avslutats."),
        ],
        MissReason::PartnershipExpired => [
            format!("The partnership with {at_en} has reached its end date."),
            format!("Die Partnerschaft mit {at_de} ist abgelaufen."),
            format!("Partnerskapet med {at_sv} har nått sitt slutdatum."),
        ],
        MissReason::ResellerMembershipLost => [
            format!("The membership at {at_en} came through a partner, whose people no longer include this person."),
            format!(
                "Die Mitgliedschaft bei {at_de} kam durch einen Partner, zu dessen Leuten diese Person nicht mehr gehört."
            ),
            format!("Medlemskapet i {at_sv} kom genom en partner, och personen hör inte längre till partnerns folk."),
        ],
        MissReason::CustodyLost => [
            format!("The ownership of {at_en} was only held for an invited owner, and this has ended."),
            format!(
                "Die Inhaberschaft von {at_de} galt nur anstelle eines eingeladenen Inhabers, und das ist beendet."
            ),
            format!("Ägarskapet av {at_sv} gällde bara i stället för en inbjuden ägare, och det har upphört."),
        ],
        MissReason::SecondFactorMissing => [
            format!(
                "{en} requires a second factor of its members. This person has none, and turns it on with \
                 beginSecondFactor."
            ),
            format!(
                "{de} verlangt von den Mitgliedern die Anmeldung in zwei Schritten. Diese Person schaltet sie mit \
                 beginSecondFactor ein."
            ),
            format!(
                "{sv} kräver tvåstegsverifiering av sina medlemmar. Den här personen slår på den med \
                 beginSecondFactor."
            ),
        ],
        MissReason::OrganisationSuspended => {
            [format!("{en} is suspended."), format!("{de} ist gesperrt."), format!("{sv} är avstängd.")]
        }
        MissReason::OrganisationClosed => {
            [format!("{en} is closed."), format!("{de} ist geschlossen."), format!("{sv} är stängd.")]
        }
        MissReason::KeyScope => [
            format!("The scopes of the key do not include {permission} for this."),
            format!("Die Rechte des Schlüssels enthalten dafür {permission} nicht."),
            format!("Nyckelns behörigheter innehåller inte {permission} för detta."),
        ],
        MissReason::KeyEnded => [
            "The key was revoked, or has expired.",
            "Der Schlüssel wurde widerrufen, oder er ist abgelaufen.",
            "Nyckeln har återkallats eller gått ut.",
        ]
        .map(str::to_owned),
        MissReason::UserDisabled => {
            ["The user is disabled.", "Der Benutzer ist gesperrt.", "Användaren är avstängd."].map(str::to_owned)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_all(text: impl Fn(Locale) -> String) -> [String; 3] {
        Locale::ALL.map(text)
    }

    #[test]
    fn a_path_reads_as_a_sentence_and_hides_what_is_hidden() {
        let links = [
            Link::Membership { at: Some("Nordhost".to_owned()), role: Some("PARTNER_SUPPORT".to_owned()) },
            Link::Partnership { reseller: Some("Nordhost".to_owned()), client: Some("Fjord".to_owned()) },
        ];
        assert_eq!(
            in_all(|locale| of_path(locale, &links)),
            [
                "Has the role PARTNER_SUPPORT at Nordhost; Nordhost is a partner of Fjord.",
                "Hat die Rolle PARTNER_SUPPORT bei Nordhost; Nordhost ist Partner von Fjord.",
                "Har rollen PARTNER_SUPPORT hos Nordhost; Nordhost är partner till Fjord.",
            ]
        );
        let hidden = [Link::Membership { at: None, role: None }];
        assert_eq!(
            in_all(|locale| of_path(locale, &hidden)),
            [
                "Is a member of an organisation that you may not see.",
                "Ist Mitglied von einer für Sie unsichtbaren Organisation.",
                "Är medlem i en organisation som du inte får se.",
            ]
        );
        assert_eq!(of_path(Locale::En, &[]), "");
    }

    #[test]
    fn a_miss_names_the_organisation_as_it_is_written() {
        let name = "acme".to_owned();
        let miss = |at| in_all(|locale| of_miss(locale, MissReason::OrganisationClosed, Permission::InvoiceRead, at));
        assert_eq!(miss(Some(&name)), ["acme is closed.", "acme ist geschlossen.", "acme är stängd."]);
        assert_eq!(
            miss(None),
            [
                "An organisation that you may not see is closed.",
                "Eine für Sie unsichtbare Organisation ist geschlossen.",
                "En organisation som du inte får se är stängd.",
            ]
        );
    }
}
