//! One round of the renewal job over very many subscriptions that are due, in this process.

use std::sync::Arc;
use std::time::Instant;

use chrono::{Days, Months, Utc};
use entity::{organisation, product, subscription, subscription_change as change};
use sea_orm::{EntityTrait, IntoActiveModel, PaginatorTrait, QueryOrder, QuerySelect};
use tenantry::access::Actor;
use tenantry::base::config::Config;
use tenantry::base::db::{Db, counted};
use tenantry::base::random::Random;
use tenantry::catalogue::subscription::renew;
use tenantry::graphql::request::Request;
use tenantry::seed::rows;
use uuid::Uuid;

use super::bench::{Bench, connect};
use super::processor;

/// How many rows are written at once.
const CHUNK: usize = 500;

/// Makes this many subscriptions due, renews them, and prints how long it took. The database was just filled, so what it has
/// due comes on top.
pub async fn measure(bench: &Bench<'_>, count: usize) {
    let db = connect(bench.url).await;
    write(&db, count).await;
    let mut config = Config::defaults().expect("the defaults");
    bench.url.clone_into(&mut config.database.url);
    let request = Request::new(db.clone(), Random::system(), Arc::new(config), Actor::Anonymous, Utc::now());
    let this = std::process::id();
    processor::forget_peak(this);
    let (before, processor) = (processor::peak_mebibytes(this), processor::millis_of(this));
    let started = Instant::now();
    let (done, statements) = Box::pin(counted(renew(&request))).await;
    let (done, seconds) = (done.expect("a round"), started.elapsed().as_secs_f64());
    let left = count_due(&db).await;
    println!(
        "\nrenewals: {} renewed, {} ended, {} prices announced, {left} left",
        done.renewed, done.ended, done.announced
    );
    println!(
        "{seconds:.1} s, {:.1} s of processor time, {statements} statements, memory from {before} to at most {} MiB",
        (processor::millis_of(this) - processor) / 1_000.0,
        processor::peak_mebibytes(this)
    );
    let started = Instant::now();
    renew(&request).await.expect("a round");
    println!("a round with nothing to do: {:.3} s", started.elapsed().as_secs_f64());
    db.close().await;
}

/// Writes monthly subscriptions of all organisations, whose commitment ended within the last 20 days. One in twenty is
/// cancelled, and one in twenty waits to be lowered.
async fn write(db: &Db, count: usize) {
    let product = product::Entity::find().one(db.reader()).await.expect("products").expect("a product");
    let organisations: Vec<Uuid> = organisation::Entity::find()
        .select_only()
        .column(organisation::Column::Id)
        .order_by_asc(organisation::Column::Id)
        .into_tuple()
        .all(db.reader())
        .await
        .expect("organisations");
    let (random, now) = (Random::system(), Utc::now());
    let today = now.date_naive();
    for chunk in (0..count).collect::<Vec<_>>().chunks(CHUNK) {
        let (mut subscriptions, mut changes) = (Vec::new(), Vec::new());
        for number in chunk {
            let starts_on = today - Months::new(1) - Days::new((number * 7 % 20) as u64);
            let organisation = organisations[number * 31 % organisations.len()];
            let mut row = rows::subscription(random.id(now), organisation, &product, (1_000, "SEK"), starts_on);
            row.quantity = 5;
            changes.push(rows::start(&row, now));
            let later = |kind, quantity| change::Model {
                id: random.id(now),
                position: 2,
                kind,
                effective_on: row.committed_until,
                quantity,
                state: change::State::Scheduled,
                ..rows::start(&row, now)
            };
            match number % 20 {
                0 => changes.push(later(change::Kind::Cancel, 0)),
                1 => changes.push(later(change::Kind::Lower, 4)),
                _ => {}
            }
            if number % 20 == 0 {
                row.state = subscription::State::Cancelled;
            }
            subscriptions.push(row.into_active_model());
        }
        let changes = changes.into_iter().map(IntoActiveModel::into_active_model);
        subscription::Entity::insert_many(subscriptions).exec_without_returning(db.writer()).await.expect("rows");
        change::Entity::insert_many(changes).exec_without_returning(db.writer()).await.expect("rows");
    }
}

/// How many are due still.
async fn count_due(db: &Db) -> u64 {
    use sea_orm::{ColumnTrait, QueryFilter};
    use subscription::{Column, State};
    let open = subscription::Entity::find().filter(Column::State.is_in([State::Active, State::Cancelled]));
    open.filter(Column::CommittedUntil.lte(Utc::now().date_naive())).count(db.reader()).await.expect("a count")
}
