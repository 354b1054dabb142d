//! The records of one entry. Pure functions on its elements.

use chrono::NaiveDate;

use super::element::Element;
use super::{Fault, MOST_MINOR, Record};

/// The account of a statement: its IBAN, or the number that the bank uses.
pub fn account(account: &Element) -> Option<String> {
    number_at(account, &["Id"])
}

/// The records of an entry. None if it is not booked.
///
/// Each transaction of a batch becomes a record. If the parts have no amounts or do not add up, the whole entry is one record
/// with the references of all. Its amount is certain, and a person decides about the parts.
pub fn records(
    entry: &Element,
    account: &str,
    number: u32,
    exponent_of: &impl Fn(&str) -> Option<u32>,
) -> Result<Option<Vec<Record>>, Fault> {
    // Until version 7 the state is a text, later an element.
    let state = entry.text_at(&["Sts", "Cd"]).or_else(|| entry.text_at(&["Sts"]));
    if state.is_some_and(|state| state != "BOOK") {
        return Ok(None);
    }
    let amount = amount_of(entry.find(&["Amt"]).ok_or(Fault::Missing("Amt"))?, exponent_of)?;
    let is_credit = direction(entry)?.ok_or(Fault::Missing("CdtDbtInd"))?;
    let value_on = day_at(entry, "ValDt")?;
    let booked_on = day_at(entry, "BookgDt")?.or(value_on).ok_or(Fault::Missing("BookgDt"))?;
    let whole = Record {
        account: account.to_owned(),
        entry: number,
        detail: 1,
        amount_minor: amount.0,
        currency: amount.1.to_owned(),
        is_credit,
        is_reversal: entry.text_at(&["RvslInd"]).is_some_and(|flag| matches!(flag, "true" | "1")),
        is_returned: false,
        transactions: 1,
        return_reason: None,
        booked_on,
        value_on,
        bank_reference: owned(identifier(entry.text_at(&["AcctSvcrRef"]))),
        end_to_end_id: None,
        references: Vec::new(),
        texts: owned(entry.text_at(&["AddtlNtryInf"])).into_iter().collect(),
        other_name: None,
        other_account: None,
    };
    let details: Vec<&Element> = entry.all("NtryDtls").flat_map(|details| details.all("TxDtls")).collect();
    if let Some(parts) = parts(&whole, &details, exponent_of)? {
        return Ok(Some(parts));
    }
    let mut record = Record { transactions: details.len().max(1), ..whole };
    for detail in &details {
        describe(&mut record, detail);
    }
    Ok(Some(vec![record]))
}

/// One record for each of several transactions, if they add up.
fn parts(
    whole: &Record,
    details: &[&Element],
    exponent_of: &impl Fn(&str) -> Option<u32>,
) -> Result<Option<Vec<Record>>, Fault> {
    if details.len() < 2 {
        return Ok(None);
    }
    let mut records = Vec::with_capacity(details.len());
    let mut sum: i128 = 0;
    for (detail, number) in details.iter().zip(1..) {
        // Versions since 3 may have the amount in the transaction, version 2 has it in the details of amounts.
        let element = detail.find(&["Amt"]).or_else(|| detail.find(&["AmtDtls", "TxAmt", "Amt"]));
        let Some(element) = element else { return Ok(None) };
        let (amount_minor, currency) = amount_of(element, exponent_of)?;
        let is_credit = direction(detail)?.unwrap_or(whole.is_credit);
        if currency != whole.currency {
            return Ok(None);
        }
        sum += if is_credit == whole.is_credit { i128::from(amount_minor) } else { -i128::from(amount_minor) };
        let mut record = Record { detail: number, amount_minor, is_credit, ..whole.clone() };
        describe(&mut record, detail);
        records.push(record);
    }
    Ok((sum == i128::from(whole.amount_minor)).then_some(records))
}

