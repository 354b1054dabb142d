//! Rates between currencies: recorded or imported, found for a day, and kept by invoices.

use serde_json::{Value, json};
use tenantry::access::Actor;
use tenantry::billing::document::worker;

use super::issued::*;
use super::*;

/// A charge in a currency.
async fn charge(world: &World, organisation: Tenant, minor: i64, currency: &str) {
    let charge = json!({ "organisationId": id_of(organisation), "description": "Help",
        "unitPrice": { "amountMinor": minor.to_string(), "currency": currency } });
    world.as_(OWNER_OF_OPERATOR).act("addCharge", charge, "").await;
}

fn rate(from: &str, to: &str, day: &str, rate: &str) -> Value {
    json!({ "from": from, "to": to, "day": day, "rate": rate, "source": "Riksbank" })
}

/// Records rates a second later, and returns how many of them are new.
async fn add(world: &World, rates: Value) -> Value {
    world.wait(TimeDelta::seconds(1));
    world.as_(OWNER_OF_OPERATOR).act("addExchangeRates", json!({ "rates": rates }), "count").await["count"].clone()
}

/// Nothing is recorded yet, and only charges of the story are billed.
async fn begin(world: &World) {
    world.db_execute("DELETE FROM exchange_rate", []).await;
    set_issuer(world, json!({})).await;
    db_nobody_pays(world).await;
}

/// What an invoice or credit note says of its VAT in kronor, and by which rate.
async fn stated(world: &World, invoice: &Value) -> Value {
    let query =
        "query($id: ID!) { node(id: $id) { ... on Invoice { accountingVat { formatted } vatExplanation { exchangeRate {
                 from to day rate source isViaEuro } } creditNotes(first: 9) { edges { node { accountingVat { formatted
                 amountMinor } } } } } } }";
    world.as_(OWNER_OF_ACME).run(query, json!({ "id": invoice["id"] })).await.at("node").clone()
}

#[test]
fn an_invoice_in_another_currency_states_its_vat_in_that_of_the_accounting_and_keeps_its_rate() {
    with_database(async |world| {
        begin(&world).await;
        charge(&world, ACME, 9_990, "EUR").await;
        assert_eq!(
            add(&world, json!([rate("EUR", "SEK", &day(-14), "11"), rate("EUR", "SEK", &day(-2), "11.2345")])).await,
            2
        );
        assert_eq!(bill(&world).await, (json!(1), json!(0)));
        let invoice = invoices(&world, OWNER_OF_ACME, ACME).await.remove(0);
        let kept = json!({ "from": "EUR", "to": "SEK", "day": day(-2), "rate": "11.2345", "source": "Riksbank", "isViaEuro": false });
        let first = stated(&world, &invoice).await;
        // 24.98 EUR at 11.2345 are 280.63781 SEK.
        assert_eq!(first["accountingVat"]["formatted"], "280.64 SEK");
        assert_eq!(first["vatExplanation"]["exchangeRate"], kept);
        // Neither a correction nor a newer rate changes what was issued; credit notes take the rate of their invoice.
        add(&world, json!([rate("EUR", "SEK", &day(-2), "12"), rate("EUR", "SEK", &day(0), "13")])).await;
        for _ in 0..3 {
            let lines = json!([{ "position": 1, "netMinor": "3330" }]);
            let third = json!({ "invoiceId": invoice["id"], "reason": "A third", "lines": lines });
            world.as_(OWNER_OF_OPERATOR).act("creditInvoice", third, "").await;
        }
        let last = stated(&world, &invoice).await;
        assert_eq!(
            (&last["accountingVat"], &last["vatExplanation"]),
            (&first["accountingVat"], &first["vatExplanation"])
        );
        let notes = last["creditNotes"]["edges"].as_array().unwrap();
        let credited: Vec<i64> = notes.iter().map(|edge| minor(&edge["node"]["accountingVat"])).collect();
        assert_eq!((credited.len(), credited.iter().sum::<i64>()), (3, 28_064), "{credited:?}");
        // All documents say it, and are valid: otherwise there would be the PDF alone.
        let details = json!({ "organisationId": id_of(ACME), "invoicing": { "postCode": "111 22", "city": "Stockholm",
            "buyerReference": "Ines", "electronicAddress": "7300010000001", "electronicScheme": "0088", "language": "EN" } });
        world.as_(OWNER_OF_OPERATOR).act("updateBillingDetails", details, "").await;
        charge(&world, ACME, 9_990, "EUR").await;
        bill(&world).await;
        worker::run(&world.app.request(Actor::Anonymous)).await.unwrap();
        let second = invoices(&world, OWNER_OF_ACME, ACME).await.remove(1);
        let path = format!("/invoices/{}", second["id"].as_str().unwrap());
        let texts = [
            (
                "ubl",
                "<cbc:TaxCurrencyCode>SEK</cbc:TaxCurrencyCode>",
                r#"<cbc:TaxAmount currencyID="SEK">324.74</cbc:TaxAmount>"#,
            ),
            (
                "cii",
                "<ram:TaxCurrencyCode>SEK</ram:TaxCurrencyCode>",
                r#"currencyID="SEK">324.74</ram:TaxTotalAmount>"#,
            ),
        ];
        for (file, code, amount) in texts {
            let (status, _, bytes) = download(&world, OWNER_OF_ACME, &format!("{path}/{file}")).await;
            let text = String::from_utf8_lossy(&bytes);
            assert_eq!(status, StatusCode::OK, "{text}");
            assert!(text.contains(code) && text.contains(amount) && text.contains("1 EUR = 13 SEK"), "{text}");
        }
    });
}

