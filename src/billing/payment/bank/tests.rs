//! Files of banks, as they come and as they must not.

use super::*;

const STATEMENT: &str = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.";

fn exponent_of(currency: &str) -> Option<u32> {
    match currency {
        "SEK" | "EUR" => Some(2),
        "JPY" => Some(0),
        "BHD" => Some(3),
        _ => None,
    }
}

fn read_all(xml: &str) -> Result<(Summary, Vec<Record>), BankFileError> {
    let mut records = Vec::new();
    let summary = read(xml.as_bytes(), Limits::default(), exponent_of, |record| records.push(record))?;
    Ok((summary, records))
}

fn statement(version: &str, entries: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="{STATEMENT}{version}"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr>
<Stmt><Id>7</Id><Acct><Id><IBAN>SE45 5000 0000 0583 9825 7466</IBAN></Id><Ccy>SEK</Ccy></Acct>
<Bal><Amt Ccy="XXX">no amount</Amt></Bal>
{entries}
</Stmt></BkToCstmrStmt></Document>"#
    )
}

fn entry(amount: &str, rest: &str) -> String {
    format!(
        "<Ntry>{amount}<CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-03-31</Dt></BookgDt>\
         <ValDt><Dt>2026-04-01</Dt></ValDt><AcctSvcrRef>B1</AcctSvcrRef>{rest}</Ntry>"
    )
}

const HUNDRED: &str = r#"<Amt Ccy="SEK">100.00</Amt>"#;

fn one(xml: &str) -> Record {
    let (_, mut records) = read_all(xml).unwrap();
    assert_eq!(records.len(), 1, "{records:?}");
    records.remove(0)
}

fn fault_of(xml: &str) -> Fault {
    read_all(xml).unwrap_err().fault
}

#[test]
fn a_payment_of_version_2_has_all_that_is_needed_to_match_it() {
    let details = "<NtryDtls><TxDtls><Refs><AcctSvcrRef>B2</AcctSvcrRef><EndToEndId>E-9</EndToEndId></Refs>\
        <AmtDtls><TxAmt><Amt Ccy=\"SEK\">100.00</Amt></TxAmt></AmtDtls>\
        <RltdPties><Dbtr><Nm>Bj\u{f6}rk &amp; Co&#32;AB</Nm></Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct></RltdPties>\
        <RmtInf><Ustrd>Invoice <![CDATA[<7>]]></Ustrd><Ustrd>thanks</Ustrd>\
        <Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>202600000121</Ref></CdtrRefInf></Strd>\
        <Strd><CdtrRefInf><Ref>RF42 2026 0000 01</Ref></CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls>\
        <AddtlNtryInf>Bankgiro</AddtlNtryInf>";
    let record = one(&statement("02", &entry(HUNDRED, details)));
    assert_eq!(
        record,
        Record {
            account: "SE4550000000058398257466".to_owned(),
            entry: 1,
            detail: 1,
            amount_minor: 10_000,
            currency: "SEK".to_owned(),
            is_credit: true,
            is_reversal: false,
            is_returned: false,
            transactions: 1,
            return_reason: None,
            booked_on: NaiveDate::from_ymd_opt(2026, 3, 31).unwrap(),
            value_on: NaiveDate::from_ymd_opt(2026, 4, 1),
            bank_reference: Some("B2".to_owned()),
            end_to_end_id: Some("E-9".to_owned()),
            references: vec!["202600000121".to_owned(), "RF42 2026 0000 01".to_owned()],
            texts: vec!["Bankgiro".to_owned(), "Invoice <7>".to_owned(), "thanks".to_owned()],
            other_name: Some("Björk & Co AB".to_owned()),
            other_account: Some("DE89370400440532013000".to_owned()),
        }
    );
}

