//! Statements that count and add up. One statement serves all organisations, or all resellers, that a request asks for
//! at the same time.

use std::collections::{BTreeMap, HashMap};

use sea_orm::prelude::Date;
use sea_orm::{ActiveEnum, DbBackend, DbErr, QueryResult, Value};
use uuid::Uuid;

use super::rules::{Figure, Invoiced, Over, Seats, Subscribed};
use crate::access::{ClientReach, Decision, Permission};
use crate::base::db::Db;
use crate::base::error::{Error, Result};
use crate::graphql::request::Request;
use crate::partners::partnership::PartnershipState;
use crate::partners::partnership::store::in_force;

/// Joins the subscriptions that have not ended.
const SUBSCRIPTIONS: &str =
    "subscription s ON s.organisation_id = t.id AND s.state IN ('PENDING', 'ACTIVE', 'CANCELLED')";
/// Joins the invoices that are issued and not fully paid.
const INVOICES: &str = "invoice i ON i.organisation_id = t.id AND i.state = 'OPEN'";

/// How many members an organisation has.
pub async fn members(request: &Request, organisation: Uuid) -> Result<u64> {
    let batch = request.lists.batch::<u64>("overview members".to_owned());
    let found = batch.load(organisation, async |ids| members_of(request.db(), &ids).await).await?;
    Ok(found.unwrap_or_default())
}

/// The subscriptions of an organisation.
pub async fn subscribed(request: &Request, organisation: Uuid) -> Result<Subscribed> {
    let batch = request.lists.batch::<Subscribed>("overview subscriptions".to_owned());
    let found = batch.load(organisation, async |ids| subscribed_of(request.db(), &ids).await).await?;
    Ok(found.unwrap_or_default())
}

/// The open invoices of an organisation.
pub async fn invoiced(request: &Request, organisation: Uuid) -> Result<Invoiced> {
    let today = request.today();
    let batch = request.lists.batch::<Invoiced>("overview invoices".to_owned());
    let found = batch.load(organisation, async |ids| invoiced_of(request.db(), &ids, today).await).await?;
    Ok(found.unwrap_or_default())
}

/// The seats of an organisation.
pub async fn seats(request: &Request, organisation: Uuid) -> Result<Seats> {
    let batch = request.lists.batch::<Seats>("overview seats".to_owned());
    let found = batch.load(organisation, async |ids| seats_of(request.db(), &ids).await).await?;
    Ok(found.unwrap_or_default())
}

/// The number of members of each organisation. An organisation without members has no entry.
pub async fn members_of(db: &Db, ids: &[Uuid]) -> Result<HashMap<Uuid, u64>> {
    let condition = db.among("organisation_id", 1);
    let sql = format!("SELECT organisation_id, COUNT(*) FROM membership WHERE {condition} GROUP BY organisation_id");
    let rows = db.rows(sql, vec![db.keys(ids)]).await?;
    let counted = rows.iter().map(|row| Ok((row.try_get_by_index(0)?, count(row, 1)?)));
    Ok(counted.collect::<Result<_, DbErr>>()?)
}

/// The subscriptions of each organisation. An organisation without subscriptions has no entry.
pub async fn subscribed_of(db: &Db, ids: &[Uuid]) -> Result<HashMap<Uuid, Subscribed>> {
    read_subscribed(&db.rows(subscriptions(db, themselves(db)), vec![db.keys(ids)]).await?)
}

/// The open invoices of each organisation. An organisation without open invoices has no entry.
pub async fn invoiced_of(db: &Db, ids: &[Uuid], today: Date) -> Result<HashMap<Uuid, Invoiced>> {
    read_invoiced(&db.rows(invoices(db, themselves(db), 2), vec![db.keys(ids), today.into()]).await?)
}

/// The seats of each organisation. An organisation without seats has no entry.
pub async fn seats_of(db: &Db, ids: &[Uuid]) -> Result<HashMap<Uuid, Seats>> {
    counted_seats(db, themselves(db), vec![db.keys(ids)]).await
}