#[test]
fn a_run_leaves_out_who_needs_a_rate_that_is_missing_or_too_old_and_bills_the_others() {
    with_database(async |world| {
        begin(&world).await;
        let details = json!({ "organisationId": id_of(SOLO), "legalName": "Solo", "address": "Gatan 1",
            "country": "SE", "email": "bills@globex.example", "currency": "SEK" });
        world.as_(OWNER_OF_OPERATOR).act("updateBillingDetails", details, "").await;
        charge(&world, ACME, 9_990, "EUR").await;
        charge(&world, SOLO, 10_000, "SEK").await;
        // A rate counts for seven days.
        add(&world, json!([rate("EUR", "SEK", &day(-8), "11.2345")])).await;
        let run = run_with(&world, json!({})).await;
        assert_eq!((&run["invoiceCount"], &run["leftOutCount"]), (&json!(1), &json!(1)), "{run}");
        assert_eq!(run["problems"][0]["organisationId"], json!(id_of(ACME)));
        let message = run["problems"][0]["message"].as_str().unwrap();
        let expected = format!("There is no exchange rate from EUR to SEK for {}: a rate counts for 7 days.", day(0));
        assert!(message.starts_with(&expected) && message.contains("addExchangeRates"), "{message}");
        add(&world, json!([rate("EUR", "SEK", &day(-7), "11.2345")])).await;
        assert_eq!(bill(&world).await, (json!(1), json!(0)));
        // Without VAT an invoice needs no rate.
        charge(&world, ACME, 10_000, "USD").await;
        let exempt = json!({ "organisationId": id_of(ACME), "category": "EXEMPT", "reason": "An embassy" });
        world.as_(OWNER_OF_OPERATOR).act("setVatOverride", exempt, "").await;
        assert_eq!(bill(&world).await, (json!(1), json!(0)));
        let invoice = invoices(&world, OWNER_OF_ACME, ACME).await.pop().unwrap();
        assert_eq!(stated(&world, &invoice).await["accountingVat"], Value::Null);
    });
}

