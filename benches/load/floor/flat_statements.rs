//! One hand-written statement for each list of a query, and JSON put together by hand.

use chrono::NaiveDate;
use sea_orm::QueryResult;
use uuid::Uuid;

use super::lists::{List, Lists, get, put, put_id, put_text};
use super::{Floor, today};

/// The answer to the query.
pub async fn answer(floor: &Floor, query: &str) -> Vec<u8> {
    let mut out = Vec::new();
    match query {
        "dashboard" => dashboard(floor, &mut out).await,
        "partner_tree" => partner_tree(floor, &mut out).await,
        "deep_tree" => deep_tree(floor, &mut out).await,
        _ => organisation_name(floor, &mut out).await,
    }
    out
}

fn ids(rows: &[QueryResult], column: usize) -> Vec<Uuid> {
    rows.iter().map(|row| get(row, column)).collect()
}

async fn members(floor: &Floor, parents: &[Uuid]) -> Lists {
    let list = List {
        table: "membership",
        parent: "organisation_id",
        condition: "TRUE",
        order: "t.created_at, t.id",
        first: 5,
        columns: "t.id, u.name, u.email, coalesce(mr.builtin, r.name)",
        joins: "JOIN \"user\" u ON u.id = t.user_id JOIN membership_role mr ON mr.membership_id = t.id \
                LEFT JOIN role r ON r.id = mr.role_id",
    };
    let mut all = Lists::new(parents.len());
    let rows = list.rows(floor, parents).await;
    // A member has one row for each role.
    for member in rows.chunk_by(|row, next| get::<Uuid>(row, 1) == get::<Uuid>(next, 1)) {
        let out = all.item(&member[0]);
        put_text(out, "{\"user\":{\"name\":", &member[0], 2);
        put_text(out, "},\"email\":", &member[0], 3);
        for (number, row) in member.iter().enumerate() {
            put_text(out, if number == 0 { ",\"roles\":[{\"name\":" } else { "},{\"name\":" }, row, 4);
        }
        put(out, "}]}");
    }
    all
}

async fn services(floor: &Floor, parents: &[Uuid]) -> Lists {
    let list = List {
        table: "service",
        parent: "organisation_id",
        condition: "TRUE",
        order: "t.name_key, t.id",
        first: 5,
        columns: "t.kind, t.name, t.state",
        joins: "",
    };
    let mut all = Lists::new(parents.len());
    for row in &list.rows(floor, parents).await {
        let out = all.item(row);
        put_text(out, "{\"kind\":", row, 1);
        put_text(out, ",\"name\":", row, 2);
        put_text(out, ",\"state\":", row, 3);
        put(out, "}");
    }
    all
}

async fn invoices(floor: &Floor, parents: &[Uuid], first: u32) -> Lists {
    let list = List {
        table: "invoice",
        parent: "organisation_id",
        condition: "TRUE",
        order: "t.issued_on DESC, t.id DESC",
        first,
        columns: "t.number, t.state, t.total_minor, t.currency, t.due_on",
        joins: "",
    };
    let today = today();
    let mut all = Lists::new(parents.len());
    for row in &list.rows(floor, parents).await {
        let out = all.item(row);
        let due_on: NaiveDate = get(row, 5);
        put_text(out, "{\"number\":", row, 1);
        if due_on < today && get::<String>(row, 2) == "OPEN" {
            put(out, ",\"state\":\"OVERDUE\"");
        } else {
            put_text(out, ",\"state\":", row, 2);
        }
        put(out, &format!(",\"total\":{{\"amountMinor\":\"{}\"", get::<i64>(row, 3)));
        put_text(out, ",\"currency\":", row, 4);
        put(out, &format!("}},\"dueOn\":\"{due_on}\"}}"));
    }
    all
}

/// The name of the payer of each organisation, or null, as JSON.
async fn payers(floor: &Floor, parents: &[Uuid]) -> Vec<Vec<u8>> {
    let list = List {
        table: "payer",
        parent: "organisation_id",
        condition: "t.state = 'ACTIVE'",
        order: "t.id",
        first: 1,
        columns: "o.name",
        joins: "JOIN organisation o ON o.id = t.payer_id",
    };
    let mut all = vec![b"null".to_vec(); parents.len()];
    for row in &list.rows(floor, parents).await {
        let out = &mut all[get::<i64>(row, 0) as usize];
        out.clear();
        put_text(out, "{\"name\":", row, 1);
        put(out, "}");
    }
    all
}

