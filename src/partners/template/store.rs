//! Statements about delegation templates.
#![expect(clippy::disallowed_methods, reason = "the statements about delegation templates belong in this file")]

use std::sync::Arc;

use entity::delegation_template::{self, ActiveModel, Column, Entity, Model};
use entity::partnership;
use sea_orm::prelude::DateTimeUtc;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult, IntoActiveModel, PaginatorTrait,
    QueryFilter, QueryOrder, QueryResult, QuerySelect, Set,
};
use uuid::Uuid;

use crate::access::Unchecked;
use crate::base::error::Result;
use crate::base::memory::{Heap, Kept, Table};
use crate::graphql::page::{Filter, Key, List, Page, PageArguments};
use crate::graphql::request::Request;
use crate::partners::partnership::{self as partnerships, Terms};
use crate::partners::proposal::{self, Expiry};

type Written<T> = Result<T, DbErr>;

/// The templates of a reseller, by name.
static OF_RESELLER: List<Model> =
    List::of_kept_rows(Table::DelegationTemplate, "organisation_id", Key::Text("name_key"));

impl Heap for Model {
    fn heap(&self) -> usize {
        self.name.heap() + self.name_key.heap()
    }
}

impl Kept for Model {}

/// A partnership whose client does not delegate what its template wants.
#[derive(Clone, Debug)]
pub struct Drifted {
    /// The partnership.
    pub partnership: Arc<partnership::Model>,
    /// The template.
    pub template: Arc<Model>,
    /// When the latest proposal was made that the client has not answered.
    pub asked_at: Option<DateTimeUtc>,
}

/// The partnerships of a reseller that differ from their templates, by the name of the client.
static DRIFTED: List<Drifted> = List {
    table: "partnership",
    placing: None,
    parent: "reseller_id",
    key: Key::Text("client_key"),
    descending: false,
    columns: "t.*, d.id AS d_id, d.organisation_id AS d_organisation_id, d.name AS d_name, d.name_key AS d_name_key, d.delegated AS d_delegated, \
              d.client_delegated AS d_client_delegated, d.includes_upstream AS d_includes_upstream, \
              d.created_at AS d_created_at, \
              (SELECT MAX(q.created_at) FROM partnership_proposal q WHERE q.partnership_id = t.id \
               AND q.organisation_id = t.reseller_id AND q.state = 'PROPOSED') AS asked_at",
    joins: "JOIN delegation_template d ON d.id = t.template_id",
    read: |rows| {
        let row = rows.first().ok_or_else(|| DbErr::RecordNotFound("no row".to_owned()))?;
        read(row)
    },
    keep: None,
};

fn read(row: &QueryResult) -> Written<Drifted> {
    Ok(Drifted {
        partnership: Arc::new(partnership::Model::from_query_result(row, "")?),
        template: Arc::new(Model::from_query_result(row, "d_")?),
        asked_at: row.try_get("", "asked_at")?,
    })
}

/// The condition that a partnership does not delegate what its template wants. The argument is its name in the
/// statement.
fn differs(partnership: &str) -> String {
    let columns = ["delegated", "client_delegated", "includes_upstream"];
    let differ = columns.map(|column| format!("w.{column} <> {partnership}.{column}")).join(" OR ");
    format!("EXISTS (SELECT 1 FROM delegation_template w WHERE w.id = {partnership}.template_id AND ({differ}))")
}

/// The condition that a partnership `t` is in force and differs from its template.
fn differing(now: DateTimeUtc) -> Filter {
    let in_force = partnerships::store::in_force("t", ":now");
    Filter::default().and_with(&in_force, [(":now", now.into())]).and(&differs("t"))
}

/// The templates of a reseller, by name.
pub async fn list_of_reseller(request: &Request, reseller: Uuid, page: &PageArguments) -> Result<Page<Model>> {
    OF_RESELLER.rows(request, reseller, page, Filter::default()).await
}

/// The template.
pub async fn look_up(request: &Request, id: Uuid) -> Result<Option<Unchecked<Arc<Model>>>> {
    OF_RESELLER.look_up(request, id).await
}

/// The clients of a reseller that differ from their templates, by name.
pub async fn list_drifted(request: &Request, reseller: Uuid, page: &PageArguments) -> Result<Page<Drifted>> {
    DRIFTED.rows(request, reseller, page, differing(request.now())).await
}

/// The template of a reseller as the transaction sees it.
pub async fn find_row(tx: &DatabaseTransaction, reseller: Uuid, id: Uuid) -> Written<Option<Model>> {
    Entity::find_by_id(id).filter(Column::OrganisationId.eq(reseller)).one(tx).await
}

/// The templates of the reseller among these.
pub async fn load_all(tx: &DatabaseTransaction, reseller: Uuid, ids: &[Uuid]) -> Written<Vec<Model>> {
    let own = Entity::find().filter(Column::OrganisationId.eq(reseller));
    own.filter(Column::Id.is_in(ids.iter().copied())).all(tx).await
}

