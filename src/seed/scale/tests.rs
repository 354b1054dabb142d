//! The data has what the measurements rely on.

use super::super::test_db::TestDb;
use super::{ScaleSummary, scale};
use crate::access::Permission::{InvoiceRead, OrganisationUpdate, ServiceManage};
use crate::base::error::Error;

async fn made(test: &TestDb) -> ScaleSummary {
    let mut progress = Vec::new();
    let summary = scale(&test.db, &test.passwords, 700, None, 7, |done| progress.push(done)).await.unwrap();
    assert_eq!(progress.last(), Some(&700));
    assert!(progress.is_sorted());
    summary
}

#[tokio::test]
async fn the_market_has_the_promised_shape() {
    let test = TestDb::open().await;
    let summary = made(&test).await;
    assert_eq!(summary.organisations, 700);
    assert_eq!(test.count("SELECT COUNT(*) FROM organisation").await, 700);
    let clients_of = async |name: &str| {
        let sql = "SELECT COUNT(*) FROM partnership p JOIN organisation o ON o.id = p.reseller_id WHERE o.name = ";
        test.count(&format!("{sql}'{name}'")).await
    };
    assert_eq!(clients_of("Bench Reseller").await, 100);
    assert_eq!(clients_of("Giant Reseller").await, 70);
    assert_eq!(clients_of("Deep Reseller").await, 20);
    let each = "FROM partnership p JOIN organisation o ON o.id = p.reseller_id AND o.name = 'Bench Reseller' WHERE";
    let members = "(SELECT COUNT(*) FROM membership m WHERE m.organisation_id = p.client_id)";
    assert_eq!(test.count(&format!("SELECT COUNT(*) {each} {members} < 5")).await, 0);
    let overdue = "(SELECT COUNT(*) FROM invoice i WHERE i.organisation_id = p.client_id AND i.state = 'OPEN')";
    assert_eq!(test.count(&format!("SELECT COUNT(*) {each} {overdue} BETWEEN 1 AND 2")).await, 100);
    assert_eq!(test.count("SELECT COUNT(*) FROM invoice WHERE due_on > '2025-12-31'").await, 0);
    let uneven = "SELECT COUNT(*) FROM invoice i WHERE total_minor <> net_minor + vat_minor OR vat_minor * 4 <> net_minor \
                  OR net_minor <> (SELECT SUM(l.net_minor) FROM invoice_line l WHERE l.invoice_id = i.id)";
    assert_eq!(test.count(uneven).await, 0);
    test.close().await;
}

#[tokio::test]
async fn the_named_people_reach_what_measurements_ask_for() {
    let test = TestDb::open().await;
    made(&test).await;
    let agent = test.access_of("bench-support@scale.example").await;
    let decisions = agent.reachable().await.unwrap();
    assert_eq!(decisions.len(), 101);
    let served = decisions.values().filter(|at| at.grants.has(InvoiceRead) && at.grants.has(ServiceManage));
    assert_eq!(served.count(), 100);
    let deep = test.access_of("deep-reseller@scale.example").await.reachable().await.unwrap();
    assert_eq!(deep.values().filter(|at| at.grants.has(InvoiceRead) && at.grants.has(OrganisationUpdate)).count(), 421);
    let dashboard = test.access_of("dashboard@scale.example").await;
    assert_eq!(dashboard.reachable().await.unwrap().len(), 50);
    test.close().await;
}

#[tokio::test]
async fn the_same_seed_gives_the_same_rows() {
    let rows = async || {
        let test = TestDb::open().await;
        let summary = made(&test).await;
        let last = test.db.rows("SELECT id, name, code FROM organisation ORDER BY id", vec![]).await.unwrap();
        let last: Vec<(uuid::Uuid, String, String)> =
            last.iter().map(|row| row.try_get_many_by_index().unwrap()).collect();
        test.close().await;
        (summary, last)
    };
    assert_eq!(rows().await, rows().await);
}

#[tokio::test]
async fn a_database_in_use_and_a_market_too_small_are_refused() {
    let test = TestDb::open().await;
    let few = scale(&test.db, &test.passwords, 10, None, 1, |_| ()).await.unwrap_err();
    assert!(matches!(few, Error::InvalidInput(_)), "{few:?}");
    made(&test).await;
    let used = scale(&test.db, &test.passwords, 700, None, 1, |_| ()).await.unwrap_err();
    assert!(matches!(used, Error::Conflict(_)), "{used:?}");
    test.close().await;
}
