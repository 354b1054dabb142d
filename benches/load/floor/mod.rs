//! The floors: the least work that any server must do. They have no authentication and no permissions. A bare handler
//! gives the same data as the real server, in a leaner form: lists without edges, and ids as they are stored.
//!
//! `one_statement.rs` lets the database build the whole answer as JSON. `flat_statements.rs` sends one statement for
//! each list (`lists.rs`), and puts the JSON together by hand.

mod flat_statements;
mod lists;
mod one_statement;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use chrono::NaiveDate;
use sea_orm::{QueryResult, Value};
use tenantry::base::db::Db;
use uuid::Uuid;

use super::bench::connect;

#[derive(Clone)]
struct Floor {
    db: Db,
    /// The person whose dashboard it is.
    user: Uuid,
    /// The reseller of the partner tree.
    bench: Uuid,
    /// The reseller of the deep tree.
    deep: Uuid,
}

impl Floor {
    /// What the query is about.
    fn subject(&self, query: &str) -> Uuid {
        match query {
            "dashboard" => self.user,
            "deep_tree" => self.deep,
            _ => self.bench,
        }
    }

    async fn rows(&self, sql: &str, values: Vec<Value>) -> Vec<QueryResult> {
        self.db.rows(sql, values).await.expect("rows")
    }
}

/// Serves the answers until the process ends.
pub async fn serve(url: &str, port: u16) {
    let db = connect(url).await;
    let one = async |column: &str, email: &str| {
        let sql = format!(
            "SELECT {column} FROM \"user\" u JOIN membership m ON m.user_id = u.id WHERE u.email = '{email}@scale.example'"
        );
        let rows = db.rows(sql, vec![]).await.expect("rows");
        rows[0].try_get_by_index::<Uuid>(0).expect("an id")
    };
    let user = one("u.id", "dashboard").await;
    let bench = one("m.organisation_id", "bench-reseller").await;
    let deep = one("m.organisation_id", "deep-reseller").await;
    let router = Router::new()
        .route("/one/{query}", get(answer_in_one))
        .route("/flat/{query}", get(answer_flat))
        .route("/metrics", get(metrics))
        .with_state(Floor { db, user, bench, deep });
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.expect("a port");
    axum::serve(listener, router).await.expect("served");
}

async fn answer_in_one(State(floor): State<Floor>, Path(query): Path<String>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], one_statement::answer(&floor, &query).await)
}

async fn answer_flat(State(floor): State<Floor>, Path(query): Path<String>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], flat_statements::answer(&floor, &query).await)
}

/// The number of statements, in the form of the real server.
async fn metrics(State(floor): State<Floor>) -> String {
    format!("tenantry_statements_total {}\n", floor.db.statements())
}

/// An open invoice is overdue from the day after its due date.
fn today() -> NaiveDate {
    chrono::Utc::now().date_naive()
}
