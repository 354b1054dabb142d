//! Overdue invoices: each step on its day, once; suspension of the services concerned, and their return by the payment.

use futures_util::future::join_all;
use tenantry::access::Actor;
use tenantry::billing::reminder::{Reminded, remind};

use super::issued::set_issuer;
use super::paid::*;
use super::*;

/// A reminder 5 days after the due day, a fee of 60.00 after 15, suspension after 30, and the end after 60.
fn steps() -> Value {
    json!({ "reminderSteps": [
        { "afterDays": 5, "kind": "REMIND" },
        { "afterDays": 15, "kind": "FEE", "feeMinor": "6000" },
        { "afterDays": 30, "kind": "SUSPEND" },
        { "afterDays": 60, "kind": "END" },
    ] })
}

/// Suspension on the day after the due day.
fn at_once() -> Value {
    json!({ "reminderSteps": [{ "afterDays": 1, "kind": "SUSPEND" }] })
}

async fn round(world: &World) -> Reminded {
    remind(&world.app.request(Actor::Anonymous)).await.unwrap()
}

/// Only this invoice is open, and it was due on the day of the tests.
async fn db_only(world: &World, number: &str) {
    let sql = "UPDATE invoice SET state = 'PAID', paid_minor = total_minor WHERE number <> $1";
    world.db_execute(sql, [number.into()]).await;
    db_due(world, number).await;
}

async fn db_due(world: &World, number: &str) {
    let sql = "UPDATE invoice SET due_on = $1, issued_on = $1 WHERE number = $2";
    world.db_execute(sql, [now().date_naive().into(), number.into()]).await;
}

/// The buyer on an invoice.
async fn db_buyer(world: &World, number: &str, language: &str) {
    let buyer = json!({ "name": "Acme", "country": "SE", "email": "invoices@acme.example", "language": language });
    let sql = "UPDATE invoice SET buyer = $1 WHERE number = $2";
    world.db_execute(sql, [buyer.to_string().into(), number.into()]).await;
}

/// A subscription of Acme stands on the first line of the invoice, and pays for the server.
async fn db_serve(world: &World, invoice: &str) {
    let sql = "UPDATE service SET subscription_id = (SELECT s.id FROM subscription s WHERE s.organisation_id = $1) \
               WHERE name = 'acme-server'";
    world.db_execute(sql, [ACME.id.into()]).await;
    db_line(world, invoice).await;
}

async fn db_line(world: &World, number: &str) {
    let sql = "UPDATE invoice_line SET subscription_id = (SELECT s.id FROM subscription s WHERE s.organisation_id = $1) \
               WHERE position = 1 AND invoice_id = (SELECT i.id FROM invoice i WHERE i.number = $2)";
    world.db_execute(sql, [ACME.id.into(), number.into()]).await;
}

/// What is wanted of the services of Acme, and the newest task of the server.
async fn services(world: &World) -> (Vec<String>, String) {
    let acme = "SELECT s.name || ' ' || s.desired_state FROM service s JOIN organisation o ON o.id = s.organisation_id \
                WHERE o.name = 'Acme' ORDER BY 1";
    let task = "SELECT t.kind FROM service_task t JOIN service s ON s.id = t.service_id WHERE s.name = 'acme-server' \
                ORDER BY t.generation DESC LIMIT 1";
    (world.texts(acme).await, world.texts(task).await.pop().unwrap_or_default())
}

fn wanted(server: &str, task: &str) -> (Vec<String>, String) {
    (vec![format!("acme-server {server}"), "acme.example ACTIVE".to_owned()], task.to_owned())
}

/// Kind, day and what was left to pay of the reminders of an invoice.
async fn reminders(world: &World, invoice: &str) -> Vec<String> {
    let query = "query($id: ID!) { node(id: $id) { ... on Invoice { reminders(first: 20) { edges { node {
      kind sentOn open { amountMinor } } } } } } }";
    let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": invoice })).await;
    let edges = answer.ok()["node"]["reminders"]["edges"].as_array().unwrap();
    let text = |edge: &Value| {
        let node = &edge["node"];
        let texts = [&node["kind"], &node["sentOn"], &node["open"]["amountMinor"]];
        texts.map(|value| value.as_str().unwrap()).join(" ")
    };
    edges.iter().map(text).collect()
}

async fn pay(world: &World, number: &str, minor: i64, source: &str) -> Value {
    let input = json!({
        "amount": { "amountMinor": minor.to_string(), "currency": "SEK" }, "sourceKey": source,
        "reference": reference(number),
    });
    world.as_(OWNER_OF_OPERATOR).act("recordPayment", input, "payment { id }").await["payment"]["id"].clone()
}

