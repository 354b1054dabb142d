//! The documents of invoices and credit notes: written once, and downloaded by everybody who sees what they are of.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, ETAG};
use serde_json::{Value, json};
use tenantry::access::Actor;
use tenantry::base::config::Config;
use tenantry::base::random::{Random, hash_of_bytes};
use tenantry::billing::document::worker;
use tenantry::mail::Worker;

use super::issued::*;
use super::*;

async fn charge(world: &World, organisation: Tenant) {
    let charge = json!({ "organisationId": id_of(organisation), "description": "Help",
        "unitPrice": { "amountMinor": "9990", "currency": "SEK" } });
    world.as_(OWNER_OF_OPERATOR).act("addCharge", charge, "").await;
}

/// What electronic invoices need to know about Acme.
fn details() -> Value {
    json!({ "organisationId": id_of(ACME), "invoicing": { "postCode": "111 22", "city": "Stockholm",
        "buyerReference": "Ines", "electronicAddress": "7300010000001", "electronicScheme": "0088" } })
}

/// An invoice of an organisation that gets electronic ones.
async fn invoice(world: &World) -> Value {
    db_nobody_pays(world).await;
    set_issuer(world, json!({})).await;
    world.as_(OWNER_OF_OPERATOR).act("updateBillingDetails", details(), "").await;
    charge(world, ACME).await;
    bill(world).await;
    invoices(world, OWNER_OF_ACME, ACME).await.remove(0)
}

/// Lets the server write what is to be written. Returns how many documents that were.
async fn write(world: &World) -> usize {
    worker::run(&world.app.request(Actor::Anonymous)).await.unwrap()
}

/// The documents of an invoice, or of a credit note, as the API names them.
async fn listed(world: &World, id: &Value) -> Vec<Value> {
    let query = "query($id: ID!) { node(id: $id) { ... on Invoice { documents { kind path sha256 } }
                 ... on CreditNote { documents { kind path sha256 } } } }";
    let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id })).await;
    answer.at("node/documents").as_array().unwrap().clone()
}

#[test]
fn documents_are_written_once_and_their_bytes_are_what_their_hashes_say() {
    with_database(async |world| {
        let invoice = invoice(&world).await;
        assert_eq!(listed(&world, &invoice["id"]).await, Vec::<Value>::new());
        assert_eq!(write(&world).await, 3);
        assert_eq!(write(&world).await, 0);
        let credit = json!({ "invoiceId": invoice["id"], "reason": "Late", "lines": [{ "position": 1 }] });
        let note = world.as_(OWNER_OF_OPERATOR).act("creditInvoice", credit, "creditNote { id number }").await;
        assert_eq!(write(&world).await, 3);
        for (id, number) in
            [(&invoice["id"], &invoice["number"]), (&note["creditNote"]["id"], &note["creditNote"]["number"])]
        {
            let documents = listed(&world, id).await;
            assert_eq!(documents.len(), 3);
            for document in documents {
                let path = document["path"].as_str().unwrap();
                let (status, headers, bytes) = download(&world, OWNER_OF_ACME, path).await;
                assert_eq!(status, StatusCode::OK, "{path}");
                assert_eq!(document["sha256"], hash_of_bytes(&bytes));
                assert_eq!(headers[ETAG], format!("\"{}\"", document["sha256"].as_str().unwrap()));
                let is_pdf = document["kind"] == "PDF";
                assert_eq!(headers[CONTENT_TYPE], if is_pdf { "application/pdf" } else { "application/xml" });
                let begins = if is_pdf { "%PDF-1.7" } else { "<?xml" };
                assert!(bytes.starts_with(begins.as_bytes()), "{path}");
                let text = String::from_utf8_lossy(&bytes);
                assert!(is_pdf || text.contains(number.as_str().unwrap()), "{text}");
            }
        }
    });
}

