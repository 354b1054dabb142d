//! Mail about payers, to the people who may change the billing of the organisation that it goes to.

use std::collections::HashSet;

use sea_orm::DbErr;
use sea_orm::prelude::Date;
use uuid::Uuid;

use super::chain::Link;
use crate::access::Permission;
use crate::base::locale::Locale;
use crate::graphql::request::Work;
use crate::mail::{self, Letter};
use crate::people::membership;

/// Mails everybody who may change the billing of these organisations, once each, except the person who acts.
pub async fn send(work: &Work<'_>, organisations: &[Uuid], letter: impl Fn(Locale) -> Letter) -> Result<(), DbErr> {
    let mut written: HashSet<Uuid> = work.request.actor().user_id().into_iter().collect();
    let mut letters = Vec::new();
    for organisation in organisations {
        let members =
            membership::store::list_holders(work.tx, *organisation, Permission::BillingUpdate, work.now).await?;
        let new = members.iter().filter(|member| written.insert(member.user_id));
        letters.extend(new.map(|member| (membership::recipient(member), letter(member.locale))));
    }
    mail::queue(work.tx, work.random, work.now, letters).await
}

/// Mails the payers whose agreements are replaced.
pub async fn send_replaced(work: &Work<'_>, organisation: &str, agreements: &[(Link, Date)]) -> Result<(), DbErr> {
    for (link, day) in agreements {
        send(work, &[link.payer], |locale| replaced(locale, organisation, *day)).await?;
    }
    Ok(())
}

/// To the organisation that is asked to pay.
pub fn requested(locale: Locale, organisation: &str, by: &str, from: Date, until: Date) -> Letter {
    match locale {
        Locale::En => Letter::about(format!("{organisation} asks you to pay its invoices"))
            .say(format!(
                "On behalf of {organisation}, {by} asks your organisation to pay its invoices from {from} on. You can accept \
                 or decline until {until}. requestsToPay lists pending requests."
            ))
            .say("If you do not know what this is about, you can ignore this mail. You pay nothing unless you accept."),
        Locale::De => Letter::about(format!("{organisation} bittet Sie, seine Rechnungen zu bezahlen"))
            .say(format!(
                "{by} bittet für {organisation} darum, dass Ihre Organisation deren Rechnungen ab dem {from} bezahlt. \
                 Sie können bis zum {until} annehmen oder ablehnen. requestsToPay zeigt die offenen Anfragen."
            ))
            .say("Falls Sie nicht wissen, worum es geht, brauchen Sie nichts zu tun. Sie bezahlen nur, wenn Sie \
                  annehmen."),
        Locale::Sv => Letter::about(format!("{organisation} ber er betala dess fakturor"))
            .say(format!(
                "{by} ber för {organisation} att er organisation betalar dess fakturor från och med {from}. Ni kan \
                 tacka ja eller nej till och med {until}. requestsToPay visar obesvarade förfrågningar."
            ))
            .say("Om du inte vet vad det här gäller behöver du inte göra något. Ni betalar bara om ni tackar ja."),
    }
}

/// To both sides, after the payer has accepted.
pub fn agreed(locale: Locale, organisation: &str, payer: &str, by: &str, from: Date) -> Letter {
    match locale {
        Locale::En => Letter::about(format!("{payer} pays for {organisation}")).say(format!(
            "From {from} on, {payer} pays the invoices of {organisation}. {by} accepted this. Either side can end it at any time."
        )),
        Locale::De => Letter::about(format!("{payer} bezahlt für {organisation}")).say(format!(
            "Ab dem {from} bezahlt {payer} die Rechnungen von {organisation}. {by} hat das angenommen. Beide Seiten können es \
             jederzeit beenden."
        )),
        Locale::Sv => Letter::about(format!("{payer} betalar för {organisation}")).say(format!(
            "Från och med {from} betalar {payer} fakturorna för {organisation}. {by} har tackat ja. Båda sidor kan avsluta \
             det när som helst."
        )),
    }
}

/// To the organisation that asked.
pub fn declined(locale: Locale, organisation: &str, payer: &str) -> Letter {
    match locale {
        Locale::En => Letter::about(format!("{payer} will not pay for {organisation}"))
            .say(format!("{payer} has declined to pay the invoices of {organisation}. Nothing changes.")),
        Locale::De => Letter::about(format!("{payer} bezahlt nicht für {organisation}")).say(format!(
            "{payer} hat es abgelehnt, die Rechnungen von {organisation} zu bezahlen. Alles bleibt, wie es war."
        )),
        Locale::Sv => Letter::about(format!("{payer} betalar inte för {organisation}"))
            .say(format!("{payer} har tackat nej till att betala fakturorna för {organisation}. Allt är som förut.")),
    }
}

/// To both sides, after one has ended it.
pub fn ended(locale: Locale, organisation: &str, payer: &str, by: &str, on: Date) -> Letter {
    match locale {
        Locale::En => Letter::about(format!("{payer} stops paying for {organisation}")).say(format!(
            "From {on} on, {payer} no longer pays the invoices of {organisation}. {by} ended this. {payer} still \
             owes the invoices that were issued to it before."
        )),
        Locale::De => Letter::about(format!("{payer} bezahlt nicht mehr für {organisation}")).say(format!(
            "Ab dem {on} bezahlt {payer} die Rechnungen von {organisation} nicht mehr. {by} hat das beendet. \
             Rechnungen, die vorher auf {payer} ausgestellt wurden, muss {payer} weiterhin bezahlen."
        )),
        Locale::Sv => Letter::about(format!("{payer} slutar betala för {organisation}")).say(format!(
            "Från och med {on} betalar {payer} inte längre fakturorna för {organisation}. {by} har avslutat det. \
             Fakturor som dessförinnan har ställts ut till {payer} ska {payer} fortfarande betala."
        )),
    }
}

/// To the previous payer, after another one has replaced it. It does not learn which one.
fn replaced(locale: Locale, organisation: &str, day: Date) -> Letter {
    match locale {
        Locale::En => Letter::about(format!("You no longer pay for {organisation}")).say(format!(
            "From {day} on, another organisation pays the invoices of {organisation}. Your organisation still owes the \
             invoices that were issued to it before."
        )),
        Locale::De => Letter::about(format!("Sie bezahlen nicht mehr für {organisation}")).say(format!(
            "Ab dem {day} bezahlt eine andere Organisation die Rechnungen von {organisation}. Rechnungen, die vorher \
             auf Ihre Organisation ausgestellt wurden, muss sie weiterhin bezahlen."
        )),
        Locale::Sv => Letter::about(format!("Ni betalar inte längre för {organisation}")).say(format!(
            "Från och med {day} betalar en annan organisation fakturorna för {organisation}. Fakturor som dessförinnan \
             har ställts ut till er ska ni fortfarande betala."
        )),
    }
}