/// The name of a reseller, then the id, name, kind and state of its first clients.
async fn clients(floor: &Floor, reseller: Uuid, first: u32) -> Vec<QueryResult> {
    let sql = format!(
        "SELECT r.name, c.id, c.name, c.kind, c.state FROM \
         (SELECT * FROM partnership WHERE reseller_id = $1 ORDER BY client_key, id LIMIT {first}) p \
         JOIN organisation c ON c.id = p.client_id JOIN organisation r ON r.id = p.reseller_id ORDER BY p.client_key, p.id"
    );
    floor.rows(&sql, vec![reseller.into()]).await
}

async fn dashboard(floor: &Floor, out: &mut Vec<u8>) {
    let sql = "SELECT u.name, o.id, o.name, o.kind FROM membership m JOIN \"user\" u ON u.id = m.user_id \
               JOIN organisation o ON o.id = m.organisation_id JOIN organisation_name n ON n.organisation_id = o.id \
               WHERE m.user_id = $1 ORDER BY n.sort_key, o.id LIMIT 10";
    let rows = floor.rows(sql, vec![floor.user.into()]).await;
    let ids = ids(&rows, 1);
    let members = members(floor, &ids).await;
    let invoices = invoices(floor, &ids, 3).await;
    let services = services(floor, &ids).await;
    put_text(out, "{\"name\":", &rows[0], 0);
    put(out, ",\"organisations\":[");
    for (number, row) in rows.iter().enumerate() {
        put_id(out, if number == 0 { "{\"id\":" } else { ",{\"id\":" }, row, 1);
        put_text(out, ",\"name\":", row, 2);
        put_text(out, ",\"kind\":", row, 3);
        members.put(out, ",\"members\":", number);
        invoices.put(out, ",\"invoices\":", number);
        services.put(out, ",\"services\":", number);
        put(out, "}");
    }
    put(out, "]}");
}

async fn partner_tree(floor: &Floor, out: &mut Vec<u8>) {
    let rows = clients(floor, floor.bench, 100).await;
    let ids = ids(&rows, 1);
    let members = members(floor, &ids).await;
    let services = services(floor, &ids).await;
    let payers = payers(floor, &ids).await;
    put_text(out, "{\"organisation\":{\"name\":", &rows[0], 0);
    put(out, "},\"clients\":[");
    for (number, row) in rows.iter().enumerate() {
        put_id(out, if number == 0 { "{\"id\":" } else { ",{\"id\":" }, row, 1);
        put_text(out, ",\"name\":", row, 2);
        put_text(out, ",\"kind\":", row, 3);
        put_text(out, ",\"state\":", row, 4);
        members.put(out, ",\"members\":", number);
        services.put(out, ",\"services\":", number);
        put(out, ",\"payer\":");
        out.extend_from_slice(&payers[number]);
        put(out, "}");
    }
    put(out, "]}");
}

async fn deep_tree(floor: &Floor, out: &mut Vec<u8>) {
    let below = List {
        table: "partnership",
        parent: "reseller_id",
        condition: "TRUE",
        order: "t.client_key, t.id",
        first: 20,
        columns: "c.id, c.name",
        joins: "JOIN organisation c ON c.id = t.client_id",
    };
    let resellers = clients(floor, floor.deep, 20).await;
    let rows = below.rows(floor, &ids(&resellers, 1)).await;
    let invoices = invoices(floor, &ids(&rows, 1), 5).await;
    let mut clients = Lists::new(resellers.len());
    for (number, row) in rows.iter().enumerate() {
        let out = clients.item(row);
        put_id(out, "{\"id\":", row, 1);
        put_text(out, ",\"name\":", row, 2);
        invoices.put(out, ",\"invoices\":", number);
        put(out, "}");
    }
    put_text(out, "{\"organisation\":{\"name\":", &resellers[0], 0);
    put(out, "},\"clients\":[");
    for (number, row) in resellers.iter().enumerate() {
        put_id(out, if number == 0 { "{\"id\":" } else { ",{\"id\":" }, row, 1);
        put_text(out, ",\"name\":", row, 2);
        clients.put(out, ",\"reseller\":{\"clients\":", number);
        put(out, "}}");
    }
    put(out, "]}");
}

async fn organisation_name(floor: &Floor, out: &mut Vec<u8>) {
    let rows = floor.rows("SELECT id, name FROM organisation WHERE id = $1", vec![floor.bench.into()]).await;
    put_id(out, "{\"id\":", &rows[0], 0);
    put_text(out, ",\"name\":", &rows[0], 1);
    put(out, "}");
}
