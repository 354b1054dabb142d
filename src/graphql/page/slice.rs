//! A page cut out of a list.

use std::sync::Arc;

use uuid::Uuid;

use super::arguments::{Cursor, PageArguments};
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
