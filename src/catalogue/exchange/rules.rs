//! What an import changes. Pure functions.

use std::collections::BTreeMap;

use entity::product::State;
use entity::{feature, price, price_plan, product};
use sea_orm::prelude::{Date, DateTimeUtc};
use serde_json::Value as Json;
use toml::Spanned;
use uuid::Uuid;

use super::format::{FeatureRow, PlanRow, PriceRow, ProductRow};
use super::read::{Fault, Source};
use super::stored::Stored;
use crate::base::calendar;
use crate::base::text;
use crate::catalogue::{feature as features, price as prices, product as products};

/// What to write, and a line about each change.
#[derive(Debug, Default)]
pub struct Changes {
    pub lines: Vec<String>,
    pub new_features: Vec<feature::Model>,
    pub changed_features: Vec<feature::Model>,
    pub new_products: Vec<product::Model>,
    pub changed_products: Vec<product::Model>,
    /// Products, each with all products to which it can be changed.
    pub upgrades: Vec<(Uuid, Vec<Uuid>)>,
    /// Products, each with all that it entitles to.
    pub entitlements: Vec<(Uuid, Vec<(Uuid, i32)>)>,
    pub new_plans: Vec<price_plan::Model>,
    /// The plan that becomes the default.
    pub default_plan: Option<Uuid>,
    pub new_prices: Vec<price::Model>,
    /// Prices that have not begun and that others replace.
    pub withdrawn: Vec<Uuid>,
}

/// Compares a file with the catalogue.
pub struct Comparison<'a, N> {
    pub source: &'a Source<'a>,
    pub stored: Stored,
    pub seller: Uuid,
    pub now: DateTimeUtc,
    /// The business day.
    pub today: Date,
    pub new_id: N,
    pub changes: Changes,
}

