//! Files of the bank, by HTTP and by the command line.

use std::time::Instant;

use axum::body::Body;
use axum::http::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};

use tenantry::base::id::Type;

use super::paid::*;
use super::*;

/// Money that came in: an amount in kronor, the reference of the bank, and the reference of an invoice.
fn credit(amount: &str, bank: &str, reference: &str) -> String {
    entry("CRDT", amount, (bank, "2026-03-14"), reference, "")
}

/// A payment that the bank took back on a day.
fn taken_back(amount: &str, (bank, day): (&str, &str), reference: &str) -> String {
    entry("DBIT", amount, (bank, day), reference, "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>")
}

fn entry(direction: &str, amount: &str, (bank, day): (&str, &str), reference: &str, more: &str) -> String {
    format!(
        "<Ntry><Amt Ccy=\"SEK\">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>{day}</Dt>\
         </BookgDt><NtryDtls><TxDtls><Refs><AcctSvcrRef>{bank}</AcctSvcrRef></Refs><RmtInf><Strd><CdtrRefInf>\
         <Ref>{reference}</Ref></CdtrRefInf></Strd></RmtInf>{more}</TxDtls></NtryDtls></Ntry>"
    )
}

fn statement(entries: &[String]) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\">\
         <BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr><Stmt><Id>7</Id><Acct><Id>\
         <IBAN>SE4550000000058398257466</IBAN></Id></Acct>{}</Stmt></BkToCstmrStmt></Document>",
        entries.concat()
    )
}

async fn request(world: &World, caller: Caller, media: &str, body: impl Into<Body>) -> HttpAnswer {
    let mut request = Request::post("/operator/bank-statements").header(CONTENT_TYPE, media);
    if let Some(bearer) = world.as_(caller).credential().await {
        request = request.header(AUTHORIZATION, format!("Bearer {bearer}"));
    }
    world.send(request.body(body.into()).unwrap()).await
}

/// Sends a file, and returns the counts: entries, new, matched, returned and known.
async fn send(world: &World, file: String) -> [u64; 5] {
    let answer = request(world, OWNER_OF_OPERATOR, "application/xml", file).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.body);
    let counts: Value = serde_json::from_str(&answer.body).unwrap();
    ["entries", "new", "matched", "returned", "known"].map(|name| counts[name].as_u64().unwrap())
}

#[test]
fn a_file_settles_what_it_names_once_and_what_the_bank_takes_back_is_open_again() {
    with_database(async |world| {
        let own = db_bill(&world, ACME, ACME, "2026-000001").await;
        let others = db_bill(&world, ACME, MECENAT, "2026-000002").await;
        let (first, second) = (reference("2026-000001"), reference("2026-000002"));
        let file = statement(&[
            credit("300.00", "B1", &first),
            credit("450.00", "B2", &first),
            credit("800.00", "B3", &second),
            credit("10.00", "B4", "nothing that we know"),
        ]);
        assert_eq!(send(&world, file.clone()).await, [4, 4, 3, 0, 0]);
        assert_eq!(settled(&world, &own).await.0, "PAID");
        assert_eq!((settled(&world, &others).await.0, balance(&world, MECENAT).await), ("PAID".into(), "5000".into()));
        let before = world.db_dump().await;
        assert_eq!(send(&world, file).await, [4, 0, 0, 0, 4]);
        assert_eq!(before, world.db_dump().await, "the same file changes nothing");
        let spaced = format!("{} {}", &first[..4], &first[4..]);
        let back = statement(&[taken_back("450.00", ("R1", "2026-03-15"), &spaced), credit("1.00", "B5", "")]);
        assert_eq!(send(&world, back.clone()).await, [1, 1, 0, 1, 0]);
        assert_eq!(settled(&world, &own).await, ("OVERDUE".into(), "30000".into(), "45000".into()));
        // The customer pays again. The old file does not take that back.
        assert_eq!(send(&world, statement(&[credit("450.00", "B6", &first)])).await, [1, 1, 1, 0, 0]);
        assert_eq!(send(&world, back).await, [1, 0, 0, 0, 1]);
        assert_eq!(settled(&world, &own).await.0, "PAID");
        db_check_sums(&world).await;
        let events = "SELECT action FROM audit_event WHERE actor_kind = 'USER' AND action IN \
                      ('recordBankStatement', 'returnPayment') ORDER BY at, sequence";
        let expected = ["recordBankStatement", "recordBankStatement", "returnPayment", "recordBankStatement"];
        assert_eq!(world.texts(events).await, expected);
    });
}

/// What the bank took back that fits no payment.
async fn unknown_returns(world: &World, file: String) -> u64 {
    let answer = request(world, OWNER_OF_OPERATOR, "application/xml", file).await;
    let counts: Value = serde_json::from_str(&answer.body).unwrap();
    counts["unknownReturns"].as_u64().unwrap()
}

