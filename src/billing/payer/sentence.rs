//! Who pays, as text. Pure functions.

use sea_orm::prelude::Date;

/// Stands for an organisation that the viewer may not see.
pub const HIDDEN: &str = "an organisation that you may not see";

/// One step: who pays for whom, and from when if the viewer may know.
pub fn of_step(organisation: Option<&str>, payer: Option<&str>, since: Option<(Date, Option<Date>)>) -> String {
    let payer = payer.unwrap_or("An organisation that you may not see");
    let text = format!("{payer} pays for {}", organisation.unwrap_or(HIDDEN));
    match since {
        // The end is the first day without payment, so the text must not name it as the last day.
        Some((from, Some(until))) => format!("{text} from {from} on, and stops on {until}."),
        Some((from, None)) => format!("{text} from {from} on."),
        None => format!("{text}."),
    }
}

/// Who pays on a day, and where the invoices go.
pub fn of_day(day: Date, organisation: &str, payer: Option<&str>, contact: Option<&str>) -> String {
    match (payer, contact) {
        (Some(payer), _) => format!("On {day}, {payer} pays for {organisation}; the invoices go to {payer}."),
        (None, Some(contact)) => {
            format!("On {day}, {organisation} pays for itself; its invoices go to its contact {contact}.")
        }
        (None, None) => format!("On {day}, {organisation} pays for itself; its invoices go to itself."),
    }
}

/// Who pays from a later day on.
pub fn of_change(day: Date, organisation: &str, payer: Option<&str>) -> String {
    match payer {
        Some(payer) => format!("From {day} on, {payer} pays for {organisation}."),
        None => format!("From {day} on, {organisation} pays for itself."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_names_who_may_be_seen_and_hides_the_others() {
        let day = Date::from_ymd_opt(2026, 3, 1).unwrap();
        assert_eq!(
            of_step(Some("Acme"), Some("Mecenat"), Some((day, None))),
            "Mecenat pays for Acme from 2026-03-01 on."
        );
        assert_eq!(
            of_step(Some("Acme"), Some("Mecenat"), Some((day, day.succ_opt()))),
            "Mecenat pays for Acme from 2026-03-01 on, and stops on 2026-03-02."
        );
        assert_eq!(
            of_step(None, None, None),
            "An organisation that you may not see pays for an organisation that you may not see."
        );
        assert_eq!(of_change(day, "Acme", None), "From 2026-03-01 on, Acme pays for itself.");
    }
}