#[test]
fn each_step_comes_on_its_day_and_once() {
    with_database(async |world| {
        set_issuer(&world, steps()).await;
        let invoice = db_bill(&world, ACME, ACME, "2026-000001").await;
        db_only(&world, "2026-000001").await;
        db_buyer(&world, "2026-000001", "EN").await;
        db_serve(&world, "2026-000001").await;
        let mut sent = Vec::new();
        for passed in 0..62 {
            for _ in 0..2 {
                let done = round(&world).await;
                sent.extend((0..done.steps).map(|_| passed));
            }
            if passed == 6 {
                pay(&world, "2026-000001", 5_000, "part").await;
            }
            world.wait(TimeDelta::days(1));
        }
        assert_eq!(sent, [5, 15, 30, 60]);
        let steps = [(5, "REMIND", 75_000), (15, "FEE", 70_000), (30, "SUSPEND", 70_000), (60, "END", 70_000)];
        let expected = steps.map(|(passed, kind, minor)| format!("{kind} {} {minor}", day(passed)));
        assert_eq!(reminders(&world, &invoice).await, expected);
        let mails = world.mails("invoices@acme.example").await;
        assert_eq!(mails.len(), 4);
        assert!(mails[0].contains("750.00 SEK is left to pay"), "{}", mails[0]);
        assert!(mails[1].contains("700.00 SEK") && mails[1].contains("60.00 SEK"), "{}", mails[1]);
        assert!(mails[2].contains("suspended") && mails[3].contains("cancelled"), "{mails:?}");
        let charge = "SELECT description || ' ' || quantity || ' ' || unit_minor || ' ' || currency || ' ' || state \
                      FROM pending_charge WHERE tax_class = 'EXEMPT'";
        assert_eq!(world.texts(charge).await, ["Fee for the reminder of invoice 2026-000001 1 6000 SEK PENDING"]);
        let ended = "SELECT s.state FROM subscription s JOIN organisation o ON o.id = s.organisation_id \
                     WHERE o.name = 'Acme'";
        assert_eq!(world.texts(ended).await, ["CANCELLED"]);
        let events = "SELECT action || ' ' || actor_kind FROM audit_event WHERE action IN \
                      ('remindOfInvoice', 'cancelSubscription') ORDER BY at, sequence";
        let four =
            ["remindOfInvoice SYSTEM"; 3].into_iter().chain(["cancelSubscription SYSTEM", "remindOfInvoice SYSTEM"]);
        assert_eq!(world.texts(events).await, four.collect::<Vec<_>>());
    });
}

#[test]
fn servers_that_run_at_once_and_late_take_one_step_a_day() {
    with_database(async |world| {
        set_issuer(&world, steps()).await;
        let invoice = db_bill(&world, ACME, ACME, "2026-000001").await;
        db_only(&world, "2026-000001").await;
        // No server ran for months.
        world.wait(TimeDelta::days(100));
        let rounds = join_all((0..4).map(|_| round(&world))).await;
        assert_eq!(rounds.iter().map(|done| done.steps).sum::<usize>(), 1);
        world.wait(TimeDelta::days(9));
        assert_eq!(round(&world).await, Reminded::default());
        world.wait(TimeDelta::days(1));
        assert_eq!(round(&world).await.steps, 1);
        let expected = [(100, "REMIND"), (110, "FEE")].map(|(passed, kind)| format!("{kind} {} 75000", day(passed)));
        assert_eq!(reminders(&world, &invoice).await, expected);
        // The buyer has no address, so the admins of the payer get the mails.
        assert_eq!(world.mails("olga@acme.example").await.len(), 2);
    });
}

#[test]
fn letters_are_in_the_language_of_the_buyer_and_an_issuer_without_steps_sends_none() {
    with_database(async |world| {
        db_bill(&world, ACME, ACME, "2026-000001").await;
        db_only(&world, "2026-000001").await;
        assert_eq!(round(&world).await, Reminded::default(), "there is no issuer");
        set_issuer(&world, json!({})).await;
        world.wait(TimeDelta::days(40));
        assert_eq!(round(&world).await, Reminded::default(), "there are no steps");
        set_issuer(&world, steps()).await;
        db_buyer(&world, "2026-000001", "SV").await;
        assert_eq!(round(&world).await.steps, 1);
        world.wait(TimeDelta::days(10));
        db_buyer(&world, "2026-000001", "DE").await;
        assert_eq!(round(&world).await.steps, 1);
        let mails = world.mails("invoices@acme.example").await;
        assert!(mails[0].contains("återstår att betala") && mails[1].contains("Mahngebühr"), "{mails:?}");
    });
}