#[test]
fn version_8_wraps_states_and_parties_and_may_use_a_prefix() {
    let xml = format!(
        r#"<c:Document xmlns:c="{STATEMENT}08" xmlns:x="urn:other"><c:BkToCstmrStmt><c:Stmt>
        <c:Acct><c:Id><c:Othr><c:Id>5050-1055</c:Id></c:Othr></c:Id></c:Acct>
        <c:Ntry><c:Amt Ccy="EUR">1.5</c:Amt><x:Amt Ccy="EUR">9</x:Amt><c:CdtDbtInd>CRDT</c:CdtDbtInd>
        <c:Sts><c:Cd>BOOK</c:Cd></c:Sts><c:BookgDt><c:DtTm>2026-03-31T23:59:59+02:00</c:DtTm></c:BookgDt>
        <c:NtryDtls><c:TxDtls><c:Refs><c:EndToEndId>NOTPROVIDED</c:EndToEndId></c:Refs>
        <c:RltdPties><c:Dbtr><c:Pty><c:Nm>Anna</c:Nm></c:Pty></c:Dbtr></c:RltdPties></c:TxDtls></c:NtryDtls>
        </c:Ntry></c:Stmt></c:BkToCstmrStmt></c:Document>"#
    );
    let record = one(&xml);
    assert_eq!((record.account.as_str(), record.amount_minor), ("5050-1055", 150));
    assert_eq!((record.other_name.as_deref(), record.end_to_end_id), (Some("Anna"), None));
    assert_eq!((record.booked_on.to_string().as_str(), record.value_on), ("2026-03-31", None));
}