impl<N: FnMut() -> Uuid> Comparison<'_, N> {
    /// The changes that make the catalogue say what the file says. The first wrong row is the fault.
    pub fn run(mut self) -> Result<Changes, Fault> {
        let source = self.source;
        for row in &source.file.feature {
            self.feature(row)?;
        }
        for row in &source.file.product {
            self.product(row)?;
        }
        // Products may lead to others that stand below them.
        for row in &source.file.product {
            self.links(row)?;
        }
        for row in &source.file.plan {
            self.plan(row)?;
        }
        self.default_plan()?;
        let before = self.stored.prices.clone();
        for row in &source.file.price {
            self.price(row, &before)?;
        }
        Ok(self.changes)
    }

    fn say(&mut self, line: String) {
        self.changes.lines.push(line);
    }

    fn feature(&mut self, at: &Spanned<FeatureRow>) -> Result<(), Fault> {
        let row = at.get_ref();
        let name = format!("feature {}", row.key);
        let is_same = |other: &Spanned<FeatureRow>| other.get_ref().key == row.key;
        self.require_once(at, &name, self.source.file.feature.iter().filter(|other| is_same(other)).count())?;
        let old = self.stored.features.iter().position(|old| old.key == row.key);
        let new = feature::Model {
            id: old.map_or_else(&mut self.new_id, |old| self.stored.features[old].id),
            organisation_id: self.seller,
            key: row.key.clone(),
            name: row.name.clone(),
            name_key: String::new(),
            kind: self.source.choice(at, "kind", &row.kind)?,
            family: row.family.clone(),
            created_at: old.map_or(self.now, |old| self.stored.features[old].created_at),
        };
        let new = features::rules::checked(new).map_err(|error| self.source.refused(at, &name, &error))?;
        let Some(old) = old else {
            self.say(format!("add {name}"));
            self.changes.new_features.push(new.clone());
            self.stored.features.push(new);
            return Ok(());
        };
        let snapshot = features::rules::audit_snapshot;
        let fields = differing(&snapshot(&self.stored.features[old]), &snapshot(&new));
        if !fields.is_empty() {
            self.say(format!("change {name}: {}", fields.join(", ")));
            self.changes.changed_features.push(new.clone());
            self.stored.features[old] = new;
        }
        Ok(())
    }

    fn product(&mut self, at: &Spanned<ProductRow>) -> Result<(), Fault> {
        let (row, source) = (at.get_ref(), self.source);
        let name = format!("product {}", row.code);
        let is_same = |other: &Spanned<ProductRow>| other.get_ref().code == row.code;
        self.require_once(at, &name, source.file.product.iter().filter(|other| is_same(other)).count())?;
        let old = self.stored.products.iter().position(|old| old.code == row.code);
        let service = row.service_kind.as_ref();
        let new = product::Model {
            id: old.map_or_else(&mut self.new_id, |old| self.stored.products[old].id),
            organisation_id: self.seller,
            code: row.code.clone(),
            name: row.name.clone(),
            name_key: String::new(),
            description: row.description.clone(),
            kind: source.choice(at, "kind", &row.kind)?,
            unit_code: row.unit_code.clone(),
            tax_class: source.choice(at, "taxClass", &row.tax_class)?,
            service_kind: service.map(|kind| source.choice(at, "serviceKind", kind)).transpose()?,
            bills_from: source.choice(at, "billsFrom", &row.bills_from)?,
            notice_days: row.notice_days,
            return_days: row.return_days,
            price_lock_months: row.price_lock_months,
            min_quantity: row.min_quantity,
            max_quantity: row.max_quantity,
            lowers_at: source.choice(at, "lowersAt", &row.lowers_at)?,
            revenue_key: row.revenue_key.clone(),
            is_commissionable: row.is_commissionable,
            state: self.state(at, old.map_or(State::Draft, |old| self.stored.products[old].state))?,
            created_at: old.map_or(self.now, |old| self.stored.products[old].created_at),
        };
        let new = products::rules::checked(new).map_err(|error| source.refused(at, &name, &error))?;
        let highest = self.stored.prices.iter().filter(|price| price.product_id == new.id);
        if let Some(unit) = highest.map(|price| price.unit_minor).max() {
            let fits = prices::rules::check_sum("maxQuantity", unit, new.max_quantity);
            fits.map_err(|error| source.refused(at, &name, &error))?;
        }
        let Some(old) = old else {
            self.say(format!("add {name}"));
            self.changes.new_products.push(new.clone());
            self.stored.products.push(new);
            return Ok(());
        };
        let snapshot = products::rules::audit_snapshot;
        let fields = differing(&snapshot(&self.stored.products[old]), &snapshot(&new));
        if !fields.is_empty() {
            self.say(format!("change {name}: {}", fields.join(", ")));
            self.changes.changed_products.push(new.clone());
            self.stored.products[old] = new;
        }
        Ok(())
    }

    /// The state that a row gives. Customers have seen what was offered, so it is never a draft again.
    fn state(&self, at: &Spanned<ProductRow>, old: State) -> Result<State, Fault> {
        let written = at.get_ref().state.as_ref();
        let new = written.map(|state| self.source.choice(at, "state", state)).transpose()?.unwrap_or(old);
        if new == State::Draft && old != State::Draft {
            let message = format!("product {}, state: it was offered, so give OFFERED or RETIRED.", at.get_ref().code);
            return Err(self.source.fault(at, message));
        }
        Ok(new)
    }

    /// The products to which one can be changed, and what it entitles to.
    fn links(&mut self, at: &Spanned<ProductRow>) -> Result<(), Fault> {
        let row = at.get_ref();
        let wrong = |message: String| self.source.fault(at, format!("product {}, {message}", row.code));
        let most = products::rules::MOST;
        if row.upgrades.len() > most || row.entitlements.len() > most {
            return Err(wrong(format!("it has more than {most} upgrades or entitlements.")));
        }
        let find = |code: &String| self.stored.products.iter().find(|product| product.code == *code);
        let Some(product) = find(&row.code).map(|product| product.id) else { return Ok(()) };
        let mut codes = row.upgrades.clone();
        codes.sort();
        if codes.contains(&row.code) || codes.windows(2).any(|two| two[0] == two[1]) {
            return Err(wrong("upgrades: name other products, each once.".to_owned()));
        }
        let mut upgrades = Vec::new();
        for code in &codes {
            let to = find(code).ok_or_else(|| wrong(format!("upgrades: there is no product {code:?}.")))?;
            upgrades.push(to.id);
        }
        let mut given = Vec::new();
        for (key, quantity) in &row.entitlements {
            let feature = self.stored.features.iter().find(|feature| feature.key == *key);
            let feature = feature.ok_or_else(|| wrong(format!("entitlements: there is no feature {key:?}.")))?;
            features::rules::check_quantity(key, *quantity)
                .map_err(|error| wrong(format!("entitlements: {}", error.message)))?;
            given.push((feature.id, *quantity));
        }
        if self.stored.upgrades_of(product) != codes {
            self.say(format!("change product {}: upgrades", row.code));
            self.changes.upgrades.push((product, upgrades));
        }
        let old: BTreeMap<String, i32> = self.stored.entitlements_of(product);
        if old != row.entitlements {
            self.say(format!("change product {}: entitlements", row.code));
            self.changes.entitlements.push((product, given));
        }
        Ok(())
    }

    fn plan(&mut self, at: &Spanned<PlanRow>) -> Result<(), Fault> {
        let row = at.get_ref();
        let label = format!("plan {:?}", row.name);
        let name = text::name("name", &row.name).map_err(|error| self.source.refused(at, &label, &error))?;
        let folded = collation::fold(&name);
        let is_same = |other: &Spanned<PlanRow>| collation::fold(other.get_ref().name.trim()) == folded;
        self.require_once(at, &label, self.source.file.plan.iter().filter(|other| is_same(other)).count())?;
        if self.find_plan(&name).is_some() {
            return Ok(());
        }
        self.say(format!("add {label}"));
        let new = price_plan::Model {
            id: (self.new_id)(),
            organisation_id: self.seller,
            name_key: collation::sort_key(&name),
            name,
            is_default: false,
            created_at: self.now,
        };
        self.changes.new_plans.push(new.clone());
        self.stored.plans.push(new);
        Ok(())
    }

    fn find_plan(&self, name: &str) -> Option<&price_plan::Model> {
        let folded = collation::fold(name.trim());
        self.stored.plans.iter().find(|plan| collation::fold(&plan.name) == folded)
    }

    /// The default is the plan that the file names. Without one, it stays; the first plan ever becomes the default.
    fn default_plan(&mut self) -> Result<(), Fault> {
        let mut named = self.source.file.plan.iter().filter(|row| row.get_ref().is_default);
        let chosen = named.next();
        if let Some(second) = named.next() {
            return Err(self.source.fault(second, "A second plan is the default. Only one can be.".to_owned()));
        }
        let has_default = self.stored.plans.iter().any(|plan| plan.is_default);
        let chosen = match chosen {
            Some(row) => self.find_plan(&row.get_ref().name),
            None if has_default => None,
            None => self.stored.plans.first(),
        };
        let Some((id, name)) = chosen.filter(|plan| !plan.is_default).map(|plan| (plan.id, plan.name.clone())) else {
            return Ok(());
        };
        self.say(format!("make plan {name:?} the default"));
        self.changes.default_plan = Some(id);
        Ok(())
    }

    /// Adds a price, or replaces one that has not begun. `before` are the prices from before the import.
    fn price(&mut self, at: &Spanned<PriceRow>, before: &[price::Model]) -> Result<(), Fault> {
        let row = at.get_ref();
        let PriceRow { product: code, currency, term, interval, valid_from, .. } = row;
        let label = format!("price of {code} in {:?} ({currency}, {term}, {interval}) from {valid_from}", row.plan);
        let wrong = |message: &str| self.source.fault(at, format!("{label}: {message}"));
        let plan = self.find_plan(&row.plan).ok_or_else(|| wrong("there is no such plan."))?;
        let product = self.stored.products.iter().find(|product| product.code == *code);
        let product = product.ok_or_else(|| wrong("there is no such product."))?;
        if !calendar::has_day(*valid_from) {
            return Err(wrong("give a day in the years 1 to 9999."));
        }
        let (plan_id, product_id, most) = (plan.id, product.id, product.max_quantity);
        let new = price::Model {
            id: (self.new_id)(),
            organisation_id: self.seller,
            plan_id,
            product_id,
            currency: currency.clone(),
            term: self.source.choice(at, "term", term)?,
            interval: self.source.choice(at, "interval", interval)?,
            from_quantity: row.from_quantity,
            unit_minor: row.unit_minor,
            setup_minor: row.setup_minor,
            valid_from: *valid_from,
            created_at: self.now,
        };
        let new = prices::rules::checked(new, most).map_err(|error| self.source.refused(at, &label, &error))?;
        let wrong = |message: &str| self.source.fault(at, format!("{label}: {message}"));
        let is_same = |old: &&price::Model| old.valid_from == new.valid_from && prices::rules::is_of_same(old, &new);
        if self.changes.new_prices.iter().any(|added| is_same(&added)) {
            return Err(wrong("it is in the file twice."));
        }
        let amounts = format!("{} + {} from {} units", new.unit_minor, new.setup_minor, new.from_quantity);
        let today = self.today;
        if let Some(old) = before.iter().find(is_same) {
            if (old.unit_minor, old.setup_minor) == (new.unit_minor, new.setup_minor) {
                return Ok(());
            }
            if old.valid_from <= today {
                return Err(wrong("it has begun and stays. Add a price with a later validFrom."));
            }
            self.changes.withdrawn.push(old.id);
            self.say(format!("replace {label}: {amounts}"));
        } else {
            let competes = |old: &price::Model| {
                let any = price::Model { from_quantity: new.from_quantity, ..old.clone() };
                prices::rules::is_of_same(&any, &new)
            };
            if new.valid_from < today && before.iter().any(competes) {
                return Err(wrong("it would change prices of days that have passed. Give a later validFrom."));
            }
            self.say(format!("add {label}: {amounts}"));
        }
        self.changes.new_prices.push(new);
        Ok(())
    }

    fn require_once<T>(&self, at: &Spanned<T>, name: &str, times: usize) -> Result<(), Fault> {
        if times == 1 { Ok(()) } else { Err(self.source.fault(at, format!("{name} is in the file {times} times."))) }
    }
}

/// The names of the fields that differ.
fn differing(old: &Json, new: &Json) -> Vec<String> {
    let fields = new.as_object().into_iter().flatten();
    fields.filter(|(name, value)| old.get(name) != Some(value)).map(|(name, _)| name.clone()).collect()
}
