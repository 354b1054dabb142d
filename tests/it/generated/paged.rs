//! Every list of the schema can be paged forwards and backwards, and shows each of its items once.

use async_graphql::parser::types::{InputValueDefinition, TypeKind};
use serde_json::{Value, json};

use crate::generated::schema::{Field, Schema, Way};
use crate::world::{Fixtures, HUB, World, with_database};

/// The fewest items that make pages of one and of two meaningful.
const FEWEST: usize = 3;

#[test]
fn every_list_pages_over_all_of_its_items_once_in_both_directions() {
    with_database(async |world| {
        let (schema, (_, fixtures)) = (Schema::exported(), HUB.rows());
        let ways = Way::all(&schema);
        let mut tested = 0;
        for field in schema.connections() {
            let way = &ways[field.owner];
            for order in orders(&schema, field) {
                let list = List { world: &world, schema: &schema, fixtures: &fixtures, way, field, order };
                list.test().await;
                tested += 1;
            }
        }
        assert!(tested >= 15, "only {tested} lists were tested");
    });
}

/// Each order that a list offers, and its default order.
pub fn orders(schema: &Schema, field: Field<'_>) -> Vec<Option<String>> {
    let mut orders = vec![None];
    let Some(argument) = field.argument("orderBy") else { return orders };
    let TypeKind::InputObject(input) = &schema.type_(argument.ty.node.base.to_string().as_str()).kind else {
        return orders;
    };
    let choices = |part: &InputValueDefinition| {
        let name = part.ty.node.base.to_string();
        match schema.types().find(|found| found.name.node == name.as_str()).map(|found| &found.kind) {
            Some(TypeKind::Enum(choices)) => {
                choices.values.iter().map(|choice| choice.node.value.to_string()).collect()
            }
            // The key of a property that the hub has defined.
            _ if part.name.node == "property" => vec!["\"score\"".to_owned()],
            _ => Vec::new(),
        }
    };
    let (ways, by): (Vec<_>, Vec<_>) =
        input.fields.iter().map(|part| &part.node).partition(|part| part.name.node == "direction");
    for part in by {
        for choice in choices(part) {
            let one = format!("{}: {choice}", part.name.node);
            for way in ways.iter().flat_map(|way| choices(way)) {
                orders.push(Some(format!("{{{one} direction: {way}}}")));
            }
        }
    }
    orders
}

struct List<'a> {
    world: &'a World,
    schema: &'a Schema,
    fixtures: &'a Fixtures,
    way: &'a Way<'a>,
    field: Field<'a>,
    order: Option<String>,
}

/// One page of the response.
struct Page {
    edges: Vec<Value>,
    info: Value,
    total: Value,
}

impl List<'_> {
    async fn test(&self) {
        let coordinate = format!("{} {}", self.field.coordinate(), self.order.as_deref().unwrap_or_default());
        let whole = self.page("first", 100, None).await;
        assert!(whole.edges.len() >= FEWEST, "{coordinate} has {} items at the hub", whole.edges.len());
        assert_eq!(whole.total, whole.edges.len(), "{coordinate}: totalCount");
        assert_eq!(whole.info["hasNextPage"], false, "{coordinate}");
        assert_eq!(whole.info["hasPreviousPage"], false, "{coordinate}");
        for size in [1, 2] {
            assert_eq!(self.walk("first", size).await, whole.edges, "{coordinate} forwards by {size}");
            assert_eq!(self.walk("last", size).await, whole.edges, "{coordinate} backwards by {size}");
        }
    }

    /// Goes from one end of the list to the other; returns the items in the order of the list.
    async fn walk(&self, direction: &str, size: usize) -> Vec<Value> {
        let forwards = direction == "first";
        let (more, edge) = if forwards { ("hasNextPage", "endCursor") } else { ("hasPreviousPage", "startCursor") };
        let (mut found, mut from) = (Vec::new(), None);
        for _ in 0..100 {
            let page = self.page(direction, size, from).await;
            assert!(page.edges.len() <= size);
            let behind = if forwards { &page.info["hasPreviousPage"] } else { &page.info["hasNextPage"] };
            assert_eq!(*behind, !found.is_empty(), "{}: is there another page?", self.field.coordinate());
            found.splice(if forwards { found.len()..found.len() } else { 0..0 }, page.edges);
            if page.info[more] == false {
                return found;
            }
            from = Some(page.info[edge].as_str().unwrap().to_owned());
        }
        panic!("{} has no end", self.field.coordinate());
    }

    async fn page(&self, direction: &str, size: usize, from: Option<String>) -> Page {
        let cursor = if direction == "first" { "after" } else { "before" };
        let mut given = vec![(direction, size.to_string())];
        given.extend(from.map(|from| (cursor, format!("{from:?}"))));
        given.extend(self.order.clone().map(|order| ("orderBy", order)));
        let arguments = self.schema.arguments(self.field, self.fixtures, &given);
        let selection = format!(
            "{}{arguments} {{ totalCount pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} \
             edges {{ cursor {} }} }}",
            self.field.name(),
            self.identity()
        );
        let existence = self.way.existence("");
        let query = self.way.document(self.fixtures, existence.as_ref(), &selection);
        let answer = self.world.as_(self.way.reader()).run(&query, json!({})).await;
        answer.ok();
        let mut path = self.way.path();
        path.push(self.field.name().to_owned());
        let page = answer.at(&path.join("/")).clone();
        let edges = page["edges"].as_array().unwrap_or_else(|| panic!("{query}\n{}", answer.text)).clone();
        let cursors = |edge: Option<&Value>| edge.map_or(Value::Null, |edge| edge["cursor"].clone());
        assert_eq!(page["pageInfo"]["startCursor"], cursors(edges.first()));
        assert_eq!(page["pageInfo"]["endCursor"], cursors(edges.last()));
        Page { edges, info: page["pageInfo"].clone(), total: page["totalCount"].clone() }
    }

    /// The field that identifies an item, besides its cursor.
    fn identity(&self) -> &'static str {
        let edge = self.field.type_name().replace("Connection", "Edge");
        let node = self.schema.fields_of(&edge).find(|field| field.name() == "node");
        let has_id = node.is_some_and(|node| self.schema.fields_of(node.type_name()).any(|field| field.name() == "id"));
        if has_id { "node { id }" } else { "__typename" }
    }
}