#[test]
fn a_notification_is_read_like_a_statement() {
    let xml = statement("02", &entry(HUNDRED, ""))
        .replace("camt.053", "camt.054")
        .replace("BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn")
        .replace("Stmt>", "Ntfctn>");
    assert_eq!(one(&xml).amount_minor, 10_000);
    // The namespace and the message must fit each other.
    assert_eq!(fault_of(&xml.replace("camt.054", "camt.053")), Fault::Missing("Stmt"));
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_do_not_matter() {
    let xml = format!(
        "\u{feff}{}",
        statement("02", &entry(HUNDRED, "<AddtlNtryInf>a\nb</AddtlNtryInf>")).replace('\n', "\r\n")
    );
    assert_eq!(one(&xml).texts, ["a\nb"]);
}

#[test]
fn a_batch_gives_one_record_for_each_payment() {
    let part = |amount: &str, reference: &str| {
        format!(
            "<TxDtls><Amt Ccy=\"SEK\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>\
             <RmtInf><Strd><CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>"
        )
    };
    let batch = |second: &str| {
        let parts = part("60", "R1") + &part(second, "R2");
        read_all(&statement("04", &entry(HUNDRED, &format!("<NtryDtls><Btch/>{parts}</NtryDtls>")))).unwrap().1
    };
    let records = batch("40.00");
    let shown: Vec<_> = records.iter().map(|one| (one.detail, one.amount_minor, one.references[0].as_str())).collect();
    assert_eq!(shown, [(1, 6_000, "R1"), (2, 4_000, "R2")]);
    assert!(records.iter().all(|record| record.bank_reference.as_deref() == Some("B1")));
    // Parts that do not add up are not trusted.
    let records = batch("39.99");
    assert_eq!((records.len(), records[0].amount_minor, records[0].references.len()), (1, 10_000, 2));
}

#[test]
fn a_batch_with_a_charge_adds_up_with_signs_and_other_currencies_stay_whole() {
    let part = |amount: &str, direction: &str| {
        format!("<TxDtls><Amt {amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd></TxDtls>")
    };
    let batch = |parts: String| {
        read_all(&statement("08", &entry(HUNDRED, &format!("<NtryDtls>{parts}</NtryDtls>")))).unwrap().1
    };
    let records = batch(part("Ccy=\"SEK\">120", "CRDT") + &part("Ccy=\"SEK\">20", "DBIT"));
    let shown: Vec<_> = records.iter().map(|one| (one.amount_minor, one.is_credit)).collect();
    assert_eq!(shown, [(12_000, true), (2_000, false)]);
    // The parts add up as numbers only.
    let records = batch(part("Ccy=\"SEK\">60", "CRDT") + &part("Ccy=\"EUR\">40", "CRDT"));
    assert_eq!((records.len(), records[0].amount_minor), (1, 10_000));
}

#[test]
fn reversals_and_returns_are_marked() {
    let returned = "<NtryDtls><TxDtls><RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>\
                    <RltdPties><Cdtr><Nm>Anna</Nm></Cdtr></RltdPties></TxDtls></NtryDtls>";
    let debit = entry(HUNDRED, returned).replace("CRDT", "DBIT").replace("<Sts>", "<RvslInd>true</RvslInd><Sts>");
    let record = one(&statement("02", &debit));
    assert!(!record.is_credit && record.is_reversal && record.is_returned);
    assert_eq!((record.return_reason.as_deref(), record.other_name.as_deref()), (Some("AC04"), Some("Anna")));
}

#[test]
fn pending_entries_are_counted_and_left_out() {
    let pending = entry(HUNDRED, "").replace("BOOK", "PDNG");
    let wrapped = pending.replace("<Sts>PDNG</Sts>", "<Sts><Cd>INFO</Cd></Sts>");
    let (summary, records) = read_all(&statement("13", &(pending + &wrapped + &entry(HUNDRED, "")))).unwrap();
    assert_eq!(summary, Summary { statements: 1, entries: 3, records: 1, not_booked: 2 });
    assert_eq!(records[0].entry, 3);
}

#[test]
fn amounts_are_exact_in_the_decimals_of_their_currency() {
    for (amount, currency, minor) in [
        ("100", "JPY", 100),
        ("100.00000", "JPY", 100),
        ("1.234", "BHD", 1_234),
        ("0.1", "SEK", 10),
        (".5", "SEK", 50),
        ("+7.", "SEK", 700),
        ("9999999999999.99", "SEK", MOST_MINOR),
    ] {
        let record = one(&statement("02", &entry(&format!("<Amt Ccy=\"{currency}\"> {amount}\n</Amt>"), "")));
        assert_eq!(record.amount_minor, minor, "{amount} {currency}");
    }
}

#[test]
fn wrong_amounts_are_named() {
    let fault = |element: &str| fault_of(&statement("02", &entry(element, "")));
    let many = |amount: &str, currency: &str| Fault::TooManyDecimals {
        amount: amount.to_owned(),
        currency: currency.to_owned(),
    };
    assert_eq!(fault("<Amt Ccy=\"SEK\">1.005</Amt>"), many("1.005", "SEK"));
    assert_eq!(fault("<Amt Ccy=\"JPY\">1.5</Amt>"), many("1.5", "JPY"));
    for text in ["-1", "1,00", "1e3", "1.0.0", ".", "٣", "10000000000000.00", "99999999999999999999999999"] {
        let found = fault(&format!("<Amt Ccy=\"SEK\">{text}</Amt>"));
        assert_eq!(found, Fault::NotAnAmount(text.to_owned()));
    }
    assert_eq!(fault("<Amt>1</Amt>"), Fault::MissingCurrency);
    assert_eq!(fault("<Amt Ccy=\"\">1</Amt>"), Fault::MissingCurrency);
    assert_eq!(fault("<Amt Ccy=\"XYZ\">1</Amt>"), Fault::UnknownCurrency("XYZ".to_owned()));
    assert_eq!(fault("<Amt Ccy=\"SEK\"/>"), Fault::Missing("Amt"));
    assert_eq!(fault(""), Fault::Missing("Amt"));
}

#[test]
fn wrong_days_and_directions_are_named() {
    let good = entry(HUNDRED, "");
    let fault = |from: &str, to: &str| fault_of(&statement("02", &good.replace(from, to)));
    assert_eq!(fault("2026-03-31", "2026-02-30"), Fault::NotADay("2026-02-30".to_owned()));
    assert_eq!(fault("2026-03-31", "31.03.2026"), Fault::NotADay("31.03.2026".to_owned()));
    assert_eq!(fault("CRDT", "PLUS"), Fault::NotADirection("PLUS".to_owned()));
    assert_eq!(fault("<CdtDbtInd>CRDT</CdtDbtInd>", ""), Fault::Missing("CdtDbtInd"));
    assert_eq!(fault_of(&statement("02", &good).replace("IBAN", "Nm")), Fault::Missing("Acct/Id"));
}

#[test]
fn an_error_says_line_and_entry() {
    let entries = format!("{}\n{}\n{}", entry(HUNDRED, ""), entry("<Amt>1</Amt>", ""), entry(HUNDRED, ""));
    let error = read_all(&statement("02", &entries)).unwrap_err();
    assert_eq!((error.line, error.entry), (6, Some(2)));
    assert_eq!(error.to_string(), "Line 6, entry 2: The amount has no currency (Ccy).");
}

#[test]
fn other_files_are_refused() {
    let good = statement("02", &entry(HUNDRED, ""));
    for version in ["01", "14", "2", "002", "", "xx"] {
        assert!(
            matches!(fault_of(&good.replace("001.02", &format!("001.{version}"))), Fault::NotAStatement(_)),
            "{version}"
        );
    }
    for other in [
        good.replace(STATEMENT, "urn:iso:std:iso:20022:tech:xsd:camt.052.001."),
        good.replace(" xmlns=", " no="),
        "<html/>".to_owned(),
        String::new(),
    ] {
        assert!(matches!(fault_of(&other), Fault::NotAStatement(_)), "{other}");
    }
    for broken in [
        "PK\u{3}\u{4}".to_owned(),
        good.replace("</Ntry>", ""),
        good.replace("</Document>", ""),
        good[..good.len() / 2].to_owned(),
        format!("{good}<Document/>"),
        format!("{good}text"),
        good.replace("UTF-8", "ISO-8859-1"),
    ] {
        assert!(matches!(fault_of(&broken), Fault::NotXml(_)), "{broken}");
    }
    let not_utf8 = [good.as_bytes()[..400].to_vec(), vec![0xFF, 0xFE]].concat();
    let error = read(not_utf8.as_slice(), Limits::default(), exponent_of, |_| ()).unwrap_err();
    assert!(matches!(error.fault, Fault::NotXml(_)), "{error}");
}

#[test]
fn entities_cannot_be_defined() {
    let good = statement("02", &entry(HUNDRED, "<AddtlNtryInf>&lol;</AddtlNtryInf>"));
    assert_eq!(fault_of(&good), Fault::UnknownEntity("lol".to_owned()));
    let bomb = good.replacen('\n', "<!DOCTYPE Document [<!ENTITY lol \"lol\"><!ENTITY b \"&lol;&lol;\">]>", 1);
    assert_eq!(fault_of(&bomb), Fault::DocumentType);
    let outside = good.replacen('\n', "<!DOCTYPE Document SYSTEM \"file:///etc/passwd\">", 1);
    assert_eq!(fault_of(&outside), Fault::DocumentType);
}

#[test]
fn limits_hold() {
    let good = statement("02", &entry(HUNDRED, ""));
    let limited = |xml: &str, limits| read(xml.as_bytes(), limits, exponent_of, |_| ()).map_err(|error| error.fault);
    let bytes = good.len() as u64;
    assert!(limited(&good, Limits { bytes, ..Limits::default() }).is_ok());
    assert_eq!(limited(&good, Limits { bytes: bytes - 1, ..Limits::default() }), Err(Fault::TooLong(bytes - 1)));
    let deep = statement("02", &entry(HUNDRED, &"<x>".repeat(100_000)));
    assert_eq!(limited(&deep, Limits::default()), Err(Fault::TooDeep(32)));
    let wide = statement("02", &entry(HUNDRED, &"<Amt/>".repeat(100)));
    assert_eq!(limited(&wide, Limits { elements: 50, ..Limits::default() }), Err(Fault::TooManyElements(50)));
}

#[test]
fn ten_thousand_entries_are_read() {
    let entries: String = (0..10_000)
        .map(|number| {
            let amount = format!("<Amt Ccy=\"SEK\">{number}.05</Amt>");
            entry(
                &amount,
                "<NtryDtls><TxDtls><RmtInf><Strd><CdtrRefInf><Ref>202600000121</Ref></CdtrRefInf></Strd></RmtInf>\
                            <RltdPties><Dbtr><Nm>Anna</Nm></Dbtr></RltdPties></TxDtls></NtryDtls>\n",
            )
        })
        .collect();
    let (summary, records) = read_all(&statement("08", &entries)).unwrap();
    assert_eq!(summary.records, 10_000);
    assert_eq!(records.iter().map(|record| record.amount_minor).sum::<i64>(), 4_999_500_000 + 50_000);
}
