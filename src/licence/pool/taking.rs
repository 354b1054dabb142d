//! Taking licences from a pool, and giving them back. For seats and for quotas alike.
//!
//! The caller has locked the organisation, as every mutation with `ActOn::locked` or `ActOn::once` has. What is granted
//! cannot change in the meantime, because every change of a subscription takes that lock too. The number of statements does
//! not depend on how many are taken.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::granted::granted_in;
use super::rules::{Level, exhausted};
use super::store::{self, Taken};
use crate::base::error::{Error, Result, UserError};
use crate::graphql::request::Work;
use crate::live::event::{self, EventKind};

/// Gives so many of each feature back to the pools of the organisation. One statement.
pub async fn give_back(work: &Work<'_>, organisation: Uuid, returned: &BTreeMap<Uuid, i64>) -> Result<()> {
    let returned: Vec<(Uuid, i64)> = returned
        .iter()
        .filter(|(_, quantity)| **quantity > 0)
        .map(|(feature, quantity)| (*feature, *quantity))
        .collect();
    if returned.is_empty() {
        return Ok(());
    }
    if store::give_back(work.tx, organisation, &returned).await? < returned.len() as u64 {
        return Err(Error::fault("more is given back to a pool than was taken from it"));
    }
    Ok(())
}

/// The pools of an organisation within a transaction, and what is to be taken from them. For many takes at once: `plan`
/// says for each whether it can be done, and `write` does all of them.
pub struct Pools {
    organisation: Uuid,
    granted: HashMap<Uuid, i64>,
    used: HashMap<Uuid, i64>,
    planned: HashMap<Uuid, i64>,
}

impl Pools {
    /// The pools of the organisation, which the caller has locked. Four statements.
    pub async fn load(work: &Work<'_>, organisation: Uuid) -> Result<Self> {
        let granted = granted_in(work, organisation).await?;
        let used = super::used_in(work, organisation).await?;
        Ok(Self { organisation, granted, used, planned: HashMap::new() })
    }

    /// How many of the feature are granted and used, with those that are planned.
    pub fn level(&self, feature: Uuid) -> Level {
        let of = |sums: &HashMap<Uuid, i64>| sums.get(&feature).copied().unwrap_or_default();
        Level { granted: of(&self.granted), used: of(&self.used).saturating_add(of(&self.planned)) }
    }

    /// Plans to take so many of the feature. If fewer are left, nothing is planned, and the error says what there is.
    pub fn plan(&mut self, feature: Uuid, quantity: i64) -> Result<(), Level> {
        let level = self.level(feature);
        if quantity < 0 || quantity > level.free() {
            return Err(level);
        }
        *self.planned.entry(feature).or_default() += quantity;
        Ok(())
    }

    /// The same for a feature that is at hand. The error is LICENCE_EXHAUSTED.
    pub fn plan_named(&mut self, feature: &entity::feature::Model, quantity: i64) -> Result<(), UserError> {
        self.plan(feature.id, quantity).map_err(|level| exhausted(&feature.name, quantity, level))
    }

    /// Tells of the pools of which now nothing is left.
    async fn announce_exhausted(&self, work: &Work<'_>) -> Result<()> {
        let exhausted = self.planned.iter().filter(|(feature, quantity)| {
            let level = self.level(**feature);
            **quantity > 0 && level.free() == 0 && level.granted > 0
        });
        let features = exhausted.map(|(feature, _)| *feature);
        Ok(event::store::announce(work, EventKind::LicenceExhausted, self.organisation, features).await?)
    }

    /// Takes what was planned, and returns the keys of the pools by feature. Three statements, and one if nothing is left.
    pub async fn write(self, work: &Work<'_>) -> Result<HashMap<Uuid, Uuid>> {
        let taken = self.planned.iter().filter(|(_, quantity)| **quantity > 0);
        let taken: Vec<Taken> = taken
            .map(|(feature, quantity)| Taken {
                feature: *feature,
                quantity: *quantity,
                granted: self.granted.get(feature).copied().unwrap_or_default(),
            })
            .collect();
        if taken.is_empty() {
            return Ok(HashMap::new());
        }
        store::create_missing(work, self.organisation, taken.iter().map(|one| one.feature)).await?;
        if store::take(work.tx, self.organisation, &taken).await? < taken.len() as u64 {
            return Err(Error::fault("a pool has changed without the lock of its organisation"));
        }
        self.announce_exhausted(work).await?;
        let rows = store::load_in(work.tx, self.organisation).await?;
        Ok(rows.into_iter().map(|row| (row.feature_id, row.id)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: Uuid = Uuid::from_u128(1);

    fn pools(granted: i64, used: i64) -> Pools {
        let of = |sum| HashMap::from([(MAIL, sum)]);
        Pools { organisation: Uuid::nil(), granted: of(granted), used: of(used), planned: HashMap::new() }
    }

    #[test]
    fn what_is_planned_counts_as_used() {
        let mut pools = pools(10, 7);
        assert_eq!(pools.plan(MAIL, 2), Ok(()));
        assert_eq!(pools.plan(MAIL, 2), Err(Level { granted: 10, used: 9 }));
        assert_eq!(pools.plan(MAIL, 1), Ok(()));
        assert_eq!(pools.plan(Uuid::from_u128(2), 1), Err(Level::default()));
        assert_eq!(pools.level(MAIL).free(), 0);
    }

    #[test]
    fn nothing_is_taken_while_more_is_used_than_granted_and_no_take_gives_back() {
        let mut pools = pools(5, 8);
        assert_eq!(pools.plan(MAIL, 0), Ok(()));
        for refused in [1, -1, -8] {
            assert_eq!(pools.plan(MAIL, refused), Err(Level { granted: 5, used: 8 }));
        }
    }
}
