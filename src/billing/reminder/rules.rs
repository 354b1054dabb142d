//! The steps for an invoice that is not paid: reminders, a fee, suspension, and the end. Pure functions.

use std::error::Error;
use std::fmt::{self, Display, Formatter};

use chrono::{Days, NaiveDate};
use serde::Deserialize;

use crate::base::message::Texts;

/// What a step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// A letter.
    Remind,
    /// A letter, and a charge for it.
    Fee {
        /// The charge in minor units.
        amount_minor: i64,
    },
    /// The services on the invoice are suspended.
    Suspend,
    /// The subscriptions on the invoice end.
    End,
}

impl StepKind {
    /// The word for it in the database.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Remind => "REMIND",
            Self::Fee { .. } => "FEE",
            Self::Suspend => "SUSPEND",
            Self::End => "END",
        }
    }
}

/// A step of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// On this day after the due day, at the earliest.
    pub after_days: u32,
    /// What it does.
    pub kind: StepKind,
}

/// A step as it is stored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored {
    after_days: u32,
    kind: String,
    fee_minor: Option<i64>,
}

impl Stored {
    fn step(self) -> Result<Step, PolicyError> {
        let kind = match (self.kind.as_str(), self.fee_minor) {
            ("REMIND", None) => StepKind::Remind,
            ("FEE", Some(amount_minor)) => StepKind::Fee { amount_minor },
            ("SUSPEND", None) => StepKind::Suspend,
            ("END", None) => StepKind::End,
            _ => return Err(PolicyError::Unreadable),
        };
        Ok(Step { after_days: self.after_days, kind })
    }
}

/// The steps of an issuer, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    steps: Vec<Step>,
}

/// Why a policy is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyError {
    /// The first step is on the due day, or a step is not later than the one before it.
    NotLater,
    /// There are two fees.
    TwoFees,
    /// The fee is not above zero.
    NoFee,
    /// A step follows the end.
    AfterEnd,
    /// A step is more than ten years after the due day.
    TooLate,
    /// The stored policy is not one.
    Unreadable,
}

impl PolicyError {
    /// The same for a person.
    pub const fn message(self) -> Texts {
        match self {
            Self::NotLater => [
                "Each step must be later than the one before it, and later than the due day.",
                "Jede Stufe muss später sein als die vorige und später als die Fälligkeit.",
                "Varje steg måste vara senare än det föregående och senare än förfallodagen.",
            ],
            Self::TwoFees => {
                ["A policy has one fee at most.", "Es gibt höchstens eine Gebühr.", "Det kan finnas högst en avgift."]
            }
            Self::NoFee => [
                "The fee must be above zero.",
                "Die Gebühr muss größer als null sein.",
                "Avgiften måste vara större än noll.",
            ],
            Self::AfterEnd => {
                ["END must be the last step.", "END muss die letzte Stufe sein.", "END måste vara det sista steget."]
            }
            Self::TooLate => [
                "A step can be 3,650 days after the due day at most.",
                "Eine Stufe kommt höchstens 3.650 Tage nach der Fälligkeit.",
                "Ett steg kan komma högst 3 650 dagar efter förfallodagen.",
            ],
            Self::Unreadable => [
                "The stored steps of reminders cannot be read.",
                "Die gespeicherten Mahnstufen lassen sich nicht lesen.",
                "De sparade stegen för påminnelser kan inte läsas.",
            ],
        }
    }
}

impl Display for PolicyError {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let [english, ..] = self.message();
        formatter.write_str(english)
    }
}

impl Error for PolicyError {}

impl Policy {
    /// A policy of steps in order. An empty one never reminds.
    pub fn new(steps: Vec<Step>) -> Result<Self, PolicyError> {
        let is_fee = |step: &&Step| matches!(step.kind, StepKind::Fee { .. });
        if steps.first().is_some_and(|step| step.after_days == 0)
            || steps.windows(2).any(|pair| pair[0].after_days >= pair[1].after_days)
        {
            return Err(PolicyError::NotLater);
        }
        if steps.iter().any(|step| step.after_days > 3_650) {
            return Err(PolicyError::TooLate);
        }
        if steps.iter().any(|step| matches!(step.kind, StepKind::Fee { amount_minor: ..=0 })) {
            return Err(PolicyError::NoFee);
        }
        if steps.iter().filter(is_fee).count() > 1 {
            return Err(PolicyError::TwoFees);
        }
        if steps.iter().rev().skip(1).any(|step| step.kind == StepKind::End) {
            return Err(PolicyError::AfterEnd);
        }
        Ok(Self { steps })
    }

