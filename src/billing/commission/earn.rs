//! What is earned, in the transaction that issues, credits or settles an invoice.
//!
//! For each line of an invoice there is one base that counts: what is left of it after credits or, where partners earn on
//! what is paid, the paid part of that. Commission is brought in step with it. So nothing is earned or taken back twice,
//! and a credit takes back what was earned, at the same rates and from the same resellers.

use std::collections::{BTreeMap, HashMap};

use chrono::Datelike;
use entity::{allocation, commission_line as line, invoice, invoice_line};
use sea_orm::prelude::Date;
use uuid::Uuid;

use super::chain::{Link, Partners, Sold};
use super::rules::{capped, deciding_day, paid_base, shares};
use super::store;
use crate::base::error::{Error, Result};
use crate::billing::invoice::{Composed, open_minor, store as invoices};
use crate::graphql::request::Work;

/// Why commission is brought in step.
#[derive(Clone, Copy, Default)]
struct Cause {
    credit_note: Option<Uuid>,
    allocation: Option<Uuid>,
}

/// A reseller's part of what was earned on a line so far, and its rates.
#[derive(Clone, Copy)]
struct Tier {
    link: Link,
    lower_basis_points: i32,
    base_minor: i64,
    amount_minor: i64,
}

/// The first day of the month of a day.
pub fn month_of(day: Date) -> Date {
    day.with_day(1).unwrap_or(day)
}

/// Partners earn on these new invoices, but for those on which they earn when they are paid.
pub async fn earn(work: &Work<'_>, issued: &[Composed]) -> Result<()> {
    let lines = issued.iter().filter(|one| !one.invoice.earns_when_paid);
    let lines = lines.flat_map(|one| one.lines.iter().map(move |line| (&one.invoice, line)));
    let lines: Vec<_> = lines.filter(|(_, line)| line.is_commissionable).collect();
    let news = first_shares(work, &lines, |_, line| Ok(left(line))).await?;
    let rows = news.iter().flat_map(|(place, tiers)| rows(work, lines[*place], tiers, Cause::default()));
    Ok(store::add_lines(work.tx, &rows.collect::<Vec<_>>()).await?)
}

/// A credit note took something back of an invoice, which is given as it is now.
pub async fn take_back(work: &Work<'_>, of_it: &Composed, credit_note: Uuid) -> Result<()> {
    let lines: Vec<_> = of_it.lines.iter().map(|line| (&of_it.invoice, line)).collect();
    let known = known(work, &lines).await?;
    let mut added = Vec::new();
    for (invoice, line) in lines {
        if let Some(earned) = known.get(&line.id) {
            let base = if earned.is_of_payments { paid(invoice, line)? } else { left(line) };
            let cause = Cause { credit_note: Some(credit_note), allocation: None };
            added.extend(rows(work, (invoice, line), &changed(&earned.tiers, base)?, cause));
        }
    }
    Ok(store::add_lines(work.tx, &added).await?)
}

/// Invoices, which are given as they are now, were settled or are open again. That counts where partners earn on what is
/// paid.
pub async fn settle(work: &Work<'_>, targets: &[&invoice::Model], allocations: &[allocation::Model]) -> Result<()> {
    if targets.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = targets.iter().map(|row| row.id).collect();
    let parts = invoices::load_in(work.tx, &ids).await?;
    let found: Vec<(&invoice::Model, &Composed)> =
        targets.iter().filter_map(|target| Some((*target, parts.get(&target.id)?))).collect();
    let lines = found.iter().flat_map(|(target, one)| one.lines.iter().map(move |line| (*target, line)));
    let lines: Vec<_> = lines.filter(|(_, line)| line.is_commissionable).collect();
    let known = known(work, &lines).await?;
    let cause = |invoice: Uuid| {
        let last = allocations.iter().rev().find(|row| row.invoice_id == Some(invoice));
        Cause { credit_note: None, allocation: last.map(|row| row.id) }
    };
    let mut added = Vec::new();
    for (invoice, line) in &lines {
        if let Some(earned) = known.get(&line.id).filter(|earned| earned.is_of_payments) {
            let tiers = changed(&earned.tiers, paid(invoice, line)?)?;
            added.extend(rows(work, (invoice, line), &tiers, cause(invoice.id)));
        }
    }
    let news = lines.into_iter().filter(|(invoice, line)| invoice.earns_when_paid && !known.contains_key(&line.id));
    let news: Vec<_> = news.collect();
    for (place, tiers) in first_shares(work, &news, paid).await? {
        added.extend(rows(work, news[place], &tiers, cause(news[place].0.id)));
    }
    Ok(store::add_lines(work.tx, &added).await?)
}