/// A figure of each organisation: its amounts by currency, or its count under the empty text. An organisation without any
/// has no entry. Yearly and monthly costs have the same order, so the cost of a month is given as that of twelve.
pub async fn figure_of(
    db: &Db,
    figure: Figure,
    ids: &[Uuid],
    today: Date,
) -> Result<HashMap<Uuid, BTreeMap<String, i128>>> {
    let count = |count: u64| BTreeMap::from([(String::new(), i128::from(count))]);
    Ok(match figure {
        Figure::Members => members_of(db, ids).await?.into_iter().map(|(id, members)| (id, count(members))).collect(),
        Figure::Subscriptions => {
            subscribed_of(db, ids).await?.into_iter().map(|(id, found)| (id, count(found.count))).collect()
        }
        Figure::MonthlyRecurring => {
            let found = subscribed_of(db, ids).await?.into_iter();
            found.map(|(id, found)| (id, found.twelve_months().minor().clone())).collect()
        }
        Figure::OpenAmount => invoiced_of(db, ids, today)
            .await?
            .into_iter()
            .map(|(id, found)| (id, found.open.1.minor().clone()))
            .collect(),
        Figure::OverdueAmount => {
            let found = invoiced_of(db, ids, today).await?.into_iter();
            found.map(|(id, found)| (id, found.overdue.1.minor().clone())).collect()
        }
    })
}

/// The organisations in parameter 1, each as its own owner.
fn themselves(db: &Db) -> &'static str {
    match db.backend() {
        DbBackend::Postgres => "(SELECT k.id, k.id AS owner FROM unnest($1) AS k(id)) t",
        _ => "(SELECT unhex(value) AS id, unhex(value) AS owner FROM json_each($1)) t",
    }
}

/// How many clients a reseller has, by the state of the partnership.
pub async fn clients(request: &Request, reseller: Uuid) -> Result<Vec<(PartnershipState, u64)>> {
    let batch = request.lists.batch::<Vec<(PartnershipState, u64)>>("summary clients".to_owned());
    let load = async |ids: Vec<Uuid>| {
        let db = request.db();
        let sql = format!(
            "SELECT reseller_id, standing, COUNT(*) FROM (SELECT reseller_id, CASE WHEN state = 'ENDED' THEN 3 \
               WHEN ends_at <= $2 THEN 2 WHEN starts_at > $2 THEN 0 ELSE 1 END AS standing \
             FROM partnership WHERE {} AND state IN ('ACTIVE', 'ENDED')) p GROUP BY reseller_id, standing ORDER BY 2",
            db.among("reseller_id", 1)
        );
        let mut found: HashMap<Uuid, Vec<(PartnershipState, u64)>> = HashMap::new();
        for row in db.rows(sql, vec![db.keys(&ids), request.now().into()]).await? {
            let state = match row.try_get_by_index::<i32>(1)? {
                0 => PartnershipState::Scheduled,
                1 => PartnershipState::Active,
                2 => PartnershipState::Expired,
                _ => PartnershipState::Ended,
            };
            found.entry(row.try_get_by_index(0)?).or_default().push((state, count(&row, 2)?));
        }
        Ok(found)
    };
    Ok(batch.load(reseller, load).await?.unwrap_or_default())
}

/// The subscriptions of a reseller's clients, over the clients that delegate SUBSCRIPTION_READ to the viewer.
pub async fn subscribed_below(request: &Request, reseller: &Decision) -> Result<Over<Subscribed>> {
    let sums = async |db: &Db, source: &str, values: Vec<Value>| {
        read_subscribed(&db.rows(subscriptions(db, source), values).await?)
    };
    below(request, reseller, Permission::SubscriptionRead, "subscriptions", sums).await
}

/// The open invoices of a reseller's clients, over the clients that delegate INVOICE_READ to the viewer.
pub async fn invoiced_below(request: &Request, reseller: &Decision) -> Result<Over<Invoiced>> {
    let today = request.today();
    let sums = async |db: &Db, source: &str, mut values: Vec<Value>| {
        values.push(today.into());
        read_invoiced(&db.rows(invoices(db, source, values.len()), values).await?)
    };
    below(request, reseller, Permission::InvoiceRead, "invoices", sums).await
}