#[test]
fn what_banks_write_without_a_reference_tells_nothing_apart() {
    with_database(async |world| {
        let invoice = db_bill(&world, ACME, ACME, "2026-000001").await;
        let first = reference("2026-000001");
        let files = ["12.00", "13.00"].map(|amount| statement(&[credit(amount, "NONREF", "nothing")]));
        for file in files {
            assert_eq!(send(&world, file).await, [1, 1, 0, 0, 0]);
        }
        assert_eq!(send(&world, statement(&[credit("750.00", "NONREF", &first)])).await, [1, 1, 1, 0, 0]);
        // An entry that names nothing returns nothing, and the file says so.
        let back = taken_back("750.00", ("NONREF", "2026-03-15"), "");
        assert_eq!(unknown_returns(&world, statement(std::slice::from_ref(&back))).await, 1);
        assert_eq!(settled(&world, &invoice).await.0, "PAID");
        db_check_sums(&world).await;
    });
}

#[test]
fn a_payment_that_names_several_invoices_waits_for_a_person() {
    with_database(async |world| {
        let own = db_bill(&world, ACME, ACME, "2026-000001").await;
        let others = db_bill(&world, ACME, MECENAT, "2026-000002").await;
        let (first, second) = (reference("2026-000001"), reference("2026-000002"));
        let both = format!("{first}</Ref></CdtrRefInf></Strd><Strd><CdtrRefInf><Ref>{second}");
        assert_eq!(send(&world, statement(&[credit("1550.00", "B1", &both)])).await, [1, 1, 0, 0, 0]);
        // A batch whose parts have no amounts is one payment, and only one of its references is valid.
        let batch = credit("100.00", "B2", &first).replace("</TxDtls>", "</TxDtls><TxDtls><Refs/></TxDtls>");
        assert_eq!(send(&world, statement(&[batch])).await, [1, 1, 0, 0, 0]);
        for invoice in [own, others] {
            assert_eq!(settled(&world, &invoice).await.1, "0");
        }
    });
}

#[test]
fn a_return_that_a_person_recorded_is_not_a_second_one() {
    with_database(async |world| {
        let invoice = db_bill(&world, ACME, ACME, "2026-000001").await;
        let first = reference("2026-000001");
        assert_eq!(send(&world, statement(&[credit("750.00", "B1", &first)])).await, [1, 1, 1, 0, 0]);
        let sql = "SELECT id FROM payment WHERE state = 'MATCHED' AND amount_minor = 75000";
        let rows = world.db().rows(sql, vec![]).await.unwrap();
        let id = Type::Payment.id(rows[0].try_get_by_index(0).unwrap()).0;
        world.as_(OWNER_OF_OPERATOR).act("returnPayment", json!({ "paymentId": id }), "").await;
        assert_eq!(send(&world, statement(&[credit("750.00", "B2", &first)])).await, [1, 1, 1, 0, 0]);
        let back = statement(&[taken_back("750.00", ("R1", "2026-03-15"), &first)]);
        assert_eq!(send(&world, back).await, [0, 0, 0, 0, 0]);
        assert_eq!(settled(&world, &invoice).await.0, "PAID", "the customer had paid again");
    });
}

#[test]
fn two_entries_that_look_alike_are_two_payments() {
    with_database(async |world| {
        let twice = statement(&[credit("5.00", "", "").replace("<AcctSvcrRef></AcctSvcrRef>", ""), {
            credit("5.00", "", "").replace("<AcctSvcrRef></AcctSvcrRef>", "")
        }]);
        assert_eq!(send(&world, twice.clone()).await, [2, 2, 0, 0, 0]);
        assert_eq!(send(&world, twice).await, [2, 0, 0, 0, 2]);
    });
}