/// What is left of a line after credits, in minor units.
const fn left(line: &invoice_line::Model) -> i64 {
    line.net_minor - line.credited_minor
}

/// The part of that which is paid, in minor units: in proportion to what is not open of what is left of the invoice.
fn paid(invoice: &invoice::Model, line: &invoice_line::Model) -> Result<i64> {
    let total = invoice.total_minor - invoice.credited_minor;
    if total <= 0 {
        return Ok(0);
    }
    let open = open_minor(invoice).clamp(0, total);
    paid_base(left(line), total - open, total).map_err(Error::fault)
}

/// What was earned on a line so far.
struct Earned {
    /// The one nearest to the operator first.
    tiers: Vec<Tier>,
    /// Whether it was earned by payments, and not at issue.
    is_of_payments: bool,
}

async fn known(work: &Work<'_>, lines: &[(&invoice::Model, &invoice_line::Model)]) -> Result<HashMap<Uuid, Earned>> {
    let ids: Vec<Uuid> = lines.iter().map(|(_, line)| line.id).collect();
    let mut found: HashMap<Uuid, BTreeMap<i32, Tier>> = HashMap::new();
    let mut of_payments: HashMap<Uuid, bool> = HashMap::new();
    for row in store::lines_on(work.tx, &ids).await? {
        // The first row of a line says how it was earned.
        of_payments.entry(row.invoice_line_id).or_insert(row.allocation_id.is_some());
        let link = Link {
            reseller: row.reseller_id,
            client: row.client_id,
            partnership: row.partnership_id,
            basis_points: row.basis_points,
        };
        let none = Tier { link, lower_basis_points: row.lower_basis_points, base_minor: 0, amount_minor: 0 };
        let tier = found.entry(row.invoice_line_id).or_default().entry(row.tier).or_insert(none);
        tier.base_minor += row.base_minor;
        tier.amount_minor += row.amount_minor;
    }
    let earned = |(id, tiers): (Uuid, BTreeMap<i32, Tier>)| {
        let is_of_payments = of_payments.get(&id).copied().unwrap_or_default();
        (id, Earned { tiers: tiers.into_values().rev().collect(), is_of_payments })
    };
    Ok(found.into_iter().map(earned).collect())
}

/// What is earned for the first time: the places of the lines, and the tiers with their shares, the one nearest to the
/// operator first. A line whose base is zero earns nothing yet.
async fn first_shares(
    work: &Work<'_>,
    lines: &[(&invoice::Model, &invoice_line::Model)],
    base: impl Fn(&invoice::Model, &invoice_line::Model) -> Result<i64>,
) -> Result<Vec<(usize, Vec<Tier>)>> {
    let sold = |(invoice, line): &(&invoice::Model, &invoice_line::Model)| Sold {
        organisation: invoice.organisation_id,
        subscription: line.subscription_id,
        product: line.product_id,
        day: deciding_day(line.period_starts_on, invoice.issued_on.unwrap_or_else(|| work.today())),
    };
    let mut wanted = Vec::new();
    for (place, (invoice, line)) in lines.iter().enumerate() {
        let base = base(invoice, line)?;
        if base != 0 {
            wanted.push((place, base, sold(&lines[place])));
        }
    }
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let all: Vec<Sold> = wanted.iter().map(|(_, _, sold)| *sold).collect();
    let partners = Partners::load(work.tx, work.request.config.billing.time_zone, &all).await?;
    let mut found = Vec::new();
    for (place, base, sold) in wanted {
        let mut upwards = partners.chain(&sold);
        upwards.reverse();
        let agreed: Vec<i32> = upwards.iter().map(|link| link.basis_points).collect();
        let rates = capped(&agreed).map_err(Error::fault)?;
        let below = rates.iter().copied().skip(1).chain([0]);
        let tiers = upwards.into_iter().zip(rates.iter().copied().zip(below));
        let tiers = tiers.map(|(link, (basis_points, lower_basis_points))| Tier {
            link: Link { basis_points, ..link },
            lower_basis_points,
            base_minor: 0,
            amount_minor: 0,
        });
        let tiers: Vec<Tier> = tiers.collect();
        if !tiers.is_empty() {
            found.push((place, changed(&tiers, base)?));
        }
    }
    Ok(found)
}

