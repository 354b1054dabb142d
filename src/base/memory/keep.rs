//! What a kind of entries depends on, and how many bytes it takes.

use std::fmt::Debug;
use std::sync::Arc;

use uuid::Uuid;

use super::table::Table;

/// The rows that an entry depends on: rows by their id, and all rows that have a parent by the id of the parent. The table
/// must log that key.
#[derive(Clone, Debug, Default)]
pub struct Subjects(Vec<(Table, Uuid)>);

impl Subjects {
    /// The entry depends on this row, or on the rows with this parent.
    pub fn add(&mut self, table: Table, id: Uuid) {
        self.0.push((table, id));
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (Table, Uuid)> {
        self.0.iter().copied()
    }
}

/// Bytes that a value takes outside itself.
pub trait Heap {
    /// The bytes.
    fn heap(&self) -> usize;
}

impl Heap for String {
    fn heap(&self) -> usize {
        self.capacity()
    }
}

impl Heap for Uuid {
    fn heap(&self) -> usize {
        0
    }
}

impl<A: Heap, B: Heap> Heap for (A, B) {
    fn heap(&self) -> usize {
        self.0.heap() + self.1.heap()
    }
}

impl Heap for i32 {
    fn heap(&self) -> usize {
        0
    }
}

impl Heap for i64 {
    fn heap(&self) -> usize {
        0
    }
}

impl Heap for u64 {
    fn heap(&self) -> usize {
        0
    }
}

impl<T: Heap> Heap for Option<T> {
    fn heap(&self) -> usize {
        self.as_ref().map_or(0, Heap::heap)
    }
}

impl<T: Heap> Heap for Vec<T> {
    fn heap(&self) -> usize {
        self.capacity() * size_of::<T>() + self.iter().map(Heap::heap).sum::<usize>()
    }
}

impl<T: Heap> Heap for Arc<T> {
    fn heap(&self) -> usize {
        // Its two counters stand before the value.
        size_of::<T>() + 2 * size_of::<usize>() + T::heap(self)
    }
}

/// A row of a list that can be kept.
pub trait Kept: Heap + Debug + Send + Sync + 'static {
    /// Adds the rows of other tables that it was made from.
    fn subjects(&self, _subjects: &mut Subjects) {}
}

/// Entries that are made from the rows of one table that have the id, or this parent.
#[derive(Clone, Copy, Debug)]
pub struct OfTable<V> {
    table: Table,
    heap: fn(&V) -> usize,
}

impl<V: Heap> OfTable<V> {
    /// Entries of this table. It must log the key by which they are loaded.
    pub const fn new(table: Table) -> Self {
        Self { table, heap: V::heap }
    }
}

impl<V: Debug> Kind<V> for OfTable<V> {
    fn subjects(&self, id: Uuid, _: Option<&V>, subjects: &mut Subjects) {
        subjects.add(self.table, id);
    }

    fn heap(&self, value: &V) -> usize {
        (self.heap)(value)
    }

    fn text(&self, value: &V) -> String {
        format!("{value:?}")
    }
}

/// A kind of entries.
pub trait Kind<V> {
    /// Adds the rows that an entry depends on; also if there is nothing under the id.
    fn subjects(&self, id: Uuid, value: Option<&V>, subjects: &mut Subjects);

    /// Bytes that a value takes outside itself.
    fn heap(&self, value: &V) -> usize;

    /// A value in a form that can be compared.
    fn text(&self, value: &V) -> String;
}