#[test]
fn what_is_no_statement_or_comes_from_others_is_refused_and_changes_nothing() {
    with_database(async |world| {
        db_bill(&world, ACME, ACME, "2026-000001").await;
        for caller in [OWNER_OF_OPERATOR, OWNER_OF_ACME, AGENT_OF_OPERATOR] {
            world.as_(caller).run("{ viewer { name } }", json!({})).await.ok();
        }
        let good = statement(&[credit("300.00", "B1", &reference("2026-000001"))]);
        let before = world.db_dump().await;
        let broken = good.replace("</Stmt>", "");
        let one_wrong = statement(&[credit("300.00", "B1", ""), credit("ten", "B2", "")]);
        let with_type = good.replace("<Document", "<!DOCTYPE d [<!ENTITY a \"b\">]><Document");
        let other = "<html/>".to_owned();
        let large = vec![b' '; (64 << 20) + 1];
        for (caller, media, body, status, code) in [
            (OWNER_OF_OPERATOR, "application/json", good.clone().into_bytes(), 415, "INVALID_INPUT"),
            (OWNER_OF_OPERATOR, "", good.clone().into_bytes(), 415, "INVALID_INPUT"),
            (OWNER_OF_OPERATOR, "application/xml", broken.into_bytes(), 400, "INVALID_INPUT"),
            (OWNER_OF_OPERATOR, "application/xml", one_wrong.into_bytes(), 400, "INVALID_INPUT"),
            (OWNER_OF_OPERATOR, "text/xml; charset=utf-8", with_type.into_bytes(), 400, "INVALID_INPUT"),
            (OWNER_OF_OPERATOR, "application/xml", other.into_bytes(), 400, "INVALID_INPUT"),
            (OWNER_OF_OPERATOR, "application/xml", Vec::new(), 400, "INVALID_INPUT"),
            (OWNER_OF_OPERATOR, "application/xml", large, 413, "LIMITED"),
            (NOBODY, "application/xml", good.clone().into_bytes(), 401, "UNAUTHENTICATED"),
            (OWNER_OF_ACME, "application/xml", good.clone().into_bytes(), 404, "NOT_FOUND"),
            (AGENT_OF_OPERATOR, "application/xml", good.clone().into_bytes(), 403, "FORBIDDEN"),
        ] {
            let answer = request(&world, caller, media, body).await;
            assert_eq!(answer.status.as_u16(), status, "{} {media}: {}", caller.name(), answer.body);
            let json: Value = serde_json::from_str(&answer.body).unwrap();
            assert_eq!(json["errors"][0]["extensions"]["code"], code, "{}", answer.body);
            assert!(answer.headers.contains_key("x-request-id"));
        }
        assert_eq!(before, world.db_dump().await);
        let get = world.as_(OWNER_OF_OPERATOR).get("/operator/bank-statements").await;
        assert_eq!(world.send(get).await.status.as_u16(), 405);
    });
}

#[test]
fn the_command_line_records_a_file_and_first_says_what_it_would_do() {
    with_database(async |world| {
        let invoice = db_bill(&world, ACME, ACME, "2026-000001").await;
        let named = reference("2026-000001");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("statement.xml");
        std::fs::write(&file, statement(&[credit("750.00", "B1", &named), credit("1.00", "B2", &named)])).unwrap();
        let program = Program { url: world.app.config.database.url.clone(), folder: folder.path().to_owned() };
        let path = file.to_str().unwrap();
        let (succeeded, said) = program.run(&["payments", "import", path, "--dry-run"]);
        assert!(succeeded && said.contains("would record: 2, of which 1 settle invoices"), "{said}");
        assert_eq!(
            (db_payments(&world, "'UNMATCHED', 'MATCHED'").await, settled(&world, &invoice).await.0),
            (0, "OVERDUE".into())
        );
        let (succeeded, said) = program.run(&["payments", "import", path]);
        assert!(succeeded && said.contains("Payments recorded: 2, of which 1 settle invoices"), "{said}");
        let (succeeded, said) = program.run(&["payments", "import", path]);
        assert!(succeeded && said.contains("of which 2 were recorded before"), "{said}");
        assert_eq!(db_payments(&world, "'MATCHED'").await, 1);
        db_check_sums(&world).await;
        let by = "SELECT actor_kind FROM audit_event WHERE action = 'recordBankStatement'";
        assert_eq!(world.texts(by).await, ["SYSTEM"]);
        std::fs::write(&file, "no statement").unwrap();
        let (succeeded, said) = program.run(&["payments", "import", path]);
        assert!(!succeeded && said.contains("statement.xml:"), "{said}");
    });
}

/// A measurement, which says what it found.
#[test]
#[ignore = "it takes a while; run it by its name"]
fn ten_thousand_entries_take_few_statements() {
    with_database(async |world| {
        let sql = "SELECT * FROM invoice WHERE organisation_id = $1 AND payer_id = $1";
        let row = world.db().rows(sql, vec![ACME.id.into()]).await.unwrap().remove(0);
        let row = <entity::invoice::Model as sea_orm::FromQueryResult>::from_query_result(&row, "").unwrap();
        let numbers: Vec<String> = (1..=10_000).map(|number| format!("2027-{number:06}")).collect();
        let rows = numbers.iter().zip(820_000_u32..).map(|(number, id)| entity::invoice::Model {
            id: key(NORDIC, id),
            number: Some(number.clone()),
            payment_reference: Some(reference(number)),
            ..row.clone()
        });
        db_insert(world.db().writer(), rows.collect()).await;
        let entries = numbers.iter().map(|number| credit("750.00", number, &reference(number)));
        let file = statement(&entries.collect::<Vec<_>>());
        world.as_(OWNER_OF_OPERATOR).credential().await;
        let (before, began) = (world.db().statements(), Instant::now());
        assert_eq!(send(&world, file).await, [10_000, 10_000, 10_000, 0, 0]);
        let (took, statements) = (began.elapsed(), world.db().statements() - before);
        eprintln!("10,000 entries: {took:?}, {statements} statements");
        assert!(statements < 2_000, "{statements}");
        db_check_sums(&world).await;
    });
}