/// Adds what a transaction says to a record. Of several, the first name, account and identifier counts.
fn describe(record: &mut Record, detail: &Element) {
    if let Some(reference) = identifier(detail.text_at(&["Refs", "AcctSvcrRef"])) {
        record.bank_reference = Some(reference.to_owned());
    }
    let end_to_end = identifier(detail.text_at(&["Refs", "EndToEndId"]));
    record.end_to_end_id = record.end_to_end_id.take().or_else(|| owned(end_to_end));
    for remittance in detail.all("RmtInf") {
        record.texts.extend(remittance.all("Ustrd").filter_map(Element::text).map(str::to_owned));
        for structured in remittance.all("Strd") {
            let references = structured.all("CdtrRefInf").filter_map(|info| info.text_at(&["Ref"]));
            record.references.extend(references.map(str::to_owned));
            record.texts.extend(structured.all("AddtlRmtInf").filter_map(Element::text).map(str::to_owned));
        }
    }
    record.texts.extend(owned(detail.text_at(&["AddtlTxInf"])));
    if let Some(returned) = detail.find(&["RtrInf"]) {
        record.is_returned = true;
        let reason = returned.text_at(&["Rsn", "Cd"]).or_else(|| returned.text_at(&["Rsn", "Prtry"]));
        record.return_reason = record.return_reason.take().or_else(|| owned(reason));
    }
    let (party, ultimate, account) =
        if record.is_credit { ("Dbtr", "UltmtDbtr", "DbtrAcct") } else { ("Cdtr", "UltmtCdtr", "CdtrAcct") };
    // Since version 8 a party is wrapped, because it may be a bank.
    let name = [party, ultimate].into_iter().find_map(|party| {
        detail.text_at(&["RltdPties", party, "Nm"]).or_else(|| detail.text_at(&["RltdPties", party, "Pty", "Nm"]))
    });
    record.other_name = record.other_name.take().or_else(|| owned(name));
    record.other_account = record.other_account.take().or_else(|| number_at(detail, &["RltdPties", account, "Id"]));
}

/// What banks write where they have no identifier.
const PLACEHOLDERS: [&str; 6] = ["NONREF", "NOREF", "NOTPROVIDED", "NOTAVAILABLE", "NONE", "UNKNOWN"];

/// An identifier, if it is one.
fn identifier(text: Option<&str>) -> Option<&str> {
    let bare = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
    text.filter(|text| {
        let bare = bare(text);
        !bare.is_empty() && !PLACEHOLDERS.contains(&bare.as_str()) && bare.bytes().any(|letter| letter != b'0')
    })
}

fn owned(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}

/// The number of an account whose Id is at the path, without spaces.
fn number_at(element: &Element, path: &[&'static str]) -> Option<String> {
    let id = element.find(path)?;
    let number = id.text_at(&["IBAN"]).or_else(|| id.text_at(&["Othr", "Id"]))?;
    Some(number.chars().filter(|letter| !letter.is_whitespace()).collect())
}

fn direction(element: &Element) -> Result<Option<bool>, Fault> {
    match element.text_at(&["CdtDbtInd"]) {
        None => Ok(None),
        Some("CRDT") => Ok(Some(true)),
        Some("DBIT") => Ok(Some(false)),
        Some(other) => Err(Fault::NotADirection(other.to_owned())),
    }
}

/// A day, or the day of a time as the bank wrote it.
fn day_at(entry: &Element, name: &'static str) -> Result<Option<NaiveDate>, Fault> {
    let Some(text) = entry.text_at(&[name, "Dt"]).or_else(|| entry.text_at(&[name, "DtTm"])) else { return Ok(None) };
    let day = text
        .get(..10)
        .filter(|_| text.len() == 10 || matches!(text.as_bytes().get(10), Some(b'T' | b'Z' | b'+' | b'-')));
    let parsed = day.and_then(|day| NaiveDate::parse_from_str(day, "%Y-%m-%d").ok());
    parsed.map(Some).ok_or_else(|| Fault::NotADay(text.to_owned()))
}

/// An amount in minor units and its currency.
fn amount_of<'a>(element: &'a Element, exponent_of: &impl Fn(&str) -> Option<u32>) -> Result<(i64, &'a str), Fault> {
    let currency = element.currency().ok_or(Fault::MissingCurrency)?;
    let exponent = exponent_of(currency).ok_or_else(|| Fault::UnknownCurrency(currency.to_owned()))?;
    let text = element.text().ok_or(Fault::Missing("Amt"))?;
    Ok((minor(text, exponent, currency)?, currency))
}

/// A decimal number in minor units, exactly. Zeros at the end do not count as decimals.
fn minor(text: &str, exponent: u32, currency: &str) -> Result<i64, Fault> {
    let wrong = || Fault::NotAnAmount(text.to_owned());
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    let (whole, decimals) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let is_digits = |part: &str| part.bytes().all(|digit| digit.is_ascii_digit());
    if !is_digits(whole) || !is_digits(decimals) || (whole.is_empty() && decimals.is_empty()) {
        return Err(wrong());
    }
    let decimals = decimals.trim_end_matches('0');
    let places = usize::try_from(exponent).map_err(|_| wrong())?;
    if decimals.len() > places {
        return Err(Fault::TooManyDecimals { amount: text.to_owned(), currency: currency.to_owned() });
    }
    let minor: i64 = format!("0{whole}{decimals:0<places$}").parse().map_err(|_| wrong())?;
    if minor <= MOST_MINOR { Ok(minor) } else { Err(wrong()) }
}
