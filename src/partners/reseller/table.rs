//! The client table of a reseller as a file, one page at a time: the clients of a view or of a filter, with its columns.
//!
//! Each page checks the viewer's rights again. A figure that a client does not show to the viewer is an empty cell.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::resolver_utils::enum_value;
use async_graphql::{ID, Value};
use entity::partnership;
use entity::property_definition::Model as Definition;
use futures_util::future::join_all;
use uuid::Uuid;

use super::clients::{self, Choice, Relations};
use super::criteria::{ClientFilter, ClientOrder, choose};
use super::figures::{AllFigures, Figures};
use super::object::Reseller;
use crate::access::{Decision, Permission};
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::base::money::Money;
use crate::base::sheet;
use crate::graphql::act::Find;
use crate::graphql::page::PageArguments;
use crate::graphql::request::Request;
use crate::organisation::OrganisationKind;
use crate::partners::client_view::ClientView;
use crate::partners::overview::{Figure, Subscribed, Sums};
use crate::partners::partnership::state_at;
use crate::partners::property;

/// The columns that every table has, before its own: the client's name, the reseller's number for it, its kind, the state of
/// the partnership, and its id.
const FIXED: [&str; 5] = ["name", "reference", "kind", "partnershipState", "organisationId"];

/// The most columns besides the fixed ones.
const MOST_COLUMNS: usize = 100;

/// The clients that a table has, and its columns.
pub struct Wanted {
    /// A saved view, instead of filter and order.
    pub view: Option<ID>,
    /// The filter.
    pub filter: Option<ClientFilter>,
    /// The order.
    pub order: Option<ClientOrder>,
    /// Keys of properties and names of figures; without them, those of the view.
    pub columns: Option<Vec<String>>,
}

/// The filter and the order of a view, or those that were given instead, and the view.
pub async fn chosen(
    request: &Request,
    reseller: &Decision,
    view: Option<&ID>,
    filter: Option<&ClientFilter>,
    order: Option<&ClientOrder>,
) -> Result<(Choice, Option<ClientView>)> {
    let Some(id) = view else { return Ok((choose(request, reseller, filter, order).await?, None)) };
    if filter.is_some() || order.is_some() {
        let message = "A view has its own filter and order. Give either a view, or filter and orderBy.";
        return Err(Error::InvalidInput(message.to_owned()));
    }
    let view = ClientView::find(request, Type::ClientView.parse(id)?).await?;
    let view = view.filter(|view| view.reseller() == reseller.id()).ok_or(Error::NotFound)?;
    let (filter, order) = view.criteria()?;
    let chosen = choose(request, reseller, filter.as_ref(), order.as_ref()).await;
    Ok((chosen.map_err(|error| view.outdated(error))?, Some(view)))
}

/// A column besides the fixed ones.
enum Column<'a> {
    Figure(Figure),
    Property(&'a Definition),
}

/// The columns with these names. Those of a view may name properties that are gone, which are left out.
fn columns<'a>(definitions: &'a [Definition], names: &[String], is_of_view: bool) -> Result<Vec<Column<'a>>> {
    if names.len() > MOST_COLUMNS {
        let message = format!("columns names {} columns. Name at most {MOST_COLUMNS}.", names.len());
        return Err(Error::InvalidInput(message));
    }
    let mut found = Vec::with_capacity(names.len());
    for name in names {
        match (Figure::named(name), property::named(definitions, name)) {
            (Some(figure), _) => found.push(Column::Figure(figure)),
            (None, Ok(definition)) => found.push(Column::Property(definition)),
            (None, Err(_)) if is_of_view => {}
            (None, Err(message)) => {
                let figures = Figure::ALL.map(Figure::name).join(", ");
                return Err(Error::InvalidInput(format!("columns: {message} The figures are: {figures}.")));
            }
        }
    }
    Ok(found)
}

/// An export, and how far it has been read.
pub struct TableExport {
    reseller: Uuid,
    wanted: Wanted,
    rows: usize,
    /// The cursor of the last client that was read.
    after: Option<Arc<str>>,
    has_begun: bool,
    is_done: bool,
}

impl TableExport {
    /// The export of the clients of a reseller, with `rows` of them to a page.
    pub fn new(reseller: Uuid, wanted: Wanted, rows: usize) -> Self {
        Self { reseller, wanted, rows: rows.max(1), after: None, has_begun: false, is_done: false }
    }

