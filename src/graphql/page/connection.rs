//! What the client gets: edges, page information, and a count that is only taken when requested.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{Context, ContextSelectionSet, ObjectType, OutputType, Positioned, ServerResult, TypeName, Value};
use futures_util::future::BoxFuture;
use macros::{guarded, public_object};
use uuid::Uuid;

use super::arguments::PageArguments;
use super::filter::Filter;
use super::list::List;
use super::slice::Slice;
use crate::access::Unchecked;
use crate::base::error::Result;
use crate::graphql::object::{AsText, Fields, Text, requested, resolve_all};
use crate::graphql::request::Request;

type Count = dyn for<'a> Fn(&'a Request) -> BoxFuture<'a, Result<u64>> + Send + Sync;

/// Counts the whole list.
#[derive(Clone)]
pub struct Total(Arc<Count>);

impl Total {
    /// A count that is taken when requested.
    pub fn later(count: impl for<'a> Fn(&'a Request) -> BoxFuture<'a, Result<u64>> + Send + Sync + 'static) -> Self {
        Self(Arc::new(count))
    }

    /// A count that is known already.
    pub fn known(count: usize) -> Self {
        Self::later(move |_| Box::pin(async move { Ok(count as u64) }))
    }

    /// Takes it.
    pub async fn take(&self, request: &Request) -> Result<u64> {
        (self.0)(request).await
    }
}

/// A page of rows and the number of rows in the whole list, as stores return it.
pub struct Page<R> {
    /// The rows of the page.
    pub slice: Arc<Slice<R>>,
    /// The count of the whole list.
    pub total: Total,
}

impl<R> Page<R> {
    /// The connection whose nodes are made from the rows.
    pub fn connection<T>(self, node: impl Fn(&Arc<R>) -> T) -> Connection<T> {
        Connection::new(&self.slice, self.total, node)
    }

    /// The same, where a node may fail to be made.
    pub fn try_connection<T>(self, node: impl Fn(&Arc<R>) -> Result<T>) -> Result<Connection<T>> {
        let edges = self.slice.items.iter().map(|(cursor, row)| Ok(Edge { cursor: cursor.clone(), node: node(row)? }));
        let edges = edges.collect::<Result<_>>()?;
        Ok(Connection { edges, page_info: PageInfo::of(&self.slice), total: self.total })
    }

    /// The rows.
    pub fn rows(&self) -> impl Iterator<Item = &Arc<R>> {
        self.slice.items.iter().map(|(_, row)| row)
    }
}

/// The position of a page in its list.
#[public_object]
#[derive(Clone, Debug)]
pub struct PageInfo {
    /// Whether there is more after this page.
    pub has_next_page: bool,
    /// Whether there is more before this page.
    pub has_previous_page: bool,
    /// Cursor of the first item, for `before`.
    pub start_cursor: Option<Arc<str>>,
    /// Cursor of the last item, for `after`.
    pub end_cursor: Option<Arc<str>>,
}

impl PageInfo {
    /// The page information of a slice.
    pub fn of<T>(slice: &Slice<T>) -> Self {
        Self {
            has_next_page: slice.has_next,
            has_previous_page: slice.has_previous,
            start_cursor: slice.items.first().map(|(cursor, _)| cursor.clone()),
            end_cursor: slice.items.last().map(|(cursor, _)| cursor.clone()),
        }
    }
}

/// A page of a list.
pub struct Connection<T> {
    edges: Vec<Edge<T>>,
    page_info: PageInfo,
    total: Total,
}

/// One item of a page.
pub struct Edge<T> {
    cursor: Arc<str>,
    node: T,
}

impl<T> Connection<T> {
    /// A page whose nodes are made from the items of a slice.
    pub fn new<R>(slice: &Slice<R>, total: Total, node: impl Fn(&Arc<R>) -> T) -> Self {
        let edges =
            slice.items.iter().map(|(cursor, item)| Edge { cursor: cursor.clone(), node: node(item) }).collect();
        Self { edges, page_info: PageInfo::of(slice), total }
    }
}

