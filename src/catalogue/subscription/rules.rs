//! What can be changed of a subscription, when it takes effect, and what it does to the row and to the history.
//!
//! A raise counts from the same day and is committed. A lowering waits for the renewal, unless the units were bought within
//! the return window or the product can be lowered at any time. A cancellation ends with the commitment.

use chrono::Days;
use entity::subscription::{Model, State};
use entity::subscription_change::{Kind, Model as Change, State as ChangeState};
use entity::{price, product};
use sea_orm::ActiveEnum;
use sea_orm::prelude::Date;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::charge::{minor, price as price_of};
use super::history::{on_day, steps};
use super::messages;
use super::period::{months_after, months_of_term, period_at};
use crate::base::error::{UserError, UserErrorCode};
use crate::base::money::Money;

/// A subscription on a day, with its product and its history.
#[derive(Clone, Copy)]
pub struct Standing<'a> {
    /// The row.
    pub row: &'a Model,
    /// Its product.
    pub product: &'a product::Model,
    /// All changes, in the order of their positions.
    pub changes: &'a [Change],
    /// The business day.
    pub today: Date,
}

/// A change to append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned {
    /// What it does.
    pub kind: Kind,
    /// Its first day.
    pub effective_on: Date,
    /// The product from then on.
    pub product: Uuid,
    /// The number of units from then on.
    pub quantity: i32,
    /// Price of one unit for one interval from then on, in minor units.
    pub unit_minor: i64,
    /// Whether it is done or scheduled.
    pub state: ChangeState,
}

/// What an act does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The row afterwards.
    pub row: Model,
    /// The changes to append, in this order.
    pub planned: Vec<Planned>,
    /// Changes that are withdrawn: scheduled ones, and those of today that would count from tomorrow on.
    pub withdrawn: Vec<Uuid>,
    /// Scheduled changes that have taken effect.
    pub done: Vec<Uuid>,
}

impl Outcome {
    /// A change, and nothing else.
    fn of(row: Model, planned: Planned) -> Self {
        Self { row, planned: vec![planned], withdrawn: Vec::new(), done: Vec::new() }
    }
}

impl Outcome {
    /// Whether the subscription ends before it has begun.
    pub fn is_called_off(&self) -> bool {
        self.planned.iter().any(|one| one.quantity == 0 && one.effective_on <= self.row.starts_on)
    }
}

