//! A page cut out of a list.

use std::sync::Arc;

use uuid::Uuid;

use super::arguments::{Cursor, PageArguments};
use super::direction::OrderDirection;
use crate::base::error::Result;

/// Items, each with its cursor.
pub type Items<T> = Vec<(Arc<str>, Arc<T>)>;

/// One page of one parent.
#[derive(Debug)]
pub struct Slice<T> {
    /// The items in the order of the list, each with its cursor.
    pub items: Items<T>,
    /// Whether there is more after it.
    pub has_next: bool,
    /// Whether there is more before it.
    pub has_previous: bool,
}

impl<T> Default for Slice<T> {
    fn default() -> Self {
        Self { items: Vec::new(), has_next: false, has_previous: false }
    }
}

/// Cuts the rows that were read to the size of the page, and puts them into the order of the list.
pub fn slice<T>(mut items: Items<T>, page: &PageArguments) -> Slice<T> {
    let more = items.len() > page.size;
    items.truncate(page.size);
    let beyond = page.from.is_some();
    if page.backwards {
        items.reverse();
        return Slice { items, has_next: beyond, has_previous: more };
    }
    Slice { items, has_next: more, has_previous: beyond }
}

/// A page of a list that is completely in memory and sorted. The key and id of each item make its cursor. The parent is nil
/// for lists of the viewer.
pub fn slice_sorted<T>(
    items: impl DoubleEndedIterator<Item = (String, Uuid, Arc<T>)>,
    page: &PageArguments,
    parent: Uuid,
) -> Result<Slice<T>> {
    let mark = page.mark("", parent);
    page.require(mark)?;
    let beyond = |key: &String, id: &Uuid| match &page.from {
        None => true,
        Some(cursor) if page.backwards => (key, id) < (&cursor.key, &cursor.id),
        Some(cursor) => (key, id) > (&cursor.key, &cursor.id),
    };
    let wanted = |(key, id, item): (String, Uuid, Arc<T>)| {
        beyond(&key, &id).then(|| (Cursor { mark, key, id }.encode().into(), item))
    };
    let some: Vec<_> = if page.backwards {
        items.rev().filter_map(wanted).take(page.size + 1).collect()
    } else {
        items.filter_map(wanted).take(page.size + 1).collect()
    };
    Ok(slice(some, page))
}

/// The same with the items in this direction. They come sorted in ascending order.
pub fn slice_directed<T>(
    items: impl DoubleEndedIterator<Item = (String, Uuid, Arc<T>)>,
    page: &PageArguments,
    parent: Uuid,
    direction: OrderDirection,
) -> Result<Slice<T>> {
    if direction == OrderDirection::Asc {
        return slice_sorted(items, page, parent);
    }
    // The first of a descending list are the last of the ascending one.
    let mirrored = PageArguments { backwards: !page.backwards, ..page.clone() };
    let Slice { mut items, has_next, has_previous } = slice_sorted(items, &mirrored, parent)?;
    items.reverse();
    Ok(Slice { items, has_next: has_previous, has_previous: has_next })
}