#[test]
fn the_rate_of_a_day_is_told_with_its_source_also_by_way_of_the_euro() {
    with_database(async |world| {
        begin(&world).await;
        let rates = json!([rate("EUR", "SEK", &day(-3), "11.2345"), rate("EUR", "USD", &day(-3), "1.0812")]);
        assert_eq!(add(&world, rates.clone()).await, 2);
        assert_eq!(add(&world, rates).await, 0, "they are known");
        assert_eq!(add(&world, json!([rate("EUR", "USD", &day(-3), "1.0813")])).await, 1, "a correction");
        let query =
            "query($from: String!, $to: String!, $on: NaiveDate) { operator { exchangeRate(from: $from, to: $to, on: $on) {
                     day rate source isViaEuro } } }";
        let found = async |from: &str, to: &str, on: i64| {
            let variables = json!({ "from": from, "to": to, "on": day(on) });
            world.as_(OWNER_OF_OPERATOR).run(query, variables).await.at("operator/exchangeRate").clone()
        };
        // 11.2345 ÷ 1.0813
        let dollar = json!({ "day": day(-3), "rate": "10.389808564", "source": "Riksbank", "isViaEuro": true });
        assert_eq!(found("USD", "SEK", 0).await, dollar);
        assert_eq!(found("SEK", "EUR", 0).await["rate"], "0.089011527");
        assert_eq!((found("USD", "SEK", 5).await, found("USD", "SEK", -4).await), (Value::Null, Value::Null));
        assert_eq!(found("CHF", "SEK", 0).await, Value::Null);
        // Facts are added, and never edited.
        let list = "query($from: NaiveDate) { operator { exchangeRates(first: 9, from: $from) { edges { node { from to day rate source } } } } }";
        let staff = world.as_(OWNER_OF_OPERATOR);
        let listed = staff.run(list, json!({})).await.at("operator/exchangeRates/edges").clone();
        let shown: Vec<&str> =
            listed.as_array().unwrap().iter().map(|edge| edge["node"]["rate"].as_str().unwrap()).collect();
        assert_eq!((shown.len(), shown[0]), (3, "1.0813"));
        let later = staff.run(list, json!({ "from": day(-2) })).await;
        assert_eq!(later.at("operator/exchangeRates/edges"), &json!([]));
        // How an invoice of today would be taxed tells the rate from the currency of the billing details.
        let details = json!({ "organisationId": id_of(ACME), "currency": "USD" });
        world.as_(OWNER_OF_ACME).act("updateBillingDetails", details, "").await;
        let query = "query($id: ID!) { organisation(id: $id) { explainVat { exchangeRate { rate source day } } } }";
        let explained = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
        let expected = json!({ "rate": "10.389808564", "source": "Riksbank", "day": day(-3) });
        assert_eq!(explained.at("organisation/explainVat/exchangeRate"), &expected);
    });
}

#[test]
fn wrong_rates_are_refused() {
    with_database(async |world| {
        let before = world.db_count("exchange_rate").await;
        let today = day(0);
        for wrong in [
            json!([]),
            json!([rate("EUR", "SEK", &today, "0")]),
            json!([rate("EUR", "SEK", &today, "-11")]),
            json!([rate("EUR", "SEK", &today, "11,2")]),
            json!([rate("EUR", "SEK", &today, "1234567890")]),
            json!([rate("EUR", "SEK", &today, "0.0000000001")]),
            json!([rate("EUR", "SEK", &day(1), "11")]),
            json!([rate("SEK", "SEK", &today, "1")]),
            json!([rate("EUR", "XXX", &today, "1")]),
            json!([rate("EUR", "SEK", &today, "11"), rate("EUR", "SEK", &today, "12")]),
            json!([{ "from": "EUR", "to": "SEK", "day": today, "rate": "11", "source": " " }]),
        ] {
            let error = world.as_(OWNER_OF_OPERATOR).mistake("addExchangeRates", json!({ "rates": wrong })).await;
            assert_eq!(error["code"], "INVALID_INPUT", "{wrong}");
        }
        assert_eq!(world.db_count("exchange_rate").await, before);
        // An amount that does not fit is the problem of its organisation.
        begin(&world).await;
        charge(&world, ACME, i64::MAX / 2, "JPY").await;
        add(&world, json!([rate("JPY", "SEK", &today, "999999999")])).await;
        let run = run_with(&world, json!({})).await;
        assert_eq!(run["problems"][0]["message"], "The sum is too large.", "{run}");
    });
}

