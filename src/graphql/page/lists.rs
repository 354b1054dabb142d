//! The batches of one request: one for each list, page and filter, and one for each name.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use super::arguments::PageArguments;
use super::filter::Filter;
use crate::base::batch::Batch;
use crate::base::error::Result;
use crate::base::memory::{Kind, Name, Sight};

/// The batches of one request.
pub struct Lists {
    sight: Arc<Sight>,
    named: Mutex<HashMap<Name, Arc<dyn Any + Send + Sync>>>,
    shapes: Mutex<Vec<Asked>>,
}

/// What is asked of a list.
#[derive(Clone, Copy)]
pub enum What<'a> {
    /// A page.
    Page(&'a PageArguments),
    /// The number of rows.
    Count,
    /// Rows by their ids.
    Item,
}

/// A batch, and the name under which its values are kept in memory.
pub struct Shape<V> {
    /// The batch.
    pub batch: Batch<Uuid, V>,
    /// The name.
    pub name: Name,
}

impl<V: Clone + Send + Sync + 'static> Shape<V> {
    /// The value under the id, loaded together with those of its siblings; from memory if there is a kind.
    pub async fn load<F>(&self, sight: &Sight, id: Uuid, kind: Option<&impl Kind<V>>, load: F) -> Result<Option<V>>
    where
        F: AsyncFnOnce(Vec<Uuid>) -> Result<HashMap<Uuid, V>>,
    {
        match kind {
            Some(kind) => sight.load(&self.batch, &self.name, id, kind, load).await,
            None => self.batch.load(id, load).await,
        }
    }
}

/// What has been asked of a list in this request. There are few of them, so they are searched one by one.
struct Asked {
    list: usize,
    page: Option<PageArguments>,
    is_count: bool,
    filter: Filter,
    shape: Arc<dyn Any + Send + Sync>,
}

impl Asked {
    fn is(&self, list: usize, what: What<'_>, filter: &Filter) -> bool {
        let is_what = match (what, &self.page) {
            (What::Page(page), Some(asked)) => page == asked,
            (What::Count, None) => self.is_count,
            (What::Item, None) => !self.is_count,
            _ => false,
        };
        self.list == list && is_what && self.filter == *filter
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Lists {
    /// No batches yet.
    pub fn new(sight: Arc<Sight>) -> Self {
        Self { sight, named: Mutex::default(), shapes: Mutex::default() }
    }

    /// What the request may take from memory.
    pub fn sight(&self) -> &Sight {
        &self.sight
    }

    /// The batch with this name, created on first use.
    pub fn batch<V: Send + Sync + 'static>(&self, name: impl Into<Name>) -> Arc<Batch<Uuid, V>> {
        let mut batches = locked(&self.named);
        let made = batches.entry(name.into()).or_insert_with(|| Arc::new(Batch::<Uuid, V>::default()));
        // The name identifies the list, and a list has one item type, so the downcast succeeds.
        Arc::clone(made).downcast().unwrap_or_default()
    }

    /// What is kept under the name and the id, from memory or loaded together with that of its siblings.
    pub async fn kept<V, F>(&self, name: impl Into<Name>, id: Uuid, kind: &impl Kind<V>, load: F) -> Result<Option<V>>
    where
        V: Clone + Send + Sync + 'static,
        F: AsyncFnOnce(Vec<Uuid>) -> Result<HashMap<Uuid, V>>,
    {
        let name = name.into();
        let batch = self.batch::<V>(name.clone());
        self.sight.load(&batch, &name, id, kind, load).await
    }

    /// What is asked of the list at this address, with the batch for it, created on first use.
    pub fn shape<V: Send + Sync + 'static>(
        &self,
        list: usize,
        what: What<'_>,
        filter: &Filter,
        name: impl FnOnce() -> String,
    ) -> Arc<Shape<V>> {
        let mut shapes = locked(&self.shapes);
        if let Some(asked) = shapes.iter().find(|asked| asked.is(list, what, filter))
            && let Ok(shape) = Arc::clone(&asked.shape).downcast()
        {
            return shape;
        }
        let shape = Arc::new(Shape::<V> { batch: Batch::default(), name: Name::Made(name().into()) });
        let page = if let What::Page(page) = what { Some(page.clone()) } else { None };
        let is_count = matches!(what, What::Count);
        shapes.push(Asked { list, page, is_count, filter: filter.clone(), shape: Arc::clone(&shape) as _ });
        shape
    }
}
