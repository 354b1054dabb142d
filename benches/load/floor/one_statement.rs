//! One hand-written statement for each query. It builds the whole answer as JSON in the database.

use sea_orm::{DbBackend, Value};

use super::{Floor, today};

/// The answer to the query.
pub async fn answer(floor: &Floor, query: &str) -> String {
    let json = Json { is_postgres: floor.db.backend() == DbBackend::Postgres };
    let sql = match query {
        "dashboard" => dashboard(json),
        "partner_tree" => partner_tree(json),
        "deep_tree" => deep_tree(json),
        _ => organisation_name(json),
    };
    let mut values: Vec<Value> = vec![floor.subject(query).into()];
    if sql.contains("$2") {
        values.push(today().into());
    }
    floor.rows(&sql, values).await[0].try_get_by_index(0).expect("text")
}

/// The functions that build JSON. Their names differ.
#[derive(Clone, Copy)]
struct Json {
    is_postgres: bool,
}

impl Json {
    /// An object, with an expression for each field.
    fn object(self, fields: &[(&str, &str)]) -> String {
        let function = if self.is_postgres { "json_build_object" } else { "json_object" };
        let fields: Vec<String> = fields.iter().map(|(name, value)| format!("'{name}', {value}")).collect();
        format!("{function}({})", fields.join(", "))
    }

    /// The items of a subquery as a list.
    fn list(self, item: &str, from: &str) -> String {
        let all = if self.is_postgres { "coalesce(json_agg(ITEM), '[]')" } else { "json_group_array(ITEM)" };
        format!("(SELECT {} FROM {from})", all.replace("ITEM", item))
    }

    fn id(self, column: &str) -> String {
        if self.is_postgres { column.to_owned() } else { format!("hex({column})") }
    }

    /// The statement for an answer.
    fn answer(self, fields: &[(&str, &str)], from: &str) -> String {
        format!("SELECT CAST({} AS text) FROM {from} WHERE id = $1", self.object(fields))
    }
}

fn members(json: Json, of: &str) -> String {
    let role = json.object(&[("name", "coalesce(mr.builtin, r.name)")]);
    let roles = "membership_role mr LEFT JOIN role r ON r.id = mr.role_id WHERE mr.membership_id = m.id";
    let node = json.object(&[
        ("user", &json.object(&[("name", "m.name")])),
        ("email", "m.email"),
        ("roles", &json.list(&role, roles)),
    ]);
    json.list(
        &node,
        &format!(
            "(SELECT m.id, u.name, u.email FROM membership m JOIN \"user\" u ON u.id = m.user_id
              WHERE m.organisation_id = {of} ORDER BY m.created_at, m.id LIMIT 5) m"
        ),
    )
}

fn services(json: Json, of: &str) -> String {
    let node = json.object(&[("kind", "s.kind"), ("name", "s.name"), ("state", "s.state")]);
    json.list(
        &node,
        &format!(
            "(SELECT s.kind, s.name, s.state FROM service s WHERE s.organisation_id = {of}
              ORDER BY s.name_key, s.id LIMIT 5) s"
        ),
    )
}

fn invoices(json: Json, of: &str, first: u32) -> String {
    let node = json.object(&[
        ("number", "i.number"),
        ("state", "CASE WHEN i.state = 'OPEN' AND i.due_on < $2 THEN 'OVERDUE' ELSE i.state END"),
        ("total", &json.object(&[("amountMinor", "CAST(i.total_minor AS text)"), ("currency", "i.currency")])),
        ("dueOn", "i.due_on"),
    ]);
    json.list(
        &node,
        &format!(
            "(SELECT * FROM invoice i WHERE i.organisation_id = {of} ORDER BY i.issued_on DESC, i.id DESC LIMIT {first}) i"
        ),
    )
}

fn payer(json: Json, of: &str) -> String {
    let payer = json.object(&[("name", "y.name")]);
    format!(
        "(SELECT {payer} FROM (SELECT o.name FROM payer y JOIN organisation o ON o.id = y.payer_id
           WHERE y.organisation_id = {of} AND y.state = 'ACTIVE' LIMIT 1) y)"
    )
}

/// The clients of a reseller.
fn clients(json: Json, node: &str, of: &str, (name, first): (&str, u32)) -> String {
    json.list(
        node,
        &format!(
            "(SELECT c.* FROM (SELECT p.client_id, p.client_key, p.id FROM partnership p WHERE p.reseller_id = {of}
                ORDER BY p.client_key, p.id LIMIT {first}) p
              JOIN organisation c ON c.id = p.client_id ORDER BY p.client_key, p.id) {name}"
        ),
    )
}

fn dashboard(json: Json) -> String {
    let node = json.object(&[
        ("id", &json.id("o.id")),
        ("name", "o.name"),
        ("kind", "o.kind"),
        ("members", &members(json, "o.id")),
        ("invoices", &invoices(json, "o.id", 3)),
        ("services", &services(json, "o.id")),
    ]);
    let organisations = json.list(
        &node,
        "(SELECT o.* FROM membership m JOIN organisation o ON o.id = m.organisation_id
            JOIN organisation_name n ON n.organisation_id = o.id
          WHERE m.user_id = u.id ORDER BY n.sort_key, o.id LIMIT 10) o",
    );
    json.answer(&[("name", "u.name"), ("organisations", &organisations)], "\"user\" u")
}

fn partner_tree(json: Json) -> String {
    let node = json.object(&[
        ("id", &json.id("c.id")),
        ("name", "c.name"),
        ("kind", "c.kind"),
        ("state", "c.state"),
        ("members", &members(json, "c.id")),
        ("services", &services(json, "c.id")),
        ("payer", &payer(json, "c.id")),
    ]);
    let clients = clients(json, &node, "o.id", ("c", 100));
    json.answer(&[("organisation", &json.object(&[("name", "o.name")])), ("clients", &clients)], "organisation o")
}

fn deep_tree(json: Json) -> String {
    let node = json.object(&[("id", &json.id("c.id")), ("name", "c.name"), ("invoices", &invoices(json, "c.id", 5))]);
    let below = json.object(&[("clients", &clients(json, &node, "r.id", ("c", 20)))]);
    let node = json.object(&[("id", &json.id("r.id")), ("name", "r.name"), ("reseller", &below)]);
    let resellers = clients(json, &node, "o.id", ("r", 20));
    json.answer(&[("organisation", &json.object(&[("name", "o.name")])), ("clients", &resellers)], "organisation o")
}

fn organisation_name(json: Json) -> String {
    json.answer(&[("id", &json.id("o.id")), ("name", "o.name")], "organisation o")
}
