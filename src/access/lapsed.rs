//! Memberships that count no more, because what they depend on is gone: a pure function of what one person holds.
//!
//! A membership may have come through a partnership, or hold ownership for a reseller until the invited owner accepts.
//! Then it depends on the person's membership at that reseller, which may itself depend on another one, and so on.

use std::collections::{HashMap, HashSet};

use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::graph::{Holding, Holdings, PartnershipState};
use super::permission::Permission;
use super::set::Grants;

/// What a membership depends on, besides its own end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    /// It was given through a partnership of the reseller. If the person is a member of the reseller, the partnership
    /// must be in force and the membership there must count. People who never belonged to the reseller keep theirs.
    Partnership {
        /// The reseller.
        reseller: Uuid,
        /// The stored state of the partnership.
        state: PartnershipState,
        /// From when the partnership holds.
        starts_at: DateTimeUtc,
        /// Until when it holds, if not for ever.
        ends_at: Option<DateTimeUtc>,
    },
    /// It holds ownership for the reseller, or the operator, until the invited owner accepts. The person must be able to
    /// create clients there, by a membership that counts.
    Custody {
        /// The reseller.
        reseller: Uuid,
        /// Whether that organisation is an active reseller, or the operator.
        is_working: bool,
    },
    /// The organisation requires a second factor of its members, and the person has none. The membership stays, but gives
    /// nothing except the sight of the organisation, and upholds nothing.
    SecondFactor,
}

/// Why a membership counts no more before its own end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lapsed {
    /// The partnership through which it was given is not in force.
    Partnership(PartnershipState),
    /// It was given through a partnership to one of the reseller's people, whose membership there counts no more.
    Reseller,
    /// Its holder may no longer create clients for the reseller, or the organisation is no longer an active reseller.
    Custody,
}

/// What a person or key holds, as far as it counts at the moment.
pub struct Counting<'a> {
    holdings: &'a Holdings,
    lapsed: HashMap<Uuid, Lapsed>,
    now: DateTimeUtc,
}

impl<'a> Counting<'a> {
    /// Finds out what counts: the least fixed point, so memberships that depend on each other in a circle do not count.
    pub fn new(holdings: &'a Holdings, now: DateTimeUtc) -> Self {
        let mut waiting: HashMap<Uuid, Lapsed> = HashMap::new();
        let mut counts: HashSet<Uuid> = HashSet::new();
        for (id, holding) in holdings {
            if let Holding::Membership { ties, .. } = holding
                && !ties.is_empty()
                && !holding.is_expired(now)
            {
                waiting.insert(*id, Lapsed::Reseller);
            }
        }
        // Most people hold nothing that depends on anything.
        if !waiting.is_empty() {
            let independent =
                holdings.iter().filter(|(id, holding)| !waiting.contains_key(*id) && !holding.is_expired(now));
            counts.extend(independent.map(|(id, _)| *id));
        }
        loop {
            let before = waiting.len();
            waiting.retain(|id, reason| {
                let broken = holdings.get(id).and_then(|holding| broken(holding, holdings, &counts, now));
                if let Some(why) = broken {
                    *reason = why;
                } else {
                    counts.insert(*id);
                }
                broken.is_some()
            });
            if waiting.len() == before {
                return Self { holdings, lapsed: waiting, now };
            }
        }
    }

    /// M of the rule: what is held at the organisation itself.
    pub fn at(&self, organisation: Uuid) -> Grants {
        match self.holdings.get(&organisation) {
            Some(holding) if !holding.is_expired(self.now) && !self.lapsed.contains_key(&organisation) => {
                let sets = holding.sets();
                if lacks_second_factor(self.holdings, organisation) { sets.for_seeing_only() } else { sets }
            }
            _ => Grants::NONE,
        }
    }

    /// Whether the person is a member of the organisation without the second factor that it requires.
    pub fn lacks_second_factor(&self, organisation: Uuid) -> bool {
        self.counts_at(organisation) && lacks_second_factor(self.holdings, organisation)
    }

    /// Whether a membership or key counts at the organisation.
    pub fn counts_at(&self, organisation: Uuid) -> bool {
        let is_held = self.holdings.get(&organisation).is_some_and(|holding| !holding.is_expired(self.now));
        is_held && !self.lapsed.contains_key(&organisation)
    }

    /// Whether clients can be kept in custody for the reseller, if it is an active one.
    pub fn may_keep_for(&self, reseller: Uuid) -> bool {
        self.counts_at(reseller) && creates_clients(self.holdings, reseller)
    }

    /// Why the membership at the organisation has lapsed, if it has.
    pub fn lapsed_at(&self, organisation: Uuid) -> Option<Lapsed> {
        self.lapsed.get(&organisation).copied()
    }
}

/// The first tie of a membership that does not hold, as far as it is known which others count.
fn broken(holding: &Holding, all: &Holdings, counts: &HashSet<Uuid>, now: DateTimeUtc) -> Option<Lapsed> {
    let Holding::Membership { ties, .. } = holding else { return None };
    ties.iter().find_map(|tie| match *tie {
        // Somebody else whom the reseller brought in.
        Tie::Partnership { reseller, .. } if !all.contains_key(&reseller) => None,
        Tie::Partnership { state, starts_at, ends_at, .. } if !is_in_force(state, starts_at, ends_at, now) => {
            Some(Lapsed::Partnership(state))
        }
        Tie::Partnership { reseller, .. } => {
            let holds = counts.contains(&reseller) && !lacks_second_factor(all, reseller);
            (!holds).then_some(Lapsed::Reseller)
        }
        Tie::Custody { reseller, is_working } => {
            let holds = is_working && counts.contains(&reseller) && creates_clients(all, reseller);
            (!holds).then_some(Lapsed::Custody)
        }
        Tie::SecondFactor => None,
    })
}

