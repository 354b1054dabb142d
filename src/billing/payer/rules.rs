//! What can be requested, answered and ended, and who sees the payer. Pure functions.

use chrono::Months;
use entity::payer::{Model, State};
use sea_orm::ActiveEnum;
use sea_orm::prelude::Date;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::state::{Moment, PayerAgreementState};
use crate::access::{Authorised, Decision, OrganisationState, Permission};
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::message::{Message, Texts};

/// How many payers a person or an organisation can request within a day. Each request sends mail.
pub const REQUESTS_A_DAY: u64 = 20;
/// Agreements start and end within this time.
const AHEAD: Months = Months::new(120);
/// The longest code.
const LONGEST_CODE: usize = 32;

/// The payer. If there is none, a key that no organisation has: looking it up takes the same statements.
pub fn payer_or_nobody(row: &Model) -> Uuid {
    row.payer_id.unwrap_or(row.id)
}

/// Whether both sides know the payer. A payer that was found by its code stays hidden until it answers.
pub fn is_payer_known(row: &Model) -> bool {
    row.sought_code.is_none() || !matches!(row.state, State::Proposed | State::Withdrawn)
}

/// The organisation, for a viewer who may change its billing. It is NOT_FOUND for viewers who cannot read its billing, so
/// that a request by code reveals nothing.
pub fn authorise(side: &Decision) -> Result<Authorised> {
    if !side.grants.has(Permission::BillingRead) {
        return Err(Error::NotFound);
    }
    side.authorise(Permission::BillingUpdate)
}

/// Refuses unless the viewer may change the billing of one of the sides. The error is about the first side whose billing
/// the viewer reads.
pub fn authorise_either(organisation: &Decision, payer: &Decision) -> Result<Authorised> {
    match (authorise(organisation), authorise(payer)) {
        (Ok(at), _) | (_, Ok(at)) => Ok(at),
        (Err(Error::NotFound), Err(error)) | (Err(error), _) => Err(error),
    }
}

/// Refuses to answer or withdraw a request that is no longer pending.
pub fn require_pending(row: &Model, moment: Moment) -> Result<(), UserError> {
    let stale = |text: Texts| Err(UserError::general(UserErrorCode::StaleState, text));
    match moment.state_of(row) {
        PayerAgreementState::Pending => Ok(()),
        PayerAgreementState::Expired => {
            let message = [
                "It was not answered in time. Make a new request with requestPayer.",
                "Die Bitte wurde nicht rechtzeitig beantwortet. Bitten Sie mit requestPayer noch einmal.",
                "Förfrågan besvarades inte i tid. Gör en ny med requestPayer.",
            ];
            Err(UserError::general(UserErrorCode::TooLate, message))
        }
        PayerAgreementState::Declined => {
            stale(["It was declined already.", "Die Bitte wurde schon abgelehnt.", "Förfrågan har redan avböjts."])
        }
        PayerAgreementState::Withdrawn => {
            stale(["It was withdrawn.", "Die Bitte wurde zurückgezogen.", "Förfrågan har återtagits."])
        }
        PayerAgreementState::Scheduled | PayerAgreementState::Active | PayerAgreementState::Ended => {
            stale(["It was accepted already.", "Die Bitte wurde schon angenommen.", "Förfrågan har redan accepterats."])
        }
    }
}

/// Refuses to end an agreement that is not in force, has ended, or ends by that day anyway.
pub fn check_end(row: &Model, on: Date, moment: Moment) -> Result<(), UserError> {
    let stale = |message: Message| Err(UserError::general(UserErrorCode::StaleState, message));
    match moment.state_of(row) {
        PayerAgreementState::Scheduled | PayerAgreementState::Active => {}
        PayerAgreementState::Ended => {
            return stale(
                ["It has ended already.", "Die Vereinbarung ist schon beendet.", "Avtalet har redan upphört."].into(),
            );
        }
        _ => {
            let message = [
                "The payer has not accepted it, so it cannot be ended. Withdraw a pending request with \
                 withdrawPayerRequest.",
                "Der Zahler hat nicht angenommen, daher lässt sich die Vereinbarung nicht beenden. Ziehen Sie eine \
                 offene Bitte mit withdrawPayerRequest zurück.",
                "Betalaren har inte accepterat, så avtalet kan inte avslutas. Återta en öppen förfrågan med \
                 withdrawPayerRequest.",
            ];
            return stale(message.into());
        }
    }
    check_day("on", on, moment.today)?;
    match row.ends_on {
        Some(end) if end <= on => stale(
            [
                format!("It already ends on {end}. Give an earlier day."),
                format!("Die Vereinbarung endet schon am {end}. Geben Sie einen früheren Tag an."),
                format!("Avtalet upphör redan den {end}. Ange en tidigare dag."),
            ]
            .into(),
        ),
        _ => Ok(()),
    }
}

