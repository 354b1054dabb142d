//! The client list ordered by a figure.
//!
//! No index has the order of a figure. All clients that match are read and their figures are added up, in one statement
//! each for all resellers of a level.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use entity::partnership;
use uuid::Uuid;

use super::store;
use crate::access::ClientReach;
use crate::base::error::Result;
use crate::graphql::page::{Filter, OrderDirection, Page, PageArguments, Total, slice_sorted};
use crate::graphql::request::Request;
use crate::partners::overview::{self, Figure};

/// How a figure orders clients.
#[derive(Clone, Debug)]
pub struct Ranking {
    /// The figure.
    pub figure: Figure,
    /// The only currency that counts; all without.
    pub currency: Option<String>,
    /// The direction.
    pub direction: OrderDirection,
    /// The clients that show the figure to the viewer.
    pub reach: ClientReach,
}

/// A partnership under the text that places it in the list.
#[derive(Clone)]
struct Ranked {
    key: String,
    row: Arc<partnership::Model>,
}

/// A page of the clients of a reseller in the order of a figure.
pub async fn list(
    request: &Request,
    reseller: Uuid,
    page: &PageArguments,
    ranking: &Ranking,
    filter: &Filter,
) -> Result<Page<partnership::Model>> {
    let batch = request.lists.batch::<Arc<Vec<Ranked>>>(format!("ranked clients {ranking:?} {filter:?}"));
    let load = async |resellers: Vec<Uuid>| rank(request, &resellers, ranking, filter).await;
    let ranked = batch.load(reseller, load).await?.unwrap_or_default();
    let items = ranked.iter().map(|one| (one.key.clone(), one.row.id, Arc::clone(&one.row)));
    let slice = Arc::new(slice_sorted(items, page, reseller)?);
    Ok(Page { slice, total: Total::known(ranked.len()) })
}

async fn rank(
    request: &Request,
    resellers: &[Uuid],
    ranking: &Ranking,
    filter: &Filter,
) -> Result<HashMap<Uuid, Arc<Vec<Ranked>>>> {
    let (db, permission) = (request.db(), ranking.figure.permission());
    let rows = store::list_reached(db, resellers, (&ranking.reach, permission), filter, request.now()).await?;
    // A client with an ended and a new partnership is in the list twice.
    let shown: BTreeSet<Uuid> = rows.iter().filter(|(_, is_shown)| *is_shown).map(|(row, _)| row.client_id).collect();
    let shown: Vec<Uuid> = shown.into_iter().collect();
    let figures = if shown.is_empty() {
        HashMap::new()
    } else {
        overview::store::figure_of(db, ranking.figure, &shown, request.today()).await?
    };
    let mut currencies: BTreeSet<&str> = figures.values().flat_map(BTreeMap::keys).map(String::as_str).collect();
    if let Some(only) = ranking.currency.as_deref() {
        currencies = BTreeSet::from([only]);
    }
    let nothing = BTreeMap::new();
    let mut found: HashMap<Uuid, Vec<Ranked>> = HashMap::new();
    for (row, is_shown) in rows {
        let key = place(
            is_shown.then(|| figures.get(&row.client_id).unwrap_or(&nothing)),
            &currencies,
            ranking.direction,
            &row.client_key,
        );
        found.entry(row.reseller_id).or_default().push(Ranked { key, row: Arc::new(row) });
    }
    let sorted = found.into_iter().map(|(reseller, mut clients)| {
        clients.sort_unstable_by(|one, other| (&one.key, one.row.id).cmp(&(&other.key, other.row.id)));
        (reseller, Arc::new(clients))
    });
    Ok(sorted.collect())
}

/// A text that sorts where the client belongs: those that show the figure come first, by its amounts in each currency, then by
/// name. `None` for a client that does not show it.
fn place(
    figure: Option<&BTreeMap<String, i128>>,
    currencies: &BTreeSet<&str>,
    direction: OrderDirection,
    name: &str,
) -> String {
    let Some(amounts) = figure else { return format!("1{name}") };
    let amount = |currency: &&str| amounts.get(*currency).copied().unwrap_or_default();
    let digits = currencies.iter().map(amount).map(|amount| {
        // With the sign turned around, the numbers sort as bits, and so do their digits.
        let bits = amount.cast_unsigned() ^ (1 << 127);
        format!("{:032x}", if direction == OrderDirection::Asc { bits } else { !bits })
    });
    format!("0{}{name}", digits.collect::<Vec<_>>().concat())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn placed(amounts: &[(&str, i128)], direction: OrderDirection) -> String {
        let amounts = amounts.iter().map(|(currency, amount)| ((*currency).to_owned(), *amount)).collect();
        place(Some(&amounts), &BTreeSet::from(["EUR", "SEK"]), direction, "name")
    }

    #[test]
    fn currencies_are_compared_one_after_the_other_and_none_counts_as_nothing() {
        let ascending = [&[("SEK", -1)][..], &[], &[("SEK", 900)], &[("EUR", 1)], &[("EUR", 1), ("SEK", 5)]];
        for (direction, is_ascending) in [(OrderDirection::Asc, true), (OrderDirection::Desc, false)] {
            let keys: Vec<String> = ascending.iter().map(|amounts| placed(amounts, direction)).collect();
            assert!(keys.windows(2).all(|two| (two[0] < two[1]) == is_ascending), "{keys:?}");
            let hidden = place(None, &BTreeSet::from(["EUR"]), direction, "a");
            assert!(keys.iter().all(|key| *key < hidden));
        }
    }

    proptest! {
        #[test]
        fn places_sort_as_the_numbers_do(one in any::<i128>(), other in any::<i128>()) {
            let key = |number, direction| placed(&[("EUR", number)], direction);
            let sorted = |direction| key(one, direction).cmp(&key(other, direction));
            prop_assert_eq!(sorted(OrderDirection::Asc), one.cmp(&other));
            prop_assert_eq!(sorted(OrderDirection::Desc), other.cmp(&one));
        }
    }
}