/// What each tier gets so that it has its share of a base, the one nearest to the operator first.
fn changed(tiers: &[Tier], base_minor: i64) -> Result<Vec<Tier>> {
    let rates: Vec<i32> = tiers.iter().map(|tier| tier.link.basis_points).collect();
    let shares = shares(base_minor, &rates).map_err(Error::fault)?;
    let change = |(tier, share): (&Tier, i64)| Tier {
        base_minor: base_minor - tier.base_minor,
        amount_minor: share - tier.amount_minor,
        ..*tier
    };
    Ok(tiers.iter().zip(shares).map(change).collect())
}

/// The rows of what each tier gets. A tier for which nothing changes has none.
fn rows<'a>(
    work: &'a Work<'_>,
    (invoice, of): (&'a invoice::Model, &'a invoice_line::Model),
    tiers: &[Tier],
    cause: Cause,
) -> Vec<line::Model> {
    let month = month_of(work.today());
    let numbered = tiers.iter().rev().zip(0..);
    let changes = numbered.filter(|(tier, _)| (tier.base_minor, tier.amount_minor) != (0, 0));
    let row = |(tier, number): (&Tier, i32)| line::Model {
        id: work.random.id(work.now),
        reseller_id: tier.link.reseller,
        client_id: tier.link.client,
        partnership_id: tier.link.partnership,
        invoice_line_id: of.id,
        credit_note_id: cause.credit_note,
        allocation_id: cause.allocation,
        product_id: of.product_id,
        description: of.description.clone(),
        period_starts_on: of.period_starts_on,
        period_ends_on: of.period_ends_on,
        currency: invoice.currency.clone(),
        base_minor: tier.base_minor,
        basis_points: tier.link.basis_points,
        lower_basis_points: tier.lower_basis_points,
        tier: number,
        amount_minor: tier.amount_minor,
        month,
        statement_id: None,
        created_at: work.now,
    };
    changes.map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tier(number: u128, basis_points: i32, lower_basis_points: i32) -> Tier {
        let id = Uuid::from_u128(number);
        let link = Link { reseller: id, client: id, partnership: id, basis_points };
        Tier { link, lower_basis_points, base_minor: 0, amount_minor: 0 }
    }

    #[test]
    fn credits_in_thirds_take_back_what_was_earned() {
        let mut known = tier(1, 1_250, 0);
        let mut amounts = Vec::new();
        for base in [9_990, 6_660, 3_330, 0] {
            let [change] = changed(&[known], base).unwrap()[..] else { panic!() };
            amounts.push(change.amount_minor);
            known.base_minor += change.base_minor;
            known.amount_minor += change.amount_minor;
        }
        assert_eq!(amounts, [1_249, -416, -417, -416]);
        assert_eq!(known.base_minor, 0);
    }

    #[test]
    fn three_tiers_share_and_nothing_is_earned_twice() {
        let tiers = [tier(3, 2_000, 1_200), tier(2, 1_200, 500), tier(1, 500, 0)];
        let earned = changed(&tiers, 33_333).unwrap();
        assert_eq!(earned.iter().map(|tier| tier.amount_minor).collect::<Vec<_>>(), [2_667, 2_333, 1_667]);
        let again = changed(&earned, 33_333).unwrap();
        assert!(again.iter().all(|tier| (tier.base_minor, tier.amount_minor) == (0, 0)));
    }

    #[test]
    fn what_is_paid_counts_in_proportion_to_what_is_left() {
        use crate::seed::rows;
        let day = "2026-03-31".parse().unwrap();
        let mut row = rows::invoice(Uuid::nil(), Default::default(), "1".to_owned(), "SEK", (day, day));
        row.total_minor = 12_500;
        let mut line = rows::invoice_line(Uuid::nil(), Default::default(), 1, String::new(), (1, 10_000));
        for (paid_minor, settled, credited, line_credited, counts) in [
            (0, 0, 0, 0, 0),
            (4_000, 0, 0, 0, 3_200),
            (12_500, 0, 0, 0, 10_000),
            // Half is credited, and nothing was paid: nothing counts until the rest is paid.
            (0, 6_250, 6_250, 5_000, 0),
            (6_250, 6_250, 6_250, 5_000, 5_000),
            // All was paid, and half is credited.
            (12_500, 0, 6_250, 5_000, 5_000),
            (12_500, 0, 12_500, 10_000, 0),
        ] {
            (row.paid_minor, row.settled_minor, row.credited_minor) = (paid_minor, settled, credited);
            line.credited_minor = line_credited;
            assert_eq!(paid(&row, &line).unwrap(), counts);
        }
    }
}