/// Refuses a new agreement if one of the sides is suspended or closed.
pub fn require_both_active(organisation: &Decision, payer: &Decision) -> Result<(), UserError> {
    let sides = [
        (organisation, ["to be paid for", "für die bezahlt werden soll", "som det ska betalas för"]),
        (payer, ["that is to pay", "die bezahlen soll", "som ska betala"]),
    ];
    for (side, [which, which_de, which_sv]) in sides {
        let (code, [state, state_de, state_sv]) = match side.state() {
            OrganisationState::Active => continue,
            OrganisationState::Suspended => (UserErrorCode::OrganisationSuspended, ["suspended", "gesperrt", "pausad"]),
            OrganisationState::Closed => (UserErrorCode::OrganisationClosed, ["closed", "geschlossen", "stängd"]),
        };
        let message = [
            format!("The organisation {which} is {state}."),
            format!("Die Organisation, {which_de}, ist {state_de}."),
            format!("Organisationen {which_sv} är {state_sv}."),
        ];
        return Err(UserError::general(code, message));
    }
    Ok(())
}

/// Refuses a payer that would get invoices in another currency than its own, unless it accepts that by naming the currency.
/// Nothing is refused while one of the currencies is not known.
pub fn require_currency(billed: Option<&str>, own: Option<&str>, accepted: Option<&str>) -> Result<(), UserError> {
    let Some(billed) = billed else { return Ok(()) };
    let differs = |message: [String; 3]| {
        let field = Some(vec!["input".to_owned(), "currency".to_owned()]);
        Err(UserError { field, ..UserError::general(UserErrorCode::CurrencyDiffers, message) })
    };
    match accepted.map(|typed| typed.trim().to_ascii_uppercase()) {
        Some(accepted) if accepted == billed => Ok(()),
        Some(_) => differs([
            format!("The invoices of the organisation are in {billed}."),
            format!("Die Rechnungen der Organisation sind in {billed}."),
            format!("Organisationens fakturor är i {billed}."),
        ]),
        None => match own {
            Some(own) if own != billed => differs([
                format!(
                    "The invoices of the organisation are in {billed}, and those of the payer are in {own}. To accept \
                     that, repeat this with currency {billed}."
                ),
                format!(
                    "Die Rechnungen der Organisation sind in {billed}, und die des Zahlers in {own}. Um das \
                     anzunehmen, wiederholen Sie das mit currency {billed}."
                ),
                format!(
                    "Organisationens fakturor är i {billed}, och betalarens i {own}. Gör om det här med currency \
                     {billed} för att godta det."
                ),
            ]),
            _ => Ok(()),
        },
    }
}

/// Checks a day on which an agreement is to start or end.
pub fn check_day(field: &str, day: Date, today: Date) -> Result<(), UserError> {
    let invalid = |message: Texts| Err(UserError::at(field, UserErrorCode::InvalidInput, message));
    if day < today {
        return invalid([
            "Give today or a later day. The past cannot be changed.",
            "Geben Sie heute oder einen späteren Tag an. Vergangenes lässt sich nicht ändern.",
            "Ange i dag eller en senare dag. Det förflutna kan inte ändras.",
        ]);
    }
    if today.checked_add_months(AHEAD).is_none_or(|last| last < day) {
        return invalid([
            "Give a day within the next ten years.",
            "Geben Sie einen Tag in den nächsten zehn Jahren an.",
            "Ange en dag inom tio år.",
        ]);
    }
    Ok(())
}

/// Reads a code.
pub fn code(typed: &str) -> Result<String, UserError> {
    let code = typed.trim().to_ascii_uppercase();
    let is_valid = (1..=LONGEST_CODE).contains(&code.len())
        && code.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'-');
    if is_valid {
        return Ok(code);
    }
    let message = [
        "This is not a code. Codes look like 7KQ2-M9XD. Ask the organisation that is to pay for its code.",
        "Das ist kein Code. Codes sehen aus wie 7KQ2-M9XD. Fragen Sie die Organisation, die bezahlen soll, nach ihrem \
         Code.",
        "Det är ingen kod. Koder ser ut som 7KQ2-M9XD. Fråga organisationen som ska betala efter dess kod.",
    ];
    Err(UserError::at("payer", UserErrorCode::InvalidInput, message))
}