#[test]
fn a_document_is_downloaded_by_who_sees_the_invoice_and_the_first_writes_it() {
    with_database(async |world| {
        let invoice = invoice(&world).await;
        let path = format!("/invoices/{}", invoice["id"].as_str().unwrap());
        for (caller, file, status) in [
            (NOBODY, "pdf", StatusCode::UNAUTHORIZED),
            (SOLE_PERSON, "pdf", StatusCode::NOT_FOUND),
            (MEMBER_OF_ACME, "pdf", StatusCode::NOT_FOUND),
            (OWNER_OF_ACME, "html", StatusCode::BAD_REQUEST),
        ] {
            assert_eq!(download(&world, caller, &format!("{path}/{file}")).await.0, status, "{} {file}", caller.name());
        }
        assert_eq!(world.db_count("document WHERE sha256 NOT LIKE 'e3b0c4%'").await, 0, "nobody wrote it");
        let (status, _, first) = download(&world, INVOICES_OF_ACME, &format!("{path}/pdf")).await;
        assert_eq!((status, write(&world).await), (StatusCode::OK, 0), "the first who wants it writes it");
        let (_, _, again) = download(&world, OWNER_OF_OPERATOR, &format!("{path}/pdf")).await;
        assert_eq!(first, again);
        // A draft has no documents.
        charge(&world, ACME).await;
        run_with(&world, json!({ "mode": "DRAFT" })).await;
        let draft = invoices(&world, OWNER_OF_ACME, ACME).await.remove(1);
        let path = format!("/invoices/{}/pdf", draft["id"].as_str().unwrap());
        assert_eq!(download(&world, OWNER_OF_ACME, &path).await.0, StatusCode::NOT_FOUND);
    });
}

#[test]
fn a_draft_says_what_its_electronic_invoices_lack() {
    with_database(async |world| {
        db_nobody_pays(&world).await;
        set_issuer(&world, json!({})).await;
        charge(&world, ACME).await;
        run_with(&world, json!({ "mode": "DRAFT" })).await;
        let draft = invoices(&world, OWNER_OF_ACME, ACME).await.remove(0);
        let query = "query($id: ID!) { node(id: $id) { ... on Invoice { missingDetails { message documents } } } }";
        let answer = world.as_(OWNER_OF_OPERATOR).run(query, json!({ "id": draft["id"] })).await;
        let missing = answer.at("node/missingDetails").as_array().unwrap().clone();
        let city = missing.iter().find(|one| one["message"].as_str().unwrap().contains("city")).unwrap();
        assert_eq!(city["documents"], json!(["UBL", "CII"]));
        let staff = world.as_(OWNER_OF_OPERATOR);
        staff.act("updateBillingDetails", details(), "").await;
        staff.act("issueInvoice", json!({ "invoiceId": draft["id"] }), "").await;
        let answer = staff.run(query, json!({ "id": draft["id"] })).await;
        assert_eq!(answer.at("node/missingDetails"), &json!([]), "{}", answer.text);
    });
}

#[test]
fn a_buyer_that_wants_it_gets_the_pdf_with_the_mail_once_it_is_written() {
    with_database(async |world| {
        db_nobody_pays(&world).await;
        set_issuer(&world, json!({})).await;
        let details = json!({ "organisationId": id_of(ACME), "email": "bills@acme.example",
                              "invoicing": { "attachesPdf": true } });
        world.as_(OWNER_OF_OPERATOR).act("updateBillingDetails", details, "").await;
        charge(&world, ACME).await;
        bill(&world).await;
        let number = invoices(&world, OWNER_OF_ACME, ACME).await.remove(0)["number"].clone();
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::clone(&world.app.config);
        folder.path().clone_into(&mut config.data_dir);
        "Tenantry <mail@tenantry.example>".clone_into(&mut config.mail.from);
        let worker = Worker::new(&config, world.db().clone(), world.app.clock.clone(), Random::seeded(7)).unwrap();
        world.wait(TimeDelta::seconds(11));
        let round = worker.deliver_due(world.app.clock.now()).await.unwrap();
        assert_eq!(round.delayed, 1, "{round:?}");
        assert_eq!(write(&world).await, 1, "the city is missing for more than the PDF");
        world.wait(TimeDelta::hours(1));
        worker.deliver_due(world.app.clock.now()).await.unwrap();
        let files: Vec<_> =
            std::fs::read_dir(folder.path().join("mail")).unwrap().map(|file| file.unwrap().path()).collect();
        let mails: Vec<String> = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
        let mail = mails.iter().find(|mail| mail.contains("To: bills@acme.example")).unwrap();
        let name = format!("filename=\"{}.pdf\"", number.as_str().unwrap());
        assert!(mail.contains("application/pdf") && mail.contains(&name), "{mail}");
    });
}

#[test]
fn a_document_that_cannot_be_written_keeps_no_other_from_being_written() {
    with_database(async |world| {
        let broken = key_of(&invoice(&world).await["id"]);
        charge(&world, ACME).await;
        bill(&world).await;
        db_refuse(&world, "document", "invoice_id", broken).await;
        assert_eq!(write(&world).await, 3);
        assert_eq!(world.db_count("invoice WHERE needs_documents").await, 1);
    });
}
