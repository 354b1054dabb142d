//! Mails about rules that are applied every day.

use super::rules::Guard;
use super::writing::Counts;
use crate::base::locale::Locale;
use crate::mail::{Letter, quoted};

/// The rules were applied, and licences changed.
pub fn applied(locale: Locale, family: &str, organisation: &str, counts: Counts) -> Letter {
    let (family, organisation) = (quoted(locale, family), quoted(locale, organisation));
    let Counts { assign, change, resume, reclaim, unmet } = counts;
    match locale {
        Locale::En => Letter::about(format!("Licences {family} of {organisation}: changes by rule"))
            .say(format!(
                "Today the rules for {family} gave a licence to {assign} people, changed that of {change}, gave {resume} \
                 back, and took it from {reclaim}."
            ))
            .say(format!("{unmet} people wait, because no licence is left for them.")),
        Locale::De => Letter::about(format!("Lizenzen {family} von {organisation}: Änderungen durch Regeln"))
            .say(format!(
                "Heute haben die Regeln für {family} {assign} Personen eine Lizenz gegeben, die von {change} geändert, \
                 {resume} zurückgegeben und {reclaim} entzogen."
            ))
            .say(format!("{unmet} Personen warten, weil für sie keine Lizenz übrig ist.")),
        Locale::Sv => Letter::about(format!("Licenser {family} för {organisation}: ändringar enligt regler"))
            .say(format!(
                "I dag gav reglerna för {family} {assign} personer en licens, ändrade den för {change}, gav tillbaka \
                 {resume} och tog den från {reclaim}."
            ))
            .say(format!("{unmet} personer väntar, eftersom ingen licens finns kvar åt dem.")),
    }
}

/// So many would lose their licence that nothing was done.
pub fn stopped(locale: Locale, family: &str, organisation: &str, guard: Guard) -> Letter {
    let (family, organisation) = (quoted(locale, family), quoted(locale, organisation));
    let Guard { losing, of, .. } = guard;
    match locale {
        Locale::En => Letter::about(format!("Licences {family} of {organisation}: rules were not applied"))
            .say(format!("By the rules for {family}, {losing} of {of} people would lose their licence today."))
            .say("That is more than the limit, so nothing was changed. Look at the preview, and apply the rules by hand."),
        Locale::De => Letter::about(format!("Lizenzen {family} von {organisation}: Regeln nicht angewendet"))
            .say(format!("Nach den Regeln für {family} würden heute {losing} von {of} Personen ihre Lizenz verlieren."))
            .say(
                "Das ist mehr als die Grenze, daher wurde nichts geändert. Sehen Sie sich die Vorschau an und wenden Sie die \
                 Regeln von Hand an.",
            ),
        Locale::Sv => Letter::about(format!("Licenser {family} för {organisation}: reglerna tillämpades inte"))
            .say(format!("Enligt reglerna för {family} skulle {losing} av {of} personer förlora sin licens i dag."))
            .say("Det är fler än gränsen, så inget ändrades. Se på förhandsvisningen och tillämpa reglerna för hand."),
    }
}

/// The rules cannot be applied until somebody mends what the message says.
pub fn refused(locale: Locale, family: &str, organisation: &str, message: &str) -> Letter {
    let (family, organisation) = (quoted(locale, family), quoted(locale, organisation));
    let (subject, opening) = match locale {
        Locale::En => (
            format!("Licences {family} of {organisation}: rules were not applied"),
            format!("The rules for {family} could not be applied today, and nothing was changed."),
        ),
        Locale::De => (
            format!("Lizenzen {family} von {organisation}: Regeln nicht angewendet"),
            format!("Die Regeln für {family} konnten heute nicht angewendet werden, und nichts wurde geändert."),
        ),
        Locale::Sv => (
            format!("Licenser {family} för {organisation}: reglerna tillämpades inte"),
            format!("Reglerna för {family} kunde inte tillämpas i dag, och inget ändrades."),
        ),
    };
    Letter::about(subject).say(opening).say(message)
}
