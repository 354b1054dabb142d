//! Values are read or refused with a reason, and their keys keep their order.

use proptest::prelude::*;

use super::*;

#[test]
fn values_are_read_into_one_text_each() {
    let choices = ["north".to_owned(), "south".to_owned()];
    for (kind, typed, canonical) in [
        (Kind::Text, "  Zoe\u{308} 李 ", "Zoë 李"),
        (Kind::Number, "+1.50", "1.5"),
        (Kind::Number, "-0.0", "0"),
        (Kind::Number, "1e3", "1000"),
        (Kind::Number, "6.02e23", "6.02e23"),
        (Kind::Number, "100000000000000000000", "100000000000000000000"),
        (Kind::Date, "2024-02-29", "2024-02-29"),
        (Kind::Boolean, "true", "true"),
        (Kind::Choice, "north", "north"),
        (Kind::Url, "HTTPS://Example.org", "https://example.org/"),
    ] {
        assert_eq!(read(kind, &choices, typed).as_deref(), Ok(canonical), "{typed}");
    }
}

#[test]
fn text_that_is_not_a_value_of_the_type_is_refused() {
    let choices = ["north".to_owned()];
    for (kind, typed) in [
        (Kind::Text, ""),
        (Kind::Text, "  "),
        (Kind::Text, "a\nb"),
        (Kind::Text, "a\0b"),
        (Kind::Text, "a\u{202e}b"),
        (Kind::Number, "NaN"),
        (Kind::Number, "inf"),
        (Kind::Number, "-Infinity"),
        (Kind::Number, "1e999"),
        (Kind::Number, "1,5"),
        (Kind::Number, "0x10"),
        (Kind::Number, "12345678901234567"),
        (Kind::Number, "."),
        (Kind::Date, "2026-02-30"),
        (Kind::Date, "2026-2-03"),
        (Kind::Date, "0000-01-01"),
        (Kind::Date, "+2026-01-01"),
        (Kind::Date, "12026-01-01"),
        (Kind::Date, "2026-01-01T00:00:00Z"),
        (Kind::Boolean, "TRUE"),
        (Kind::Boolean, "1"),
        (Kind::Choice, "North"),
        (Kind::Choice, "west"),
        (Kind::Url, "example.org"),
        (Kind::Url, "javascript:alert(1)"),
        (Kind::Url, "ftp://example.org"),
        (Kind::Url, "https://"),
        (Kind::Url, "https://exa mple.org"),
        (Kind::Url, "mailto:ada@example.org"),
    ] {
        assert!(read(kind, &choices, typed).is_err(), "{kind:?} {typed:?}");
    }
    assert!(read(Kind::Text, &[], &"ä".repeat(LONGEST)).is_ok());
    assert!(read(Kind::Text, &[], &"ä".repeat(LONGEST + 1)).is_err());
    assert!(read(Kind::Url, &[], &format!("https://example.org/{}", "ä".repeat(LONGEST - 30))).is_err());
}

#[test]
fn keys_and_choices_have_bounds() {
    for key in ["region", "a", "a_1", &"a".repeat(40)] {
        assert_eq!(wrong_key(key), None, "{key}");
    }
    for key in ["", "1a", "_a", "A", "aB", "a-b", "å", "a b", "a\0", &"a".repeat(41)] {
        assert!(wrong_key(key).is_some(), "{key:?}");
    }
    let some = |count: usize| (0..count).map(|number| number.to_string()).collect::<Vec<_>>();
    assert_eq!(read_choices(Kind::Choice, Some(&some(100))).map(|read| read.len()), Ok(100));
    for (kind, wrong) in [
        (Kind::Choice, Some(some(0))),
        (Kind::Choice, Some(some(101))),
        (Kind::Choice, None),
        (Kind::Choice, Some(vec!["a".to_owned(), " a ".to_owned()])),
        (Kind::Choice, Some(vec!["a".repeat(101)])),
        (Kind::Choice, Some(vec![String::new()])),
        (Kind::Text, Some(some(1))),
    ] {
        assert!(read_choices(kind, wrong.as_deref()).is_err(), "{kind:?} {wrong:?}");
    }
}

fn number() -> impl Strategy<Value = f64> {
    let finite = any::<f64>().prop_filter("finite", |number| number.is_finite());
    prop_oneof![finite, (-1000_i32..1000).prop_map(f64::from), Just(0.0), Just(-0.0), Just(f64::MIN_POSITIVE)]
}

proptest! {
    #[test]
    fn the_keys_of_numbers_are_in_their_order(one in number(), other in number()) {
        let [a, b] = [one, other].map(number_text);
        prop_assert_eq!(sort_key(Kind::Number, &a).cmp(&sort_key(Kind::Number, &b)), one.partial_cmp(&other).unwrap());
        prop_assert_eq!(a.parse::<f64>().unwrap().to_bits(), (one + 0.0).to_bits());
    }

    #[test]
    fn the_keys_of_days_are_in_their_order(one in 0..3_650_000_i32, other in 0..3_650_000_i32) {
        let days = [one, other].map(|day| NaiveDate::from_num_days_from_ce_opt(day + 1).unwrap());
        let texts = days.map(|day| day.to_string());
        for text in &texts {
            prop_assert_eq!(read(Kind::Date, &[], text), Ok(text.clone()));
        }
        let [a, b] = texts.map(|text| sort_key(Kind::Date, &text));
        prop_assert_eq!(a.cmp(&b), one.cmp(&other));
    }

    #[test]
    fn the_keys_of_texts_are_in_the_order_of_the_texts_in_lower_case(one in "\\PC{1,40}", other in "\\PC{1,40}") {
        for kind in [Kind::Text, Kind::Choice, Kind::Url] {
            let order = one.to_lowercase().chars().cmp(other.to_lowercase().chars());
            prop_assert_eq!(sort_key(kind, &one).cmp(&sort_key(kind, &other)), order);
        }
    }

    #[test]
    fn a_missing_value_comes_last_in_both_directions(text in "\\PC{1,300}", number in number(), yes in any::<bool>()) {
        let values = [(Kind::Text, text), (Kind::Number, number_text(number)), (Kind::Boolean, yes.to_string())];
        for (kind, value) in values {
            let (set, unset) = (Stored::of(kind, Some(value)), Stored::of(kind, None));
            prop_assert!(set.ascending_key < unset.ascending_key);
            prop_assert!(set.descending_key > unset.descending_key);
            for key in [&set.ascending_key, &set.descending_key] {
                prop_assert!(key.as_str() >= FIRST && key.as_str() < BEYOND);
            }
            prop_assert!(set.ascending_key.len() <= 1_000, "an index of PostgreSQL takes 2,700 bytes");
        }
        prop_assert!(sort_key(Kind::Boolean, "false") < sort_key(Kind::Boolean, "true"));
    }

    #[test]
    fn any_text_is_read_again_as_the_same_or_refused(text in any::<String>()) {
        for kind in [Kind::Text, Kind::Number, Kind::Date, Kind::Boolean, Kind::Url] {
            if let Ok(read_once) = read(kind, &[], &text) {
                prop_assert_eq!(read(kind, &[], &read_once), Ok(read_once.clone()));
            }
        }
    }
}
