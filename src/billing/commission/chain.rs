//! Who earns on a line: the partner of record, and the resellers above it, each with its rate.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono_tz::Tz;
use entity::{commission_rate, partner_of_record, partnership};
use sea_orm::DatabaseTransaction;
use sea_orm::prelude::Date;
use uuid::Uuid;

use super::rules::in_force;
use super::store;
use crate::base::calendar::business_day;
use crate::base::error::Result;
use crate::catalogue::subscription::store as subscriptions;
use crate::partners::partnership::store as partnerships;

/// The most resellers above each other: as many as partnerships allow.
const DEEPEST: usize = 8;

/// A reseller that earns on a line, and the client of it through which it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The reseller.
    pub reseller: Uuid,
    /// Its client: the customer, or the reseller below it.
    pub client: Uuid,
    /// The partnership of the two.
    pub partnership: Uuid,
    /// Its rate in hundredths of a percent, as agreed.
    pub basis_points: i32,
}

/// A line, as far as it depends on it who earns.
#[derive(Clone, Copy, Debug)]
pub struct Sold {
    /// The customer.
    pub organisation: Uuid,
    /// The subscription.
    pub subscription: Option<Uuid>,
    /// The product.
    pub product: Option<Uuid>,
    /// The day that decides: the first one of the line, or that of issue.
    pub day: Date,
}

/// Partnerships, partners of record and rates: what decides who earns.
pub struct Partners {
    zone: Tz,
    of_record: HashMap<Uuid, Vec<(Date, Option<Uuid>)>>,
    of_client: HashMap<Uuid, Vec<partnership::Model>>,
    rates: HashMap<Uuid, Vec<commission_rate::Model>>,
}

impl Partners {
    /// Loads what decides about these lines: one statement for each level of resellers, and two more.
    pub async fn load(tx: &DatabaseTransaction, zone: Tz, sold: &[Sold]) -> Result<Self> {
        let subscriptions: BTreeSet<Uuid> = sold.iter().filter_map(|line| line.subscription).collect();
        let subscriptions: Vec<Uuid> = subscriptions.into_iter().collect();
        let of_record = subscriptions::partners_of_record(tx, &subscriptions).await?;
        let clients: BTreeSet<Uuid> = sold.iter().map(|line| line.organisation).collect();
        let mut next: Vec<Uuid> = clients.into_iter().collect();
        let mut of_client: HashMap<Uuid, Vec<partnership::Model>> = HashMap::new();
        let mut resellers = BTreeSet::new();
        for _ in 0..DEEPEST {
            let found = partnerships::of_clients(tx, &next).await?;
            let above: BTreeSet<Uuid> = found.iter().map(|row| row.reseller_id).collect();
            for row in found {
                of_client.entry(row.client_id).or_default().push(row);
            }
            next = above.iter().copied().filter(|id| !of_client.contains_key(id)).collect();
            resellers.extend(above);
            if next.is_empty() {
                break;
            }
        }
        let resellers: Vec<Uuid> = resellers.into_iter().collect();
        let rates = store::rates_of(tx, &resellers).await?;
        Ok(Self::new(zone, of_record, of_client, rates))
    }

    fn new(
        zone: Tz,
        records: Vec<partner_of_record::Model>,
        of_client: HashMap<Uuid, Vec<partnership::Model>>,
        all: Vec<commission_rate::Model>,
    ) -> Self {
        let mut of_record: HashMap<Uuid, Vec<_>> = HashMap::new();
        for row in records {
            of_record.entry(row.subscription_id).or_default().push((row.starts_on, row.partnership_id));
        }
        let mut rates: HashMap<Uuid, Vec<_>> = HashMap::new();
        for row in all {
            rates.entry(row.reseller_id).or_default().push(row);
        }
        Self { zone, of_record, of_client, rates }
    }