/// The seats of a reseller's clients, over the clients that delegate USAGE_READ to the viewer.
pub async fn seats_below(request: &Request, reseller: &Decision) -> Result<Over<Seats>> {
    below(request, reseller, Permission::UsageRead, "seats", counted_seats).await
}

/// Adds up over the clients that delegate the permission. Two statements serve all resellers with the same reach.
async fn below<T, F>(
    request: &Request,
    reseller: &Decision,
    permission: Permission,
    what: &str,
    sums: F,
) -> Result<Over<T>>
where
    T: Clone + Default + Send + Sync + 'static,
    F: AsyncFnOnce(&Db, &str, Vec<Value>) -> Result<HashMap<Uuid, T>>,
{
    let reach = reseller.client_reach(permission);
    let batch = request.lists.batch::<Over<T>>(format!("summary {what} {reach:?}"));
    let load = async |ids: Vec<Uuid>| {
        let db = request.db();
        let clients = format!(
            "SELECT p.reseller_id AS owner, p.client_id AS id, CASE WHEN {} THEN 1 ELSE 0 END AS included \
             FROM partnership p WHERE {} AND {}",
            is_reached("p", &reach, permission),
            db.among("p.reseller_id", 1),
            in_force("p", "$2")
        );
        let values = vec![db.keys(&ids), request.now().into()];
        let counting = format!("SELECT t.owner, COUNT(*), SUM(t.included) FROM ({clients}) t GROUP BY t.owner");
        let mut found: HashMap<Uuid, Over<T>> = HashMap::new();
        for row in db.rows(counting, values.clone()).await? {
            let over = Over { of_clients: count(&row, 1)?, clients: count(&row, 2)?, sums: T::default() };
            found.insert(row.try_get_by_index(0)?, over);
        }
        if found.values().any(|over| over.clients > 0) {
            let source = format!("(SELECT p.* FROM ({clients}) p WHERE p.included = 1) t");
            for (owner, added) in sums(db, &source, values).await? {
                found.entry(owner).or_default().sums = added;
            }
        }
        Ok(found)
    };
    Ok(batch.load(reseller.id(), load).await?.unwrap_or_default())
}

/// The condition that the reach includes the client of partnership `p`, if that is in force. It must agree with the
/// resolver's rule.
pub fn is_reached(p: &str, reach: &ClientReach, permission: Permission) -> String {
    match reach {
        ClientReach::Closed => "1 = 0".to_owned(),
        ClientReach::Open => {
            format!("NOT EXISTS (SELECT 1 FROM organisation o WHERE o.id = {p}.client_id AND o.kind = 'OPERATOR')")
        }
        ClientReach::Delegated { upstream_only, states } => {
            let upstream = if *upstream_only { format!("AND {p}.includes_upstream") } else { String::new() };
            let states: Vec<String> = states.iter().map(|state| format!("'{}'", state.to_value())).collect();
            format!(
                "({p}.delegated & {}) <> 0 {upstream} AND EXISTS (SELECT 1 FROM organisation o \
                   WHERE o.id = {p}.client_id AND o.kind <> 'OPERATOR' AND o.state IN ({}))",
                permission.bit(),
                states.join(", ")
            )
        }
    }
}

/// The statement that adds up the subscriptions for each `owner`, over its organisations `id` in the source.
fn subscriptions(db: &Db, source: &str) -> String {
    let sum = exact_sum(db.backend(), "s.unit_price_minor", "s.quantity");
    format!(
        "SELECT t.owner, s.currency, s.\"interval\", s.state, COUNT(*), {sum} FROM {source} JOIN {SUBSCRIPTIONS} \
         GROUP BY t.owner, s.currency, s.\"interval\", s.state"
    )
}

