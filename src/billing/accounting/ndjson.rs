//! Vouchers as NDJSON: one JSON object a line (RFC 8259 texts, separated by line feeds).

use super::voucher::Voucher;
use super::writing::ExportError;

/// The vouchers, one a line. Amounts are in minor units.
pub fn write(vouchers: &[Voucher]) -> Result<Vec<u8>, ExportError> {
    let mut bytes = Vec::new();
    for voucher in vouchers {
        serde_json::to_writer(&mut bytes, voucher).map_err(|error| ExportError::Unwritable(error.to_string()))?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::plan::AccountPlan;
    use super::super::posting::{of_payment, tests::movement};
    use super::*;

    #[test]
    fn each_line_is_a_voucher_that_sums_to_zero() {
        let voucher = of_payment(&AccountPlan::bas(), &movement(10_500, 10_000)).unwrap();
        let text = String::from_utf8(write(&[voucher.clone(), voucher]).unwrap()).unwrap();
        assert!(text.ends_with("}\n"));
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2);
        for line in lines {
            assert_eq!(
                (&line["kind"], &line["day"], &line["currency"]),
                (&"PAYMENT".into(), &"2026-03-31".into(), &"SEK".into())
            );
            let postings = line["postings"].as_array().unwrap();
            assert_eq!(postings.len(), 3);
            assert_eq!(postings.iter().map(|posting| posting["amountMinor"].as_i64().unwrap()).sum::<i64>(), 0);
        }
    }
}