impl Standing<'_> {
    /// The scheduled changes.
    fn scheduled(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.state == ChangeState::Scheduled)
    }

    fn scheduled_of(&self, kinds: &[Kind]) -> Vec<Uuid> {
        self.scheduled().filter(|change| kinds.contains(&change.kind)).map(|change| change.id).collect()
    }

    fn plan(&self, kind: Kind, effective_on: Date, quantity: i32, state: ChangeState) -> Planned {
        let (product, unit_minor) = (self.row.product_id, self.row.unit_price_minor);
        Planned { kind, effective_on, product, quantity, unit_minor, state }
    }

    /// The day after today: a day on which something was had is paid, so what goes away goes from then on.
    fn tomorrow(&self) -> Date {
        self.today + Days::new(1)
    }

    /// Refuses a subscription that takes no changes.
    fn require_running(&self) -> Result<(), UserError> {
        let (code, message) = match self.row.state {
            State::Active => return Ok(()),
            State::Pending if self.product.bills_from == product::BillsFrom::Order => return Ok(()),
            State::Pending => (UserErrorCode::TooEarly, messages::NOT_BEGUN),
            State::Cancelled => (UserErrorCode::SubscriptionCancelled, messages::CANCELLED),
            State::Ended => (UserErrorCode::StaleState, messages::ENDED),
        };
        Err(UserError::at("subscriptionId", code, message))
    }

    /// Changes the number of units. More count from today on. Less count from tomorrow on if the units can be returned or
    /// the product lowered at any time, otherwise from the renewal on.
    pub fn change_quantity(&self, quantity: i32) -> Result<Outcome, UserError> {
        self.require_running()?;
        check_quantity("quantity", self.product, quantity)?;
        require_fit("quantity", self.row.unit_price_minor, quantity)?;
        let (mut row, had) = (self.row.clone(), self.had());
        if quantity == row.quantity {
            return Err(UserError::at("quantity", UserErrorCode::InvalidInput, messages::has_already(quantity)));
        }
        if quantity >= had {
            row.quantity = quantity;
            let planned = self.plan(Kind::Raise, self.today, quantity, ChangeState::Done);
            return Ok(Outcome { withdrawn: self.coming_ids(), ..Outcome::of(row, planned) });
        }
        let is_returned = row.quantity - quantity <= self.returnable();
        if is_returned || self.product.lowers_at == product::LowersAt::Any {
            row.quantity = quantity;
            let kind = if is_returned { Kind::Return } else { Kind::Lower };
            let planned = self.plan(kind, self.tomorrow(), quantity, ChangeState::Done);
            return Ok(Outcome { withdrawn: self.coming_ids(), ..Outcome::of(row, planned) });
        }
        let planned = self.plan(Kind::Lower, row.committed_until, quantity, ChangeState::Scheduled);
        // One lowering waits at a time: a new one takes the place of the old one.
        Ok(Outcome { withdrawn: self.scheduled_of(&[Kind::Lower]), ..Outcome::of(row, planned) })
    }

    /// Whether a change of today counts from tomorrow on: less, which was had today. Another act of today may replace it.
    fn is_coming(&self, change: &Change) -> bool {
        change.state == ChangeState::Done
            && matches!(change.kind, Kind::Lower | Kind::Return)
            && change.effective_on > self.today
    }

    fn coming_ids(&self) -> Vec<Uuid> {
        self.changes.iter().filter(|change| self.is_coming(change)).map(|change| change.id).collect()
    }

    /// The number of units that are had today.
    fn had(&self) -> i32 {
        let until_today: Vec<Change> = self.changes.iter().filter(|one| !self.is_coming(one)).cloned().collect();
        if until_today.len() == self.changes.len() {
            return self.row.quantity;
        }
        on_day(&steps(&until_today), self.today).map_or(0, |step| step.quantity)
    }

    /// How many of the units were bought within the return window. What went away since then were the newest.
    pub fn returnable(&self) -> i32 {
        let mut bought: Vec<(Date, i32)> = Vec::new();
        let mut had = 0;
        for change in self.changes.iter().filter(|change| change.state == ChangeState::Done) {
            let mut gone = had - change.quantity;
            if gone < 0 {
                bought.push((change.effective_on, -gone));
            }
            while gone > 0
                && let Some((_, units)) = bought.last_mut()
            {
                let taken = gone.min(*units);
                *units -= taken;
                gone -= taken;
                if *units == 0 {
                    bought.pop();
                }
            }
            had = change.quantity;
        }
        let window = Days::new(u64::from(self.product.return_days.unsigned_abs()));
        let is_open = |on: Date| self.product.return_days > 0 && self.today <= on + window;
        bought.iter().filter(|(on, _)| is_open(*on)).map(|(_, units)| units).sum()
    }

    /// Changes to another product at once, for the price in force.
    pub fn change_product(&self, to: &product::Model, at: &price::Model) -> Result<Outcome, UserError> {
        self.require_running()?;
        if to.tax_class != self.product.tax_class {
            return Err(UserError::at("productId", UserErrorCode::InvalidInput, messages::TAXED_DIFFERENTLY));
        }
        check_quantity("productId", to, self.row.quantity)?;
        require_fit("productId", at.unit_minor, self.row.quantity)?;
        let row = Model {
            product_id: to.id,
            product_code: to.code.clone(),
            product_name: to.name.clone(),
            name_key: to.name_key.clone(),
            search_text: search_text(&to.name, &to.code),
            unit_price_minor: at.unit_minor,
            price_locked_until: locked_until(to, self.today)?,
            ..self.row.clone()
        };
        let of_new = |planned: Planned| Planned { product: to.id, unit_minor: at.unit_minor, ..planned };
        let mut outcome = Outcome::of(row, of_new(self.plan(Kind::Product, self.today, self.had(), ChangeState::Done)));
        // What was scheduled, or comes tomorrow, was about the old product.
        outcome.withdrawn = self.scheduled_of(&[Kind::Lower, Kind::Price]);
        outcome.withdrawn.extend(self.coming_ids());
        if let Some(last) = self.changes.iter().rfind(|change| self.is_coming(change)) {
            let less = self.plan(last.kind, last.effective_on, self.row.quantity, ChangeState::Done);
            outcome.planned.push(of_new(less));
        }
        Ok(outcome)
    }

    /// The day on which a cancellation of today ends the subscription: the end of the commitment, or of the term after it
    /// if the notice would be too short.
    fn ends_on(&self) -> Result<Date, UserError> {
        let notice = Days::new(u64::from(self.product.notice_days.unsigned_abs()));
        let until = self.row.committed_until;
        if self.today + notice <= until {
            return Ok(until);
        }
        let next = period_at(self.row.anchor_on, months_of_term(self.row.term), until);
        next.map(|term| term.until).ok_or_else(beyond_calendar)
    }

    /// Cancels it.
    pub fn cancel(&self) -> Result<Outcome, UserError> {
        if self.row.state == State::Cancelled {
            let message = messages::CANCELLED_ALREADY;
            return Err(UserError::at("subscriptionId", UserErrorCode::SubscriptionCancelled, message));
        }
        if self.row.state == State::Pending && self.product.bills_from == product::BillsFrom::Activation {
            // It has not begun, so nothing is owed.
            return Ok(self.end_at(Kind::Cancel, self.row.starts_on));
        }
        self.require_running()?;
        let ends_on = self.ends_on()?;
        let row = Model { state: State::Cancelled, ..self.row.clone() };
        let withdrawn = self.scheduled_of(&[Kind::Lower, Kind::Price]);
        Ok(Outcome { withdrawn, ..Outcome::of(row, self.plan(Kind::Cancel, ends_on, 0, ChangeState::Scheduled)) })
    }

    /// Takes back the order of a subscription whose service is not ready: nothing of it counts.
    pub fn call_off(&self) -> Outcome {
        let of_others =
            self.changes.iter().filter(|one| one.kind != Kind::Start && one.state != ChangeState::Withdrawn);
        let withdrawn = of_others.map(|change| change.id).collect();
        Outcome { withdrawn, ..self.end_at(Kind::Cancel, self.row.starts_on) }
    }

    /// Takes a cancellation back.
    pub fn keep(&self) -> Result<Outcome, UserError> {
        if self.row.state != State::Cancelled {
            return Err(UserError::at("subscriptionId", UserErrorCode::StaleState, messages::NOT_CANCELLED));
        }
        let row = Model { state: State::Active, ..self.row.clone() };
        let planned = self.plan(Kind::Keep, self.today, self.had(), ChangeState::Done);
        Ok(Outcome { withdrawn: self.scheduled_of(&[Kind::Cancel]), ..Outcome::of(row, planned) })
    }

    /// Gives everything back. Today is still paid.
    pub fn give_back(&self) -> Result<Outcome, UserError> {
        if self.row.state == State::Ended {
            self.require_running()?;
        }
        if self.returnable() < self.row.quantity {
            let message = messages::not_returnable(self.product.return_days);
            return Err(UserError::at("subscriptionId", UserErrorCode::TooLate, message));
        }
        Ok(self.end_at(Kind::Return, self.tomorrow()))
    }

    /// Ends it: this is the first day without it.
    fn end_at(&self, kind: Kind, on: Date) -> Outcome {
        let row = Model { state: State::Ended, ..self.row.clone() };
        let withdrawn = self.scheduled().map(|change| change.id).collect();
        Outcome { withdrawn, ..Outcome::of(row, self.plan(kind, on, 0, ChangeState::Done)) }
    }

    /// Withdraws a change that has not taken effect.
    pub fn withdraw(&self, change: Uuid) -> Result<Outcome, UserError> {
        let Some(found) = self.scheduled().find(|one| one.id == change) else {
            return Err(UserError::at("changeId", UserErrorCode::StaleState, messages::CHANGE_IS_OVER));
        };
        match found.kind {
            Kind::Cancel => {
                Err(UserError::at("changeId", UserErrorCode::SubscriptionCancelled, messages::KEEP_IT_INSTEAD))
            }
            Kind::Price => Err(UserError::at("changeId", UserErrorCode::Committed, messages::PRICE_IS_OF_SELLER)),
            _ => Ok(Outcome { row: self.row.clone(), planned: Vec::new(), withdrawn: vec![change], done: Vec::new() }),
        }
    }

    /// The number of units with which the next term begins.
    pub fn next_quantity(&self) -> i32 {
        let due =
            self.scheduled().filter(|one| one.kind == Kind::Lower && one.effective_on <= self.row.committed_until);
        due.last().map_or(self.row.quantity, |change| change.quantity)
    }

    /// Begins the next term, or ends the subscription. `None` while the commitment runs, and in the last year of the
    /// calendar. `offered` is the price in force on the first day of the new term.
    pub fn renew(&self, offered: Option<i64>) -> Option<Outcome> {
        let until = self.row.committed_until;
        if until > self.today || !matches!(self.row.state, State::Active | State::Cancelled) {
            return None;
        }
        let due: Vec<&Change> = self.scheduled().filter(|change| change.effective_on <= until).collect();
        let done: Vec<Uuid> = due.iter().map(|change| change.id).collect();
        if due.iter().any(|change| change.kind == Kind::Cancel) {
            let row = Model { state: State::Ended, ..self.row.clone() };
            return Some(Outcome { done, ..Outcome::of(row, self.plan(Kind::End, until, 0, ChangeState::Done)) });
        }
        let term = period_at(self.row.anchor_on, months_of_term(self.row.term), until)?;
        let quantity = self.next_quantity();
        let announced = due.iter().rev().find(|change| change.kind == Kind::Price).map(|one| one.unit_minor);
        let unit_minor = self.next_price(announced, offered);
        let row = Model { quantity, unit_price_minor: unit_minor, committed_until: term.until, ..self.row.clone() };
        let planned = Planned { unit_minor, ..self.plan(Kind::Renew, until, quantity, ChangeState::Done) };
        Some(Outcome { done, ..Outcome::of(row, planned) })
    }

    /// Whether the next term keeps the price.
    fn is_price_locked(&self) -> bool {
        self.row.price_locked_until.is_some_and(|until| self.row.committed_until < until)
    }

    /// The price of the next term: what was announced, or less. A higher price that was not announced does not count.
    fn next_price(&self, announced: Option<i64>, offered: Option<i64>) -> i64 {
        let current = self.row.unit_price_minor;
        if self.is_price_locked() {
            return current;
        }
        let most = announced.unwrap_or(current);
        offered.map_or(most, |offered| offered.min(most))
    }

    /// The announcement of a higher price for the next term, if there is one to make.
    pub fn announce(&self, offered: i64) -> Option<Outcome> {
        let is_known = self.scheduled().any(|change| change.kind == Kind::Price);
        if self.is_price_locked() || is_known || self.row.state != State::Active || offered <= self.row.unit_price_minor
        {
            return None;
        }
        let planned = Planned {
            unit_minor: offered,
            ..self.plan(Kind::Price, self.row.committed_until, self.row.quantity, ChangeState::Scheduled)
        };
        Some(Outcome::of(self.row.clone(), planned))
    }
}