    /// The next page; `None` at the end.
    pub async fn page(&mut self, request: &Request) -> Result<Option<Vec<u8>>> {
        if self.is_done {
            return Ok(None);
        }
        let top = request.access.look(self.reseller).await?.ok_or(Error::NotFound)?;
        Reseller::of(&top).ok_or(Error::NotFound)?;
        top.require(Permission::ClientRead)?;
        let Wanted { view, filter, order, columns: given } = &self.wanted;
        let (choice, view) = chosen(request, &top, view.as_ref(), filter.as_ref(), order.as_ref()).await?;
        let names = given.clone().or_else(|| view.as_ref().map(ClientView::keys)).unwrap_or_default();
        let definitions = property::store::all(request, top.id()).await?;
        let columns = columns(&definitions, &names, given.is_none())?;
        let page = PageArguments::next(self.after.as_deref(), self.rows)?;
        let relations = clients::list(request, top.id(), &page, choice).await?;
        let mut text = Vec::new();
        if !self.has_begun {
            text.extend_from_slice(sheet::MARK.as_bytes());
            let own = columns.iter().map(|column| match column {
                Column::Figure(figure) => Cow::Borrowed(figure.name()),
                Column::Property(definition) => Cow::Borrowed(definition.label.as_str()),
            });
            text.extend(sheet::lines([FIXED.map(Cow::Borrowed).into_iter().chain(own)])?);
        }
        text.extend(lines(request, &relations, &columns).await?);
        self.has_begun = true;
        self.is_done = !relations.slice.has_next;
        self.after = relations.slice.items.last().map(|(cursor, _)| Arc::clone(cursor));
        Ok(Some(text))
    }
}

/// The lines of a page: figures and values of all its clients are read together.
async fn lines(request: &Request, relations: &Relations, columns: &[Column<'_>]) -> Result<Vec<u8>> {
    let needs_figures = columns.iter().any(|column| matches!(column, Column::Figure(_)));
    let shown = relations.clients.values().filter(|_| needs_figures);
    let figures = AllFigures::load(request, shown).await?;
    let keys: Vec<String> = columns
        .iter()
        .filter_map(|column| match column {
            Column::Property(definition) => Some(definition.key.clone()),
            Column::Figure(_) => None,
        })
        .collect();
    let rows = || relations.slice.items.iter().map(|(_, row)| row);
    let mut values: HashMap<Uuid, HashMap<String, String>> = HashMap::new();
    if !keys.is_empty() {
        let read = rows().map(async |row| {
            let found = property::store::of_partnership(request, row.id, Some(&keys)).await?;
            let set = found.iter().filter_map(|one| Some((one.key.clone(), one.value.clone()?)));
            Ok::<_, Error>((row.id, set.collect()))
        });
        values = join_all(read).await.into_iter().collect::<Result<_>>()?;
    }
    let mut table = Vec::new();
    for row in rows() {
        let Some(client) = relations.clients.get(&row.client_id) else { continue };
        let figures = figures.of(client);
        let mut line = fixed(request, row, client);
        for column in columns {
            line.push(match column {
                Column::Figure(figure) => Cow::Owned(cell(*figure, &figures)?),
                Column::Property(definition) => {
                    let value = values.get(&row.id).and_then(|values| values.get(&definition.key));
                    Cow::Owned(value.cloned().unwrap_or_default())
                }
            });
        }
        table.push(line);
    }
    sheet::lines(table)
}

fn fixed<'a>(request: &Request, row: &'a partnership::Model, client: &Decision) -> Vec<Cow<'a, str>> {
    let card = client.card();
    let name = |value: Value| match value {
        Value::Enum(name) => name.to_string(),
        other => other.to_string(),
    };
    let kind = name(enum_value(OrganisationKind::from(card.kind)));
    let state = name(enum_value(state_at(row, request.now())));
    vec![
        Cow::Owned(card.name),
        Cow::Borrowed(row.reference.as_deref().unwrap_or_default()),
        Cow::Owned(kind),
        Cow::Owned(state),
        Cow::Owned(Type::Organisation.id(card.id).0),
    ]
}

/// A figure as a cell: empty if the viewer may not see it.
fn cell(figure: Figure, figures: &Figures) -> Result<String> {
    let count = |count: Option<u64>| count.map(|count| count.to_string());
    let sums = |sums: Option<Result<Vec<Money>>>| sums.transpose().map(|sums| sums.map(amounts));
    let (subscribed, invoiced) = (figures.subscribed.as_ref(), figures.invoiced.as_ref());
    let text = match figure {
        Figure::Members => count(figures.members),
        Figure::Subscriptions => count(subscribed.map(|found| found.count)),
        Figure::MonthlyRecurring => sums(subscribed.map(Subscribed::monthly))?,
        Figure::OpenAmount => sums(invoiced.map(|found| Sums::money(&found.open.1)))?,
        Figure::OverdueAmount => sums(invoiced.map(|found| Sums::money(&found.overdue.1)))?,
    };
    Ok(text.unwrap_or_default())
}

/// Amounts with their currencies; 0 if there are none.
fn amounts(money: Vec<Money>) -> String {
    let texts: Vec<String> =
        money.into_iter().map(|one| format!("{} {}", one.decimal(), one.into_currency())).collect();
    if texts.is_empty() { "0".to_owned() } else { texts.join("; ") }
}