/// The names of the templates of a reseller, except one template.
pub async fn list_names(tx: &DatabaseTransaction, reseller: Uuid, except: Option<Uuid>) -> Written<Vec<String>> {
    let own = Entity::find().filter(Column::OrganisationId.eq(reseller));
    let rows: Vec<(Uuid, String)> = own.select_only().columns([Column::Id, Column::Name]).into_tuple().all(tx).await?;
    Ok(rows.into_iter().filter(|(id, _)| Some(*id) != except).map(|(_, name)| name).collect())
}

/// Inserts a template.
pub async fn create(tx: &DatabaseTransaction, row: Model) -> Written<()> {
    Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// Gives a template another name and other terms.
pub async fn update(tx: &DatabaseTransaction, id: Uuid, name: &str, terms: Terms) -> Written<()> {
    let change = ActiveModel {
        name: Set(name.to_owned()),
        name_key: Set(collation::sort_key(name)),
        delegated: Set(terms.delegated.to_stored()),
        client_delegated: Set(terms.client_delegated.to_stored()),
        includes_upstream: Set(terms.includes_upstream),
        ..Default::default()
    };
    Entity::update_many().set(change).filter(Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

/// Deletes a template. Its clients have none afterwards.
pub async fn delete(tx: &DatabaseTransaction, id: Uuid) -> Written<()> {
    let none = partnership::ActiveModel { template_id: Set(None), ..Default::default() };
    partnership::Entity::update_many().set(none).filter(partnership::Column::TemplateId.eq(id)).exec(tx).await?;
    delegation_template::Entity::delete_by_id(id).exec(tx).await?;
    Ok(())
}

/// How many templates a reseller has.
pub async fn count(tx: &DatabaseTransaction, reseller: Uuid) -> Written<u64> {
    Entity::find().filter(Column::OrganisationId.eq(reseller)).count(tx).await
}

/// The condition that a partnership is one of these, belongs to the reseller and was not ended.
fn of_reseller(reseller: Uuid, partnerships: &[Uuid]) -> Condition {
    Condition::all()
        .add(partnership::Column::ResellerId.eq(reseller))
        .add(partnerships::store::is_not_ended())
        .add(partnership::Column::Id.is_in(partnerships.iter().copied()))
}

/// The partnerships of the reseller among these that were not ended, each with its template.
pub async fn assigned(
    tx: &DatabaseTransaction,
    reseller: Uuid,
    partnerships: &[Uuid],
) -> Written<Vec<(Uuid, Option<Uuid>)>> {
    let own =
        partnership::Entity::find().filter(of_reseller(reseller, partnerships)).order_by_asc(partnership::Column::Id);
    own.select_only().column(partnership::Column::Id).column(partnership::Column::TemplateId).into_tuple().all(tx).await
}

/// Assigns a template to clients, or none. Returns how many of the partnerships are the reseller's and were not ended.
pub async fn assign(
    tx: &DatabaseTransaction,
    reseller: Uuid,
    partnerships: &[Uuid],
    template: Option<Uuid>,
) -> Written<u64> {
    let change = partnership::ActiveModel { template_id: Set(template), ..Default::default() };
    let own = partnership::Entity::update_many().set(change).filter(of_reseller(reseller, partnerships));
    Ok(own.exec(tx).await?.rows_affected)
}

/// Partnerships of a reseller with their templates. Without `partnerships`, these are the first `most` that are in
/// force, differ from their templates and have no pending proposal.
pub async fn with_templates(
    tx: &DatabaseTransaction,
    reseller: Uuid,
    partnerships: Option<&[Uuid]>,
    expiry: Expiry,
    most: u64,
) -> Written<Vec<(partnership::Model, Option<Model>)>> {
    let mut rows = partnership::Entity::find().filter(partnership::Column::ResellerId.eq(reseller));
    if let Some(ids) = partnerships {
        rows = rows.filter(partnership::Column::Id.is_in(ids.iter().copied()));
    } else {
        rows = rows
            .filter(Expr::cust(differs("partnership")))
            .filter(partnership::Column::Id.not_in_subquery(proposal::store::pending(reseller, expiry)))
            .filter(partnerships::store::is_in_force_at(expiry.now))
            .order_by_asc(partnership::Column::ClientName)
            .order_by_asc(partnership::Column::Id)
            .limit(most);
    }
    let rows = rows.all(tx).await?;
    let ids: Vec<Uuid> = rows.iter().filter_map(|row| row.template_id).collect();
    let templates = load_all(tx, reseller, &ids).await?;
    let of = |id: Option<Uuid>| templates.iter().find(|template| Some(template.id) == id).cloned();
    Ok(rows
        .into_iter()
        .map(|row| {
            let template = of(row.template_id);
            (row, template)
        })
        .collect())
}