fn creates_clients(all: &Holdings, reseller: Uuid) -> bool {
    let may = all.get(&reseller).is_some_and(|held| held.sets().own.has(Permission::ClientCreate));
    may && !lacks_second_factor(all, reseller)
}

fn lacks_second_factor(all: &Holdings, organisation: Uuid) -> bool {
    matches!(all.get(&organisation), Some(Holding::Membership { ties, .. }) if ties.contains(&Tie::SecondFactor))
}

/// Whether a partnership of this state and term lets anybody through at the moment.
pub fn is_in_force(
    state: PartnershipState,
    starts_at: DateTimeUtc,
    ends_at: Option<DateTimeUtc>,
    now: DateTimeUtc,
) -> bool {
    state == PartnershipState::Active && starts_at <= now && ends_at.is_none_or(|end| now < end)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::super::graph::{HeldRole, Kind};
    use super::super::role::BuiltinRole;
    use super::*;

    fn now() -> DateTimeUtc {
        DateTimeUtc::UNIX_EPOCH + TimeDelta::days(20_000)
    }

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn through(reseller: u128, ends_at: Option<DateTimeUtc>) -> Tie {
        let starts_at = DateTimeUtc::UNIX_EPOCH;
        Tie::Partnership { reseller: id(reseller), state: PartnershipState::Active, starts_at, ends_at }
    }

    fn kept_for(reseller: u128, is_working: bool) -> Tie {
        Tie::Custody { reseller: id(reseller), is_working }
    }

    /// An owner at organisations 1, 2, …, each with these ties.
    fn owner<const N: usize>(places: [Option<Tie>; N]) -> Holdings {
        let roles = || vec![HeldRole::builtin(BuiltinRole::Owner, Kind::Reseller)];
        let places = places.into_iter().zip(1..);
        let place = |tie: Option<Tie>| Holding::Membership {
            id: Uuid::nil(),
            expires_at: None,
            ties: tie.into_iter().collect(),
            roles: roles(),
        };
        places.map(|(tie, number)| (id(number), place(tie))).collect()
    }

    fn counting<const N: usize>(places: [Option<Tie>; N]) -> [bool; N] {
        let holdings = owner(places);
        let counting = Counting::new(&holdings, now());
        std::array::from_fn(|place| counting.counts_at(id(place as u128 + 1)))
    }

    #[test]
    fn what_hangs_on_a_lost_place_is_lost_however_deep() {
        let (kept, lost) = (kept_for(1, true), kept_for(1, false));
        assert_eq!(counting([None, Some(kept), Some(kept_for(2, true)), Some(kept_for(3, true))]), [true; 4]);
        let after = [true, false, false, false];
        assert_eq!(counting([None, Some(lost), Some(kept_for(2, true)), Some(kept_for(3, true))]), after);
        assert_eq!(
            counting([None, Some(through(1, Some(now()))), Some(kept_for(2, true)), Some(through(3, None))]),
            after
        );
    }

    #[test]
    fn without_the_second_factor_a_member_sees_the_organisation_and_holds_nothing_below() {
        let holdings = owner([Some(Tie::SecondFactor), Some(kept_for(1, true)), Some(through(1, None)), None]);
        let counting = Counting::new(&holdings, now());
        let seen = counting.at(id(1));
        assert_eq!(seen.own.iter().collect::<Vec<_>>(), [Permission::OrganisationRead]);
        assert!(seen.clients.is_empty() && counting.lacks_second_factor(id(1)));
        assert_eq!([2, 3, 4].map(|number| counting.counts_at(id(number))), [false, false, true]);
        assert!(!counting.may_keep_for(id(1)) && !counting.lacks_second_factor(id(4)));
    }

    #[test]
    fn a_second_cause_gives_nothing_back() {
        let over = through(1, Some(now()));
        assert_eq!(counting([None, Some(over), Some(through(2, None))]), [true, false, false]);
        assert_eq!(counting([None, Some(over), Some(through(2, Some(now())))]), [true, false, false]);
        assert_eq!(counting([None, Some(through(1, None)), Some(through(2, Some(now())))]), [true, true, false]);
    }

    #[test]
    fn an_expired_membership_at_the_reseller_upholds_nothing() {
        for tie in [kept_for(1, true), through(1, None)] {
            let mut holdings = owner([None, Some(tie)]);
            assert!(Counting::new(&holdings, now()).counts_at(id(2)));
            if let Some(Holding::Membership { expires_at, .. }) = holdings.get_mut(&id(1)) {
                *expires_at = Some(now());
            }
            assert!(!Counting::new(&holdings, now()).counts_at(id(2)));
        }
    }

    #[test]
    fn people_of_nobody_keep_what_came_through_a_partnership() {
        let holdings = owner([Some(through(7, Some(now())))]);
        assert!(Counting::new(&holdings, now()).counts_at(id(1)));
    }

    #[test]
    fn memberships_that_uphold_each_other_do_not_count() {
        assert_eq!(counting([Some(kept_for(2, true)), Some(kept_for(1, true))]), [false, false]);
        assert_eq!(counting([Some(through(1, None))]), [false]);
    }
}
