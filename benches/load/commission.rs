//! Closing a month of commission over very many lines, by the mutation of the real server.

use std::time::Instant;

use chrono::{Datelike, Months, NaiveDate, Utc};
use entity::{commission_line, invoice_line, partnership};
use sea_orm::{EntityTrait, QueryOrder, QuerySelect};
use serde_json::json;
use tenantry::base::db::Db;
use tenantry::base::insert::insert_all;
use tenantry::base::random::Random;

use super::bench::{Bench, connect};
use super::process::Server;
use super::{log_in, processor};

/// The owner of the operator in the data.
const STAFF: &str = "operator@scale.example";
/// How many lines are written at once.
const CHUNK: usize = 10_000;

/// Writes this many lines of the last month, closes it, and prints how long that took. Then it tries to close it again.
pub async fn measure(bench: &Bench<'_>, count: usize) {
    let db = connect(bench.url).await;
    let this_month = Utc::now().date_naive().with_day(1).expect("a day");
    let month = this_month - Months::new(1);
    write(&db, month, count).await;
    db.close().await;
    let server = bench.serve().await;
    let token = log_in(&server, STAFF).await;
    println!("\ncommission: {count} lines");
    close(&server, &token, month).await;
    close(&server, &token, month).await;
}

/// Writes lines of all partnerships, as if each had earned a tenth of an invoice line.
async fn write(db: &Db, month: NaiveDate, count: usize) {
    let partnerships = partnership::Entity::find().order_by_asc(partnership::Column::Id);
    let partnerships = partnerships.all(db.reader()).await.expect("partnerships");
    let sold = invoice_line::Entity::find().order_by_asc(invoice_line::Column::Id).limit(count as u64);
    let sold = sold.all(db.reader()).await.expect("lines");
    let (random, now) = (Random::system(), Utc::now());
    for chunk in (0..count).collect::<Vec<_>>().chunks(CHUNK) {
        let line = |number: &usize| {
            let (earner, of) = (&partnerships[number * 31 % partnerships.len()], &sold[number % sold.len()]);
            commission_line::Model {
                id: random.id(now),
                reseller_id: earner.reseller_id,
                client_id: earner.client_id,
                partnership_id: earner.id,
                invoice_line_id: of.id,
                credit_note_id: None,
                allocation_id: None,
                product_id: of.product_id,
                description: of.description.clone(),
                period_starts_on: of.period_starts_on,
                period_ends_on: of.period_ends_on,
                currency: "SEK".to_owned(),
                base_minor: of.net_minor,
                basis_points: 1_000,
                lower_basis_points: 0,
                tier: 0,
                amount_minor: of.net_minor / 10,
                month,
                statement_id: None,
                created_at: now,
            }
        };
        let lines: Vec<commission_line::Model> = chunk.iter().map(line).collect();
        db.write(async |tx| Ok(insert_all(tx, &lines).await?)).await.expect("lines");
    }
}

async fn close(server: &Server, token: &str, month: NaiveDate) {
    let query = "mutation($input: CloseCommissionMonthInput!) { closeCommissionMonth(input: $input) { statementCount \
                 userErrors { code } } }";
    processor::forget_peak(server.id());
    let (statements, before) = (server.statements().await, processor::peak_mebibytes(server.id()));
    let own = processor::millis_of(server.id());
    let started = Instant::now();
    let answer =
        server.ask(Some(token), &json!({ "query": query, "variables": { "input": { "month": month } } })).await;
    let seconds = started.elapsed().as_secs_f64();
    let closed = &answer["data"]["closeCommissionMonth"];
    println!("{} statements, errors {}", closed["statementCount"], closed["userErrors"]);
    println!(
        "{seconds:.2} s, {:.2} s of processor time of the server, {} statements, its memory from {before} to at most {} MiB",
        (processor::millis_of(server.id()) - own) / 1_000.0,
        server.statements().await - statements,
        processor::peak_mebibytes(server.id())
    );
}