impl<R: Send + Sync + 'static> List<R> {
    /// One item by its id, under any parent, fetched together with its siblings.
    pub async fn look_up(&'static self, request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<R>>>> {
        Ok(self.find(request.db(), &request.lists, id).await?.map(Unchecked::new))
    }

    /// The page of one parent, with the count of its whole list.
    pub async fn rows(
        &'static self,
        request: &Request,
        parent: Uuid,
        page: &PageArguments,
        filter: Filter,
    ) -> Result<Page<R>> {
        let slice = self.page(request.db(), &request.lists, parent, page, &filter).await?;
        let filter = Arc::new(filter);
        let total = Total::later(move |request| {
            let filter = Arc::clone(&filter);
            Box::pin(async move { self.count(request.db(), &request.lists, parent, &filter).await })
        });
        Ok(Page { slice, total })
    }
}

impl<T: Fields + ObjectType + 'static> TypeName for Connection<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", <T as OutputType>::type_name()).into()
    }
}

impl<T: Fields + ObjectType + 'static> TypeName for Edge<T> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", <T as OutputType>::type_name()).into()
    }
}

/// The edges of a page. They are written in one loop, together with the fields of their nodes that are at hand.
struct Edges<'a, T>(&'a [Edge<T>]);

impl<T: Fields + ObjectType + 'static> OutputType for Edges<'_, T> {
    fn type_name() -> Cow<'static, str> {
        <&[Edge<T>] as OutputType>::type_name()
    }

    fn qualified_type_name() -> String {
        <&[Edge<T>] as OutputType>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <&[Edge<T>] as OutputType>::create_type_info(registry)
    }

    async fn resolve(&self, context: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        if context.data_opt::<AsText>().is_none() {
            let edges = self.0.iter().map(|edge| -> &dyn Fields { edge });
            return resolve_all(context, edges.collect()).await;
        }
        let edge_type = <Edge<T> as OutputType>::type_name();
        let fields = requested(context, &edge_type);
        let is_node = |field: &&Positioned<Field>| field.node.name.node == "node";
        let places: Vec<_> = (0..self.0.len()).map(|place| context.with_index(place)).collect();
        // For each edge, the contexts of its nodes: a node is there once for each name under which it is requested.
        let of_nodes = |place| fields.iter().copied().filter(is_node).map(move |field| at(place, field));
        let contexts: Vec<ContextSelectionSet<'_>> = places.iter().flat_map(of_nodes).collect();
        let name = <T as OutputType>::type_name();
        let of_node: Vec<_> = fields
            .iter()
            .copied()
            .filter(is_node)
            .map(|field| requested(&context.with_selection_set(&field.node.selection_set), &name))
            .collect();
        let mut contexts = contexts.iter();
        let mut text = Text::default();
        text.begin(b'[');
        for edge in self.0 {
            text.begin(b'{');
            let mut of_node = of_node.iter();
            for field in &fields {
                text.name(field);
                match field.node.name.node.as_str() {
                    "node" => {
                        if let (Some(context), Some(fields)) = (contexts.next(), of_node.next()) {
                            text.object(context, &edge.node, fields)?;
                        }
                    }
                    "cursor" => text.string(&edge.cursor),
                    _ => text.string(&edge_type),
                }
            }
            text.end(b'}');
        }
        text.end(b']');
        text.finish().await
    }
}

/// The context of an object that a field at this place gives.
fn at<'a>(place: &'a ContextSelectionSet<'a>, field: &'a Positioned<Field>) -> ContextSelectionSet<'a> {
    place.with_field(field).with_selection_set(&field.node.selection_set)
}

/// A page of a list.
#[guarded(name_type)]
impl<T: Fields + ObjectType + 'static> Connection<T> {
    /// The items of the page, each with its cursor.
    #[public]
    fn edges(&self) -> Edges<'_, T> {
        Edges(&self.edges)
    }

    /// The position of the page in its list.
    #[public]
    fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// How many items the whole list has. Counted only when asked for.
    #[public]
    async fn total_count(&self, context: &Context<'_>) -> Result<Option<u64>> {
        Ok(Some(self.total.take(Request::of(context)?).await?))
    }
}

/// One item of a page.
#[guarded(name_type)]
impl<T: Fields + ObjectType + 'static> Edge<T> {
    /// The position of the item in its list, for `after` and `before`.
    #[public]
    fn cursor(&self) -> &str {
        &self.cursor
    }

    /// The item.
    #[public]
    fn node(&self) -> &T {
        &self.node
    }
}