    /// The policy as the issuer keeps it: a list of steps in JSON.
    pub fn read(stored: &str) -> Result<Self, PolicyError> {
        let steps: Vec<Stored> = serde_json::from_str(stored).map_err(|_| PolicyError::Unreadable)?;
        Self::new(steps.into_iter().map(Stored::step).collect::<Result<_, _>>()?)
    }

    /// The steps in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }
}

/// A step that was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Its place in the policy, from 1.
    pub position: usize,
    /// Whether it was a fee. The policy may have changed since.
    pub is_fee: bool,
    /// The business day.
    pub sent_on: NaiveDate,
}

/// What is known of an invoice.
#[derive(Clone, Copy, Debug)]
pub struct Overdue<'a> {
    /// The last day for paying it.
    pub due_on: NaiveDate,
    /// What is still to be paid, in minor units.
    pub open_minor: i64,
    /// The first day on which reminders go on. None if nobody paused them.
    pub paused_until: Option<NaiveDate>,
    /// The steps that were taken, in any order.
    pub taken: &'a [Taken],
}

/// A step to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextStep {
    /// Its place in the policy, from 1.
    pub position: usize,
    /// The step.
    pub step: Step,
    /// The first day for it.
    pub from: NaiveDate,
}

/// The next step of an invoice and the first day for it, whether that day has come or not. None if there is none.
///
/// A step that came late moves the later ones: the customer has as many days between two steps as the policy says. So a
/// pause, or a server that was off, never causes a letter and a suspension on two days in a row.
pub fn next_step(policy: &Policy, invoice: &Overdue<'_>) -> Option<NextStep> {
    if invoice.open_minor <= 0 {
        return None;
    }
    let last = invoice.taken.iter().max_by_key(|taken| taken.position);
    let had_fee = invoice.taken.iter().any(|taken| taken.is_fee);
    let done = last.map_or(0, |taken| taken.position);
    let is_left = |step: &Step| !(had_fee && matches!(step.kind, StepKind::Fee { .. }));
    let (index, step) = policy.steps.iter().enumerate().skip(done).find(|(_, step)| is_left(step))?;
    let after = |day: NaiveDate, days: u32| day.checked_add_days(Days::new(u64::from(days)));
    let mut from = after(invoice.due_on, step.after_days)?;
    if let Some(latest) = invoice.taken.iter().map(|taken| taken.sent_on).max() {
        let before = index.checked_sub(1).and_then(|before| policy.steps.get(before));
        let between = before.map_or(1, |before| step.after_days - before.after_days);
        from = from.max(after(latest, between)?);
    }
    let from = invoice.paused_until.map_or(from, |paused| from.max(paused));
    Some(NextStep { position: index + 1, step: *step, from })
}