#[test]
fn the_bookkeeping_has_documents_at_their_own_rate_and_every_voucher_sums_to_zero() {
    with_database(async |world| {
        begin(&world).await;
        world.db_execute("DELETE FROM allocation", []).await;
        charge(&world, ACME, 9_990, "EUR").await;
        add(&world, json!([rate("EUR", "SEK", &day(0), "11.2345")])).await;
        bill(&world).await;
        let invoice = invoices(&world, OWNER_OF_ACME, ACME).await.remove(0);
        let lines = json!([{ "position": 1, "netMinor": "3330" }]);
        let third = json!({ "invoiceId": invoice["id"], "reason": "A third", "lines": lines });
        world.as_(OWNER_OF_OPERATOR).act("creditInvoice", third, "").await;
        let payment = json!({ "sourceKey": "P-1", "reference": invoice["paymentReference"],
                              "amount": { "amountMinor": "8325", "currency": "EUR" } });
        world.as_(OWNER_OF_OPERATOR).act("recordPayment", payment, "payment { state }").await;
        // The rate of the day is corrected after the documents were issued: payments follow it, documents do not.
        add(&world, json!([rate("EUR", "SEK", &day(0), "11.5")])).await;
        let path = format!("/operator/accounting?from={}&until={}&format=sie", day(0), day(0));
        let (status, _, bytes) = download(&world, OWNER_OF_OPERATOR, &path).await;
        assert_eq!(status, StatusCode::OK);
        let sums = super::accounting::read_sie(&bytes);
        let vat = stated(&world, &invoice).await;
        let credited = minor(&vat["creditNotes"]["edges"][0]["node"]["accountingVat"]);
        assert_eq!((sums["2611"], credited), (-28_064 + credited, 9_358), "{sums:?}");
        // 83.25 EUR at 11.5.
        assert_eq!(sums["1930"], 95_738, "{sums:?}");
        assert_eq!(sums.values().sum::<i64>(), 0);
    });
}

/// The file of two days as the European Central Bank publishes it.
fn file(of: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gesmes:Envelope xmlns:gesmes=\"http://www.gesmes.org/xml/2002-08-01\" \
         xmlns=\"http://www.ecb.int/vocabulary/2002-08-01/eurofxref\">\n<Cube>\n<Cube time='{of}'>\n<Cube currency='USD' \
         rate='1.0812'/>\n<Cube currency='SEK' rate='11.2345'/>\n</Cube>\n<Cube time='2025-03-12'>\n<Cube currency='SEK' \
         rate='11.2'/>\n</Cube>\n</Cube>\n</gesmes:Envelope>\n"
    )
}

#[test]
fn the_command_line_imports_the_file_of_the_central_bank_once() {
    with_database(async |world| {
        begin(&world).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("eurofxref.xml");
        let program = Program { url: world.app.config.database.url.clone(), folder: folder.path().to_owned() };
        let import = |content: &str, more: &[&str]| {
            std::fs::write(&path, content).unwrap();
            program.run(&[&["rates", "import", path.to_str().unwrap()], more].concat())
        };
        let (succeeded, said) = import(&file("2025-03-13"), &["--dry-run"]);
        assert!(
            succeeded && said.contains("would record: 3. The file has 3 rates of 2025-03-12 to 2025-03-13."),
            "{said}"
        );
        assert_eq!(world.db_count("exchange_rate").await, 0);
        let (succeeded, said) = import(&file("2025-03-13"), &[]);
        assert!(succeeded && said.contains("Rates recorded: 3."), "{said}");
        let (succeeded, said) = import(&file("2025-03-13"), &[]);
        assert!(succeeded && said.contains("Rates recorded: 0."), "{said}");
        // The file of the next day has one that is new.
        let csv = "Date,SEK,\n2025-03-14,11.3,\n2025-03-13,11.2345,\n";
        assert!(import(csv, &[]).1.contains("Rates recorded: 1."));
        for (content, what) in [
            (file("9999-03-13"), "in the future"),
            (file("2025-03-13").replace("11.2345", "0"), "Line 6: \"0\" is no rate of SEK"),
            (file("2025-03-13").replace("</Cube>\n</gesmes", "</gesmes"), "Line 11: "),
            ("no rates".to_owned(), "not a file of reference rates"),
        ] {
            let (succeeded, said) = import(&content, &[]);
            assert!(!succeeded && said.contains(what), "{said}");
        }
        assert_eq!(world.db_count("exchange_rate WHERE source = 'ECB'").await, 4);
        let by = "SELECT actor_kind FROM audit_event WHERE action = 'addExchangeRates'";
        assert_eq!(world.texts(by).await, ["SYSTEM", "SYSTEM"]);
        // They are the operator's: it bills with them.
        let query = "{ operator { exchangeRate(from: \"USD\", to: \"SEK\", on: \"2025-03-14\") { rate source day } } }";
        let found = world.as_(OWNER_OF_OPERATOR).run(query, json!({})).await;
        let expected = json!({ "rate": "10.390769515", "source": "ECB", "day": "2025-03-13" });
        assert_eq!(found.at("operator/exchangeRate"), &expected);
    });
}
