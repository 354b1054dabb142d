//! A list is read in another way when few clients match a condition, and its content stays the same.

use super::*;

/// How many clients there are: more than count as few.
const ALL: usize = 510;
/// How many of them are in the south: the last ones, which count as few.
const SOUTH: usize = 5;

fn client(number: usize) -> String {
    format!("Client {number:03}")
}

/// Each client of Fjord has its number as a score, and most are in the north.
async fn prepare(world: &World) {
    world.db_execute("UPDATE partnership SET state = 'ENDED' WHERE reseller_id = $1", [FJORD.id.into()]).await;
    world.db_clients(u32::try_from(ALL).unwrap()).await;
    define(world, OWNER_OF_FJORD, FJORD, "region", "TEXT", Value::Null).await;
    define(world, OWNER_OF_FJORD, FJORD, "score", "NUMBER", Value::Null).await;
    let sql = "SELECT id FROM partnership WHERE reseller_id = $1 AND state = 'ACTIVE' ORDER BY client_name";
    let ids = world.db().rows(sql, vec![FJORD.id.into()]).await.unwrap();
    let rows = ids.iter().enumerate().map(|(number, row)| {
        let region = if number < ALL - SOUTH { "north" } else { "south" };
        let values = properties(&[("region", Some(region)), ("score", Some(&number.to_string()))]);
        json!({ "partnershipId": Type::Partnership.id(row.try_get_by_index(0).unwrap()).0, "properties": values })
    });
    let rows: Vec<Value> = rows.collect();
    for some in rows.chunks(500) {
        let input = json!({ "resellerId": id_of(FJORD), "rows": some });
        world.as_(OWNER_OF_FJORD).act("setManyClientProperties", input, "").await;
    }
}

/// The first three names, and how many there are in all.
async fn page(world: &World, conditions: Value, order: Value) -> (Vec<String>, Value) {
    let asked = json!({ "first": 3, "filter": { "properties": conditions }, "orderBy": order });
    let answer = ask(world, OWNER_OF_FJORD, asked.clone()).await;
    let clients = answer.ok()["reseller"]["clients"].clone();
    let mut names: Vec<String> = clients["edges"].as_array().unwrap().iter().map(name).collect();
    let mut next = asked;
    next["after"] = clients["pageInfo"]["endCursor"].clone();
    let answer = ask(world, OWNER_OF_FJORD, next).await;
    names.extend(answer.ok()["reseller"]["clients"]["edges"].as_array().unwrap().iter().map(name));
    (names, clients["totalCount"].clone())
}

#[test]
fn a_condition_gives_the_same_clients_whether_many_or_few_meet_it() {
    with_database(async |world| {
        prepare(&world).await;
        let clients = |numbers: [usize; 6]| numbers.map(client).to_vec();
        let (north, south) = (json!({ "key": "region", "eq": "north" }), json!({ "key": "region", "eq": "south" }));
        let by_name = json!({ "field": "NAME" });
        let by_score = json!({ "property": "score", "direction": "DESC" });
        let score = |from: usize, to: usize| json!({ "key": "score", "from": from.to_string(), "to": to.to_string() });
        let last = [504, 503, 502, 501, 500, 499];
        assert_eq!(page(&world, json!([north]), by_name.clone()).await, (clients([0, 1, 2, 3, 4, 5]), json!(505)));
        assert_eq!(page(&world, json!([north]), by_score.clone()).await, (clients(last), json!(505)));
        let five: Vec<String> = (505..510).map(client).collect();
        assert_eq!(page(&world, json!([south]), by_name.clone()).await, (five.clone(), json!(5)));
        let backwards: Vec<String> = five.iter().rev().cloned().collect();
        assert_eq!(page(&world, json!([south]), by_score.clone()).await, (backwards, json!(5)));
        // Many clients meet the first condition, few the second, and some of those both.
        let both = json!([north, score(499, 509)]);
        assert_eq!(
            page(&world, both.clone(), by_name.clone()).await,
            (clients([499, 500, 501, 502, 503, 504]), json!(6))
        );
        assert_eq!(page(&world, both, by_score).await, (clients(last), json!(6)));
        let none = json!([south, score(0, 3)]);
        assert_eq!(page(&world, none, by_name.clone()).await, (Vec::new(), json!(0)));
        let nowhere = json!([{ "key": "region", "eq": "west" }]);
        assert_eq!(page(&world, nowhere, by_name).await, (Vec::new(), json!(0)));
    });
}
