//! The floor: the least work that any server must do. It has no authentication and no permissions. One handwritten
//! statement builds the whole answer as JSON in the database.

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};
use tenantry::base::config::Config;
use tenantry::base::db::Db;
use uuid::Uuid;

#[derive(Clone)]
struct Floor {
    db: Db,
    reseller: Uuid,
    user: Uuid,
}

/// Serves the two answers until the process ends.
pub async fn serve(url: &str, port: u16) {
    let mut config = Config::defaults().expect("the defaults");
    config.database.url = url.to_owned();
    let db = Db::connect(&config).await.expect("the database");
    let one = async |sql: &str| {
        let row = db.reader().query_one_raw(Statement::from_string(db.backend(), sql)).await.expect("a row");
        row.expect("seeded data").try_get_by_index::<Uuid>(0).expect("an id")
    };
    let reseller = one("SELECT id FROM organisation WHERE name = 'Bench Reseller'").await;
    let user = one("SELECT id FROM \"user\" WHERE email = 'dashboard@scale.example'").await;
    let router = Router::new()
        .route("/partner-tree", get(partner_tree))
        .route("/dashboard", get(dashboard))
        .with_state(Floor { db, reseller, user });
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.expect("a port");
    axum::serve(listener, router).await.expect("served");
}

async fn answer(floor: &Floor, sql: String, id: Uuid) -> impl IntoResponse + use<> {
    let today = chrono::Utc::now().date_naive();
    let values: Vec<Value> = if sql.contains("$2") { vec![id.into(), today.into()] } else { vec![id.into()] };
    let statement = Statement::from_sql_and_values(floor.db.backend(), sql, values);
    let row = floor.db.reader().query_one_raw(statement).await.expect("an answer").expect("a row");
    ([(CONTENT_TYPE, "application/json")], row.try_get_by_index::<String>(0).expect("text"))
}

async fn partner_tree(State(floor): State<Floor>) -> impl IntoResponse {
    let sql = in_dialect(PARTNER_TREE, floor.db.backend());
    answer(&floor, sql, floor.reseller).await
}

async fn dashboard(State(floor): State<Floor>) -> impl IntoResponse {
    let sql = in_dialect(DASHBOARD, floor.db.backend());
    answer(&floor, sql, floor.user).await
}

/// The two dialects differ only in the names of functions.
fn in_dialect(sql: &str, backend: DbBackend) -> String {
    let (object, array, id) = match backend {
        DbBackend::Postgres => ("json_build_object(", "json_agg(", "("),
        _ => ("json_object(", "json_group_array(", "hex("),
    };
    let result = if backend == DbBackend::Postgres { "::text" } else { "" };
    sql.replace("OBJECT(", object).replace("ARRAY(", array).replace("HEX(", id).replace("::RESULT", result)
}

const PARTNER_TREE: &str = "SELECT (OBJECT('name', o.name, 'totalCount',
  (SELECT count(*) FROM partnership p WHERE p.reseller_id = o.id),
  'clients', (SELECT ARRAY(OBJECT('state', p.state, 'delegated', p.delegated, 'endsAt', p.ends_at, 'node',
    OBJECT('id', HEX(c.id), 'name', c.name, 'kind', c.kind, 'state', c.state,
      'members', (SELECT ARRAY(OBJECT('name', m.name, 'email', m.email, 'roles',
          (SELECT ARRAY(coalesce(mr.builtin, r.name)) FROM membership_role mr LEFT JOIN role r ON r.id = mr.role_id
            WHERE mr.membership_id = m.id)))
        FROM (SELECT m.id, u.name, u.email FROM membership m JOIN \"user\" u ON u.id = m.user_id
          WHERE m.organisation_id = c.id ORDER BY m.created_at, m.id LIMIT 5) m),
      'services', (SELECT ARRAY(OBJECT('kind', s.kind, 'name', s.name, 'state', s.state))
        FROM (SELECT * FROM service s WHERE s.organisation_id = c.id ORDER BY s.name, s.id LIMIT 5) s),
      'invoices', (SELECT ARRAY(OBJECT('number', i.number, 'total', i.total_minor, 'dueOn', i.due_on))
        FROM (SELECT * FROM invoice i WHERE i.organisation_id = c.id AND i.state = 'OPEN' AND i.due_on < $2
          ORDER BY i.issued_on DESC, i.id DESC LIMIT 3) i),
      'recipient', (SELECT coalesce(po.name, k.name, c.name) FROM organisation x
        LEFT JOIN payer y ON y.organisation_id = x.id AND y.state = 'ACTIVE' LEFT JOIN organisation po ON po.id = y.payer_id
        LEFT JOIN billing_details d ON d.organisation_id = x.id LEFT JOIN billing_contact k ON k.id = d.contact_id
        WHERE x.id = c.id LIMIT 1),
      'clients', (SELECT ARRAY(z.client_name) FROM (SELECT * FROM partnership z WHERE z.reseller_id = c.id
          ORDER BY z.client_name, z.id LIMIT 20) z))))
    FROM (SELECT * FROM partnership p WHERE p.reseller_id = o.id ORDER BY p.client_name, p.id LIMIT 100) p
    JOIN organisation c ON c.id = p.client_id)))::RESULT FROM organisation o WHERE o.id = $1";

const DASHBOARD: &str = "SELECT (OBJECT('name', u.name, 'email', u.email, 'organisations',
  (SELECT ARRAY(OBJECT('id', HEX(o.id), 'name', o.name, 'kind', o.kind,
      'payer', (SELECT po.name FROM payer y JOIN organisation po ON po.id = y.payer_id
        WHERE y.organisation_id = o.id AND y.state = 'ACTIVE' LIMIT 1),
      'paysFor', (SELECT ARRAY(q.name) FROM (SELECT oo.name FROM payer y JOIN organisation oo ON oo.id = y.organisation_id
        WHERE y.payer_id = o.id AND y.state = 'ACTIVE' LIMIT 10) q)))
    FROM (SELECT o.* FROM membership m JOIN organisation o ON o.id = m.organisation_id WHERE m.user_id = u.id
      ORDER BY o.name, o.id LIMIT 50) o)))::RESULT FROM \"user\" u WHERE u.id = $1";