    /// Who earns on a line, the one nearest to the customer first. Resellers without a rate are left out.
    pub fn chain(&self, sold: &Sold) -> Vec<Link> {
        let mut links = Vec::new();
        let mut visited = HashSet::from([sold.organisation]);
        let mut found = self.earner(sold);
        while let Some(row) = found {
            if !visited.insert(row.reseller_id) || visited.len() > DEEPEST + 1 {
                break;
            }
            if let Some(basis_points) = self.rate(row, sold) {
                let (reseller, client, partnership) = (row.reseller_id, row.client_id, row.id);
                links.push(Link { reseller, client, partnership, basis_points });
            }
            found = self.oldest(row.reseller_id, sold.day);
        }
        links
    }

    /// The partnership that earns: that of record, else the oldest one. Nobody earns if the one of record has ended.
    fn earner(&self, sold: &Sold) -> Option<&partnership::Model> {
        let record = sold.subscription.and_then(|id| self.of_record.get(&id));
        let record = record.and_then(|rows| in_force(rows.iter().copied(), sold.day));
        match record {
            None => self.oldest(sold.organisation, sold.day),
            Some(of_record) => {
                let known = self.of_client.get(&sold.organisation)?;
                known.iter().find(|row| Some(row.id) == of_record && self.is_in_force(row, sold.day))
            }
        }
    }

    fn oldest(&self, client: Uuid, day: Date) -> Option<&partnership::Model> {
        let of_client = self.of_client.get(&client)?;
        of_client.iter().filter(|row| self.is_in_force(row, day)).min_by_key(|row| (row.created_at, row.id))
    }

    /// Whether a partnership is in force on a day: from the day of its beginning until the day before its end.
    fn is_in_force(&self, row: &partnership::Model, day: Date) -> bool {
        let is_over = row.state == partnership::State::Ended && row.ended_at.is_none();
        let ends = [row.ended_at, row.ends_at];
        let has_ended = ends.into_iter().flatten().any(|end| business_day(end, self.zone) <= day);
        !is_over && !has_ended && business_day(row.starts_at, self.zone) <= day
    }