/// The step to take on the day, if there is one.
pub fn step_due(policy: &Policy, invoice: &Overdue<'_>, day: NaiveDate) -> Option<NextStep> {
    next_step(policy, invoice).filter(|next| next.from <= day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn step(after_days: u32, kind: StepKind) -> Step {
        Step { after_days, kind }
    }

    fn policy() -> Policy {
        let fee = StepKind::Fee { amount_minor: 6_000 };
        let steps = [(5, StepKind::Remind), (15, fee), (30, StepKind::Suspend), (60, StepKind::End)];
        Policy::new(steps.map(|(after, kind)| step(after, kind)).into()).unwrap()
    }

    fn unpaid(taken: &[Taken]) -> Overdue<'_> {
        Overdue { due_on: day("2026-04-30"), open_minor: 100, paused_until: None, taken }
    }

    /// The days from the due day on which something was sent, and what, if the run comes on each of the days.
    fn history(days: impl IntoIterator<Item = u64>, paused_until: Option<&str>) -> Vec<(u64, &'static str)> {
        let (policy, mut taken, mut sent) = (policy(), Vec::new(), Vec::new());
        for days in days {
            let today = day("2026-04-30") + Days::new(days);
            let invoice = Overdue { paused_until: paused_until.map(day), ..unpaid(&taken) };
            if let Some(NextStep { position, step, .. }) = step_due(&policy, &invoice, today) {
                sent.push((days, step.kind.code()));
                taken.push(Taken { position, is_fee: step.kind.code() == "FEE", sent_on: today });
            }
        }
        sent
    }

    #[test]
    fn steps_come_on_their_days() {
        let expected = [(5, "REMIND"), (15, "FEE"), (30, "SUSPEND"), (60, "END")];
        assert_eq!(history(0..100, None), expected);
        // Several runs a day change nothing.
        assert_eq!(history((0..100).flat_map(|day| [day, day, day]), None), expected);
    }

    #[test]
    fn late_runs_keep_the_days_between_steps() {
        assert_eq!(history(40..100, None), [(40, "REMIND"), (50, "FEE"), (65, "SUSPEND"), (95, "END")]);
        assert_eq!(history([5, 20, 21, 22, 34, 35], None), [(5, "REMIND"), (20, "FEE"), (35, "SUSPEND")]);
    }

    #[test]
    fn a_pause_holds_steps_until_its_day() {
        // 20 days after the due day.
        assert_eq!(history(0..46, Some("2026-05-20")), [(20, "REMIND"), (30, "FEE"), (45, "SUSPEND")]);
    }

    #[test]
    fn a_settled_invoice_gets_no_step_and_goes_on_when_the_payment_returns() {
        let taken = [Taken { position: 1, is_fee: false, sent_on: day("2026-05-05") }];
        let settled = Overdue { open_minor: 0, ..unpaid(&taken) };
        assert_eq!(next_step(&policy(), &settled), None);
        assert_eq!(next_step(&policy(), &unpaid(&taken)).map(|next| next.position), Some(2));
    }

    #[test]
    fn the_fee_comes_once_even_if_the_policy_changed() {
        let taken = [Taken { position: 1, is_fee: true, sent_on: day("2026-05-05") }];
        let next = next_step(&policy(), &unpaid(&taken)).unwrap();
        assert_eq!((next.position, next.step.kind), (3, StepKind::Suspend));
        assert_eq!(next_step(&Policy::default(), &unpaid(&[])), None);
        let last = [Taken { position: 4, is_fee: false, sent_on: day("2026-07-01") }];
        assert_eq!(next_step(&policy(), &unpaid(&last)), None);
    }

    #[test]
    fn a_stored_policy_comes_back() {
        let stored = r#"[{"afterDays":5,"kind":"REMIND","feeMinor":null},{"afterDays":15,"kind":"FEE","feeMinor":6000},
                         {"afterDays":30,"kind":"SUSPEND"},{"afterDays":60,"kind":"END"}]"#;
        assert_eq!(Policy::read(stored), Ok(policy()));
        assert_eq!(Policy::read("[]"), Ok(Policy::default()));
        for wrong in ["", "{}", r#"[{"afterDays":5,"kind":"FEE"}]"#, r#"[{"afterDays":5,"kind":"WAIT"}]"#] {
            assert_eq!(Policy::read(wrong), Err(PolicyError::Unreadable), "{wrong}");
        }
    }

    #[test]
    fn policies_that_make_no_sense_are_refused() {
        let fee = |amount_minor| StepKind::Fee { amount_minor };
        for (steps, error) in [
            (vec![step(0, StepKind::Remind)], PolicyError::NotLater),
            (vec![step(5, StepKind::Remind), step(5, StepKind::Remind)], PolicyError::NotLater),
            (vec![step(5, fee(1)), step(6, fee(1))], PolicyError::TwoFees),
            (vec![step(5, fee(0))], PolicyError::NoFee),
            (vec![step(5, StepKind::End), step(6, StepKind::Remind)], PolicyError::AfterEnd),
            (vec![step(3_651, StepKind::Remind)], PolicyError::TooLate),
        ] {
            assert_eq!(Policy::new(steps), Err(error));
        }
    }

    proptest! {
        #[test]
        fn no_day_has_two_steps_and_no_step_comes_early(mut days in prop::collection::vec(0_u64..200, 0..60)) {
            days.sort_unstable();
            let sent = history(days, None);
            prop_assert!(sent.windows(2).all(|pair| pair[0].0 < pair[1].0));
            for ((days, kind), step) in sent.iter().zip(policy().steps()) {
                prop_assert_eq!(*kind, step.kind.code());
                prop_assert!(*days >= u64::from(step.after_days));
            }
        }
    }
}