fn read_subscribed(rows: &[QueryResult]) -> Result<HashMap<Uuid, Subscribed>> {
    let mut found: HashMap<Uuid, Subscribed> = HashMap::new();
    for row in rows {
        let all = found.entry(row.try_get_by_index(0)?).or_default();
        all.count += count(row, 4)?;
        let (currency, interval): (String, String) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        if row.try_get_by_index::<String>(3)? == "ACTIVE" {
            all.add(&currency, read_sum(row, 5)?, interval == "YEAR");
        }
    }
    Ok(found)
}

/// The same for open invoices. `today` is the position of the parameter with the current day.
fn invoices(db: &Db, source: &str, today: usize) -> String {
    let [total, paid] =
        ["i.total_minor", "(i.paid_minor + i.settled_minor)"].map(|column| exact_sum(db.backend(), column, "1"));
    let overdue = format!("CASE WHEN i.due_on < ${today} THEN 1 ELSE 0 END");
    format!(
        "SELECT t.owner, i.currency, {overdue} AS overdue, COUNT(*), {total}, {paid} FROM {source} JOIN {INVOICES} \
         GROUP BY t.owner, i.currency, {overdue}"
    )
}

fn read_invoiced(rows: &[QueryResult]) -> Result<HashMap<Uuid, Invoiced>> {
    let mut found: HashMap<Uuid, Invoiced> = HashMap::new();
    for row in rows {
        let currency: String = row.try_get_by_index(1)?;
        let left = read_sum(row, 4)?.saturating_sub(read_sum(row, 5)?);
        let is_overdue = row.try_get_by_index::<i32>(2)? == 1;
        found.entry(row.try_get_by_index(0)?).or_default().add(&currency, count(row, 3)?, left, is_overdue);
    }
    Ok(found)
}

/// Adds up the seats of each `owner` on the last day that was counted, over its organisations `id` in the source.
async fn counted_seats(db: &Db, source: &str, values: Vec<Value>) -> Result<HashMap<Uuid, Seats>> {
    let sums = ["granted", "assigned", "active_30", "never"].map(|column| format!("CAST(SUM(u.{column}) AS BIGINT)"));
    let sql = format!(
        "SELECT t.owner, {} FROM {source} JOIN usage_day u ON u.organisation_id = t.id \
           AND u.day = (SELECT MAX(d.day) FROM usage_day d WHERE d.organisation_id = t.id) \
         JOIN feature f ON f.id = u.feature_id AND f.kind = 'SEAT' GROUP BY t.owner",
        sums.join(", ")
    );
    let rows = db.rows(sql, values).await?;
    let found = rows.iter().map(|row| {
        let (owner, granted, assigned, active_30, never) = row.try_get_many_by_index()?;
        Ok((owner, Seats { granted, assigned, active_30, never }))
    });
    Ok(found.collect::<Result<_, DbErr>>()?)
}

fn count(row: &QueryResult, index: usize) -> Result<u64, DbErr> {
    Ok(row.try_get_by_index::<i64>(index)?.unsigned_abs())
}

/// The exact sum of `amount * times` as a text for `read_sum`, even if it needs more than 64 bits. SQLite has no larger
/// numbers, so it adds up each 16 bits of the amounts separately.
fn exact_sum(backend: DbBackend, amount: &str, times: &str) -> String {
    if backend == DbBackend::Postgres {
        return format!("SUM(CAST({amount} AS numeric) * {times})::text");
    }
    let quarters = [48, 32, 16, 0].map(|shift| format!("SUM((({amount} >> {shift}) & 65535) * {times})"));
    quarters.join(" || ',' || ")
}

fn read_sum(row: &QueryResult, index: usize) -> Result<i128> {
    let text: String = row.try_get_by_index(index)?;
    let add = |sum: i128, quarter: &str| sum.checked_mul(1 << 16)?.checked_add(quarter.parse::<i128>().ok()?);
    text.split(',').try_fold(0, add).ok_or_else(|| Error::fault(format!("{text} is not a sum of amounts")))
}
