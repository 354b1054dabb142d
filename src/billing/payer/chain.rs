//! Chains of payers on a day: who pays in the end, and whether a new agreement would close a circle. Pure functions.
//!
//! On each day an organisation has at most one payer, so exactly one chain leads up from it.

use std::collections::{BTreeSet, HashMap, HashSet};

use sea_orm::prelude::Date;
use uuid::Uuid;

/// The most agreements that a chain can have.
pub const LONGEST: usize = 8;

/// An agreement that the payer has accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Key of the agreement.
    pub id: Uuid,
    /// The organisation that is paid for.
    pub organisation: Uuid,
    /// The organisation that pays.
    pub payer: Uuid,
    /// The first day on which it is in force.
    pub from: Date,
    /// The first day on which it is no longer in force.
    pub until: Option<Date>,
}

impl Link {
    /// Whether it is in force on a day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|end| day < end)
    }
}

/// Why an agreement is not possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// On this day the organisation would pay for itself through others: the circle, in the order of the chain.
    Cycle(Date, Vec<Uuid>),
    /// On this day a chain would have more than `LONGEST` agreements.
    TooLong(Date),
}

/// The agreements by which an organisation is paid for on a day, its own first.
pub fn on(links: &[Link], organisation: Uuid, day: Date) -> Vec<Link> {
    let by_organisation = in_force(links, day);
    let (mut chain, mut at) = (Vec::new(), organisation);
    while let Some(link) = by_organisation.get(&at) {
        if chain.len() > LONGEST {
            break;
        }
        chain.push(*link);
        at = link.payer;
    }
    chain
}

fn in_force(links: &[Link], day: Date) -> HashMap<Uuid, Link> {
    links.iter().filter(|link| link.holds_on(day)).map(|link| (link.organisation, *link)).collect()
}

/// The days after this one on which an agreement starts or ends.
pub fn changes_after(links: &[Link], day: Date) -> BTreeSet<Date> {
    links.iter().flat_map(|link| [Some(link.from), link.until]).flatten().filter(|change| *change > day).collect()
}

/// Checks a new agreement against the agreements above its payer and below its organisation, on each day on which it
/// would be in force. The earlier agreements of the organisation do not count, because the new one replaces them.
pub fn check(links: &[Link], new: &Link) -> Result<(), Obstacle> {
    let others: Vec<Link> = links.iter().copied().filter(|link| link.organisation != new.organisation).collect();
    // Chains only grow on days on which an agreement starts.
    let begins = others.iter().map(|link| link.from).filter(|day| new.holds_on(*day));
    let days: BTreeSet<Date> = begins.chain([new.from]).collect();
    days.into_iter().try_for_each(|day| check_day(&others, new, day))
}

fn check_day(others: &[Link], new: &Link, day: Date) -> Result<(), Obstacle> {
    let above = on(others, new.payer, day);
    if let Some(end) = above.iter().position(|link| link.payer == new.organisation) {
        let path = [new.organisation, new.payer].into_iter().chain(above[..=end].iter().map(|link| link.payer));
        return Err(Obstacle::Cycle(day, path.collect()));
    }
    if above.len() + 1 + depth_below(others, new.organisation, day) > LONGEST {
        return Err(Obstacle::TooLong(day));
    }
    Ok(())
}

/// The length of the longest chain that ends at an organisation, counted up to `LONGEST + 1`.
fn depth_below(links: &[Link], organisation: Uuid, day: Date) -> usize {
    let mut below: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for link in links.iter().filter(|link| link.holds_on(day)) {
        below.entry(link.payer).or_default().push(link.organisation);
    }
    let (mut depth, mut visited, mut level) = (0, HashSet::from([organisation]), vec![organisation]);
    while depth <= LONGEST {
        let next = level.iter().flat_map(|at| below.get(at).into_iter().flatten().copied());
        level = next.filter(|id| visited.insert(*id)).collect();
        if level.is_empty() {
            break;
        }
        depth += 1;
    }
    depth
}

/// The agreements of an organisation that a new one replaces, each with its new end. And the day on which the new one is
/// itself replaced by one that starts later.
pub fn make_room(own: &[Link], from: Date) -> (Vec<(Link, Date)>, Option<Date>) {
    let next = own.iter().map(|link| link.from).filter(|begins| *begins > from).min();
    let is_replaced = |link: &&Link| link.from <= from && link.until.is_none_or(|end| end > from);
    (own.iter().filter(is_replaced).map(|link| (*link, from)).collect(), next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: u32) -> Date {
        Date::from_ymd_opt(2026, 1, number).unwrap()
    }

    fn link(organisation: u128, payer: u128, from: u32, until: Option<u32>) -> Link {
        let (id, organisation, payer) = (Uuid::nil(), Uuid::from_u128(organisation), Uuid::from_u128(payer));
        Link { id, organisation, payer, from: day(from), until: until.map(day) }
    }

    #[test]
    fn a_circle_is_found_on_the_first_day_on_which_it_would_be_one() {
        let links = [link(2, 3, 1, None), link(3, 1, 10, Some(20))];
        let path = [1, 2, 3, 1].map(Uuid::from_u128).to_vec();
        assert_eq!(check(&links, &link(1, 2, 2, None)), Err(Obstacle::Cycle(day(10), path.clone())));
        assert_eq!(check(&links, &link(1, 2, 15, None)), Err(Obstacle::Cycle(day(15), path)));
        assert_eq!(check(&links, &link(1, 2, 2, Some(10))), Ok(()));
        assert_eq!(check(&links, &link(1, 2, 20, None)), Ok(()));
        // An earlier agreement of the organisation is replaced.
        assert_eq!(check(&[link(1, 3, 1, None), link(2, 3, 1, None)], &link(1, 2, 2, None)), Ok(()));
    }

    #[test]
    fn a_chain_has_eight_agreements_at_most_wherever_the_new_one_stands() {
        let chain = |count: u128| (1..=count).map(|at| link(at, at + 1, 1, None)).collect::<Vec<_>>();
        assert_eq!(check(&chain(7), &link(100, 1, 2, None)), Ok(()));
        assert_eq!(check(&chain(8), &link(100, 1, 2, None)), Err(Obstacle::TooLong(day(2))));
        assert_eq!(check(&chain(7), &link(8, 100, 2, None)), Ok(()));
        assert_eq!(check(&chain(8), &link(9, 100, 2, None)), Err(Obstacle::TooLong(day(2))));
        let mut both = chain(4);
        both.extend(chain(4).into_iter().map(|one| Link {
            organisation: Uuid::from_u128(one.organisation.as_u128() + 50),
            payer: Uuid::from_u128(one.payer.as_u128() + 50),
            ..one
        }));
        assert_eq!(check(&both, &link(5, 51, 2, None)), Err(Obstacle::TooLong(day(2))));
        both.pop();
        assert_eq!(check(&both, &link(5, 51, 2, None)), Ok(()));
    }

    #[test]
    fn an_agreement_makes_room_for_itself_and_leaves_what_was_agreed_for_later() {
        let own = [link(1, 2, 1, Some(10)), link(1, 3, 10, None)];
        assert_eq!(make_room(&own, day(5)), (vec![(own[0], day(5))], Some(day(10))));
        assert_eq!(make_room(&own, day(10)), (vec![(own[1], day(10))], None));
        assert_eq!(make_room(&own, day(12)), (vec![(own[1], day(12))], None));
        assert_eq!(make_room(&[], day(12)), (vec![], None));
    }
}