    /// The rate of a reseller on a line: that of the partnership before that of the reseller, each for the product before
    /// that for all, and of several the latest.
    fn rate(&self, row: &partnership::Model, sold: &Sold) -> Option<i32> {
        let fits = |rate: &&commission_rate::Model| {
            rate.valid_from <= sold.day
                && rate.partnership_id.is_none_or(|id| id == row.id)
                && rate.product_id.is_none_or(|id| Some(id) == sold.product)
        };
        let place = |rate: &&commission_rate::Model| {
            (rate.partnership_id.is_some(), rate.product_id.is_some(), rate.valid_from, rate.created_at, rate.id)
        };
        let rates = self.rates.get(&row.reseller_id)?;
        rates.iter().filter(fits).max_by_key(place).map(|rate| rate.basis_points)
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::Stockholm;
    use sea_orm::prelude::DateTimeUtc;

    use super::*;

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn instant(text: &str) -> DateTimeUtc {
        format!("{text}T12:00:00Z").parse().unwrap()
    }

    /// A partnership, which is numbered like its reseller and client.
    fn partnership(reseller: u128, client: u128, starts: &str) -> partnership::Model {
        partnership::Model {
            id: id(reseller * 100 + client),
            reseller_id: id(reseller),
            client_id: id(client),
            client_name: String::new(),
            client_key: String::new(),
            client_folded: String::new(),
            delegated: 0,
            client_delegated: 0,
            includes_upstream: false,
            state: partnership::State::Active,
            starts_at: instant(starts),
            ends_at: None,
            ended_at: None,
            created_at: instant(starts),
            ended_by: None,
            reminded_days: None,
            reference: None,
            reference_folded: None,
            template_id: None,
        }
    }

    fn rate(reseller: u128, basis_points: i32, valid_from: &str) -> commission_rate::Model {
        commission_rate::Model {
            id: id(basis_points.unsigned_abs().into()),
            reseller_id: id(reseller),
            partnership_id: None,
            product_id: None,
            basis_points,
            valid_from: day(valid_from),
            created_at: instant(valid_from),
        }
    }

    fn partners(rows: Vec<partnership::Model>, rates: Vec<commission_rate::Model>) -> Partners {
        let mut of_client: HashMap<Uuid, Vec<_>> = HashMap::new();
        for row in rows {
            of_client.entry(row.client_id).or_default().push(row);
        }
        Partners::new(Stockholm, Vec::new(), of_client, rates)
    }

    fn sold(client: u128, on: &str) -> Sold {
        Sold { organisation: id(client), subscription: Some(id(50)), product: Some(id(60)), day: day(on) }
    }

    fn earners(partners: &Partners, sold: &Sold) -> Vec<(Uuid, i32)> {
        partners.chain(sold).into_iter().map(|link| (link.reseller, link.basis_points)).collect()
    }

    #[test]
    fn the_resellers_above_earn_too() {
        let rows =
            vec![partnership(1, 9, "2026-01-01"), partnership(2, 1, "2026-01-01"), partnership(3, 2, "2026-01-01")];
        let rates = vec![rate(1, 500, "2026-01-01"), rate(2, 1_200, "2026-01-01"), rate(3, 2_000, "2026-01-01")];
        let partners = partners(rows, rates);
        let sold = sold(9, "2026-03-01");
        assert_eq!(earners(&partners, &sold), [(id(1), 500), (id(2), 1_200), (id(3), 2_000)]);
        assert_eq!(partners.chain(&sold).iter().map(|link| link.client).collect::<Vec<_>>(), [id(9), id(1), id(2)]);
    }

    #[test]
    fn a_circle_of_resellers_ends() {
        let rows = vec![partnership(1, 9, "2026-01-01"), partnership(9, 1, "2026-01-01")];
        let partners = partners(rows, vec![rate(1, 500, "2026-01-01"), rate(9, 900, "2026-01-01")]);
        assert_eq!(earners(&partners, &sold(9, "2026-03-01")), [(id(1), 500)]);
    }

    #[test]
    fn the_partner_of_record_earns_and_nobody_does_once_it_has_ended() {
        let mut ended = partnership(2, 9, "2026-01-02");
        ended.ended_at = Some(instant("2026-03-10"));
        ended.state = partnership::State::Ended;
        let rows = vec![partnership(1, 9, "2026-01-01"), ended.clone()];
        let mut partners = partners(rows, vec![rate(1, 500, "2026-01-01"), rate(2, 900, "2026-01-01")]);
        assert_eq!(earners(&partners, &sold(9, "2026-03-01")), [(id(1), 500)]);
        partners.of_record.insert(id(50), vec![(day("2026-02-01"), Some(ended.id)), (day("2026-04-01"), None)]);
        assert_eq!(earners(&partners, &sold(9, "2026-01-31")), [(id(1), 500)]);
        assert_eq!(earners(&partners, &sold(9, "2026-03-09")), [(id(2), 900)]);
        assert_eq!(earners(&partners, &sold(9, "2026-03-10")), []);
        assert_eq!(earners(&partners, &sold(9, "2026-04-01")), []);
    }

    #[test]
    fn the_closest_rate_counts_from_its_first_day() {
        let of_partnership = commission_rate::Model { partnership_id: Some(id(109)), ..rate(1, 700, "2026-02-01") };
        let of_product = commission_rate::Model { product_id: Some(id(60)), ..rate(1, 600, "2026-02-01") };
        let other = commission_rate::Model { product_id: Some(id(61)), ..rate(1, 100, "2026-02-01") };
        let all = [rate(1, 500, "2026-01-01"), rate(1, 800, "2026-03-01"), other];
        let earned = |more: &[&commission_rate::Model], on: &str| {
            let rates = all.iter().chain(more.iter().copied()).cloned().collect();
            earners(&partners(vec![partnership(1, 9, "2026-01-01")], rates), &sold(9, on))
        };
        assert_eq!(earned(&[], "2026-02-28"), [(id(1), 500)]);
        assert_eq!(earned(&[], "2026-03-01"), [(id(1), 800)]);
        assert_eq!(earned(&[&of_product], "2026-03-01"), [(id(1), 600)]);
        assert_eq!(earned(&[&of_product, &of_partnership], "2026-03-01"), [(id(1), 700)]);
        assert_eq!(earned(&[&of_product, &of_partnership], "2026-01-31"), [(id(1), 500)]);
    }
}