/// The first day on which a renewal may change the price of a product that is bought on this day; `None` if each one may.
pub fn locked_until(product: &product::Model, on: Date) -> Result<Option<Date>, UserError> {
    match product.price_lock_months {
        0 => Ok(None),
        months => months_after(on, months).map(Some).ok_or_else(beyond_calendar),
    }
}

/// The text in which a subscription is searched.
pub fn search_text(product_name: &str, product_code: &str) -> String {
    collation::fold(&format!("{product_name} {product_code}"))
}

/// Refuses a quantity that the product is not sold in.
pub fn check_quantity(field: &str, product: &product::Model, quantity: i32) -> Result<(), UserError> {
    let (least, most) = (product.min_quantity, product.max_quantity);
    if quantity >= least && most.is_none_or(|most| quantity <= most) {
        return Ok(());
    }
    let message = messages::not_sold_in(&product.name, (least, most), quantity);
    Err(UserError::at(field, UserErrorCode::InvalidInput, message))
}

/// Refuses a quantity whose price would not fit into 64 bits.
pub fn require_fit(field: &str, unit_minor: i64, quantity: i32) -> Result<i64, UserError> {
    minor(price_of(unit_minor, quantity))
        .map_err(|_| UserError::at(field, UserErrorCode::InvalidInput, messages::PRICE_TOO_LARGE))
}

/// Refuses a price that differs from the one that the user has seen.
pub fn require_price(field: &str, (expected, currency): (i64, &str), now: &Money) -> Result<(), UserError> {
    if now.minor() == expected && now.clone().into_currency() == currency {
        return Ok(());
    }
    let message = messages::price_changed(now, &Money::new(expected, currency));
    Err(UserError::at(field, UserErrorCode::PriceChanged, message))
}

/// The error for days after the year 9999.
pub fn beyond_calendar() -> UserError {
    UserError::general(UserErrorCode::InvalidInput, messages::BEYOND_CALENDAR)
}

/// A subscription as the audit log records it.
pub fn audit_snapshot(row: &Model) -> Json {
    json!({
        "product": row.product_code,
        "quantity": row.quantity,
        "unitPriceMinor": row.unit_price_minor,
        "currency": row.currency,
        "state": row.state.to_value(),
        "committedUntil": row.committed_until,
        "priceLockedUntil": row.price_locked_until,
    })
}

#[cfg(test)]
mod tests;