/// The error of a request for something that is agreed already.
pub fn pays_already(day: Date) -> UserError {
    UserError::general(
        UserErrorCode::Duplicate,
        [
            format!("It already pays for the organisation on {day}."),
            format!("Am {day} bezahlt sie schon für die Organisation."),
            format!("Den betalar redan för organisationen den {day}."),
        ],
    )
}

/// An agreement as the audit log keeps it. It does not name a payer that is still hidden.
pub fn audit_snapshot(row: &Model) -> Json {
    let payer = row.payer_id.filter(|_| is_payer_known(row)).map(|id| Type::Organisation.id(id).to_string());
    json!({
        "organisation": Type::Organisation.id(row.organisation_id).to_string(),
        "payer": payer,
        "soughtCode": row.sought_code,
        "state": row.state.to_value(),
        "startsOn": row.starts_on,
        "endsOn": row.ends_on,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: u64) -> Date {
        Date::from_ymd_opt(2026, 6, 1).unwrap() + chrono::Days::new(number)
    }

    fn row(state: State, starts: u64, ends: Option<u64>, asked: u64) -> Model {
        Model {
            id: Uuid::nil(),
            organisation_id: Uuid::nil(),
            payer_id: None,
            sought_code: None,
            state,
            starts_on: day(starts),
            ends_on: ends.map(day),
            requested_by_id: None,
            answered_by_id: None,
            answered_at: None,
            created_at: day(asked).and_hms_opt(12, 0, 0).unwrap().and_utc(),
        }
    }

    #[test]
    fn another_currency_needs_to_be_named() {
        let asked = |billed, own, accepted| require_currency(billed, own, accepted).map_err(|error| error.code);
        let differs = Err(UserErrorCode::CurrencyDiffers);
        for (billed, own, accepted, expected) in [
            (Some("EUR"), Some("EUR"), None, Ok(())),
            (Some("EUR"), None, None, Ok(())),
            (None, Some("SEK"), Some("EUR"), Ok(())),
            (Some("EUR"), Some("SEK"), None, differs),
            (Some("EUR"), Some("SEK"), Some("SEK"), differs),
            (Some("EUR"), Some("EUR"), Some("SEK"), differs),
            (Some("EUR"), Some("SEK"), Some(" eur"), Ok(())),
        ] {
            assert_eq!(asked(billed, own, accepted), expected, "{billed:?} {own:?} {accepted:?}");
        }
    }

    #[test]
    fn dates_and_stored_state_give_the_state_that_is_shown() {
        use PayerAgreementState as S;
        let moment = Moment::new(day(100).and_hms_opt(12, 0, 0).unwrap().and_utc(), day(100), 90);
        for (agreement, state) in [
            (row(State::Proposed, 0, None, 11), S::Pending),
            (row(State::Proposed, 0, None, 10), S::Expired),
            (row(State::Active, 101, None, 1), S::Scheduled),
            (row(State::Active, 100, None, 1), S::Active),
            (row(State::Active, 1, Some(101), 1), S::Active),
            (row(State::Active, 1, Some(100), 1), S::Ended),
            (row(State::Ended, 200, Some(200), 1), S::Ended),
            (row(State::Declined, 1, None, 1), S::Declined),
            (row(State::Withdrawn, 1, None, 1), S::Withdrawn),
        ] {
            assert_eq!(moment.state_of(&agreement), state, "{agreement:?}");
            assert_eq!(require_pending(&agreement, moment).is_ok(), state == S::Pending);
        }
    }

    #[test]
    fn an_agreement_starts_and_ends_today_or_within_ten_years() {
        for (starts, may) in [(99, false), (100, true), (3_753, true), (3_754, false)] {
            assert_eq!(check_day("on", day(starts), day(100)).is_ok(), may, "{}", day(starts));
        }
        assert!(check_day("on", Date::MAX, day(100)).is_err());
        assert!(check_day("on", Date::MIN, day(100)).is_err());
    }

    #[test]
    fn a_code_is_the_same_however_it_is_typed() {
        assert_eq!(code(" 7kq2-m9xd\n").unwrap(), "7KQ2-M9XD");
        for wrong in ["", " ", "7KQ2 M9XD", "ÄÖ", "ß", "x'--;", &"A".repeat(33)] {
            assert!(code(wrong).is_err(), "{wrong:?}");
        }
    }
}