#[test]
fn a_pause_holds_the_steps_of_an_open_invoice() {
    with_database(async |world| {
        set_issuer(&world, steps()).await;
        let invoice = db_bill(&world, ACME, ACME, "2026-000001").await;
        db_only(&world, "2026-000001").await;
        let staff = world.as_(OWNER_OF_OPERATOR);
        let pause = |until: Value| json!({ "invoiceId": invoice, "until": until });
        let selection = "invoice { remindersPausedUntil }";
        let error = staff.mistake("pauseReminders", pause(json!(day(0)))).await;
        assert_eq!((&error["code"], &error["field"]), (&json!("INVALID_INPUT"), &json!(["input", "until"])));
        for caller in [OWNER_OF_ACME, CLERK_OF_MECENAT, SOLE_PERSON] {
            let answer = world.as_(caller).attempt("pauseReminders", pause(json!(day(9))), "").await;
            assert!(answer.codes() == ["FORBIDDEN"] || answer.codes() == ["NOT_FOUND"], "{}", answer.text);
        }
        let paused = staff.act("pauseReminders", pause(json!(day(20))), selection).await;
        assert_eq!(paused["invoice"]["remindersPausedUntil"], day(20));
        world.wait(TimeDelta::days(19));
        assert_eq!(round(&world).await, Reminded::default());
        world.wait(TimeDelta::days(1));
        assert_eq!(round(&world).await.steps, 1);
        let staff = world.as_(OWNER_OF_OPERATOR);
        staff.act("pauseReminders", pause(json!(day(90))), selection).await;
        world.wait(TimeDelta::days(30));
        assert_eq!(round(&world).await, Reminded::default());
        let staff = world.as_(OWNER_OF_OPERATOR);
        let ended = staff.act("pauseReminders", pause(Value::Null), selection).await;
        assert_eq!(ended["invoice"]["remindersPausedUntil"], Value::Null);
        assert_eq!(round(&world).await.steps, 1);
        pay(&world, "2026-000001", 75_000, "a").await;
        assert_eq!(staff.mistake("pauseReminders", pause(json!(day(99)))).await["code"], "STALE_STATE");
        world.wait(TimeDelta::days(100));
        assert_eq!(round(&world).await, Reminded::default(), "it is paid");
    });
}

#[test]
fn the_payment_starts_the_services_again_that_the_invoice_suspended() {
    with_database(async |world| {
        set_issuer(&world, at_once()).await;
        db_bill(&world, ACME, ACME, "2026-000001").await;
        db_only(&world, "2026-000001").await;
        db_serve(&world, "2026-000001").await;
        world.wait(TimeDelta::days(1));
        let done = round(&world).await;
        assert_eq!((done.steps, done.suspended), (1, 1));
        // The domain is no service of that invoice.
        assert_eq!(services(&world).await, wanted("SUSPENDED", "SUSPEND"));
        pay(&world, "2026-000001", 74_999, "a").await;
        assert_eq!(services(&world).await, wanted("SUSPENDED", "SUSPEND"));
        let last = pay(&world, "2026-000001", 1, "b").await;
        assert_eq!(services(&world).await, wanted("ACTIVE", "RESUME"));
        let events = "SELECT action FROM audit_event WHERE action = 'resumeServices' AND actor_kind = 'SYSTEM'";
        assert_eq!(world.texts(events).await.len(), 1);
        // A payment that is returned opens the invoice again, but no step comes twice.
        world.as_(OWNER_OF_OPERATOR).act("returnPayment", json!({ "paymentId": last }), "").await;
        assert_eq!(round(&world).await, Reminded::default());
        assert_eq!(services(&world).await, wanted("SUSPENDED", "SUSPEND"), "what it had suspended is suspended again");
    });
}

#[test]
fn a_service_stays_suspended_while_another_invoice_wants_it() {
    with_database(async |world| {
        set_issuer(&world, at_once()).await;
        let own = db_bill(&world, ACME, ACME, "2026-000001").await;
        let others = db_bill(&world, ACME, MECENAT, "2026-000002").await;
        db_only(&world, "2026-000001").await;
        world.db_execute("UPDATE invoice SET state = 'OPEN', paid_minor = 0 WHERE number = '2026-000002'", []).await;
        db_due(&world, "2026-000002").await;
        db_serve(&world, "2026-000001").await;
        db_line(&world, "2026-000002").await;
        world.wait(TimeDelta::days(1));
        let done = round(&world).await;
        assert_eq!((done.steps, done.suspended), (2, 1));
        pay(&world, "2026-000001", 75_000, "a").await;
        assert_eq!(services(&world).await, wanted("SUSPENDED", "SUSPEND"));
        // A credit note settles it as well as a payment.
        let staff = world.as_(OWNER_OF_OPERATOR);
        staff.act("voidInvoice", json!({ "invoiceId": others, "reason": "A mistake" }), "creditNote { number }").await;
        assert_eq!(services(&world).await, wanted("ACTIVE", "RESUME"));
        assert_eq!((settled(&world, &own).await.0, settled(&world, &others).await.0), ("PAID".into(), "VOID".into()));
    });
}
