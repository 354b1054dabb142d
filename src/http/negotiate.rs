//! The media type of an answer: `Accept`, as RFC 9110 and the GraphQL-over-HTTP specification describe it.

use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, HeaderValue};

/// The media type of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// `application/graphql-response+json`: the status says whether there is data.
    Graphql,
    /// `application/json`, for older clients: the status is 200 for every well-formed request.
    Json,
}

impl Media {
    /// The value of `Content-Type`.
    pub const fn content_type(self) -> HeaderValue {
        match self {
            Self::Graphql => HeaderValue::from_static("application/graphql-response+json; charset=utf-8"),
            Self::Json => HeaderValue::from_static("application/json; charset=utf-8"),
        }
    }

    /// The media type that the client prefers; `None` if it accepts neither. Without `Accept`, it is JSON.
    pub fn accepted(headers: &HeaderMap) -> Option<Self> {
        if !headers.contains_key(ACCEPT) {
            return Some(Self::Json);
        }
        let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let ranges: Vec<Range> = values.flat_map(|value| value.split(',')).filter_map(Range::read).collect();
        let graphql = Range::best(&ranges, "graphql-response+json");
        let json = Range::best(&ranges, "json");
        match (graphql, json) {
            (None, None) => None,
            (Some(_), None) => Some(Self::Graphql),
            // At equal weight, the type that is named wins. If both are named, the newer one wins.
            (Some(graphql), Some(json)) if graphql >= json && graphql.1 == Precision::Exact => Some(Self::Graphql),
            (Some(graphql), Some(json)) if graphql.0 > json.0 => Some(Self::Graphql),
            _ => Some(Self::Json),
        }
    }
}

/// One media range.
struct Range<'a> {
    subtype: &'a str,
    precision: Precision,
    weight: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Precision {
    Anything,
    Application,
    Exact,
}

impl<'a> Range<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let precision = match (kind, subtype) {
            ("*", "*") => Precision::Anything,
            (kind, "*") if kind.eq_ignore_ascii_case("application") => Precision::Application,
            (kind, _) if kind.eq_ignore_ascii_case("application") => Precision::Exact,
            _ => return None,
        };
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        Some(Self { subtype, precision, weight: weight.map_or(1000, thousandths) })
    }

    /// The weight of a subtype and the precision of the range that gives it. The most precise range decides.
    fn best(ranges: &[Self], subtype: &str) -> Option<(u16, Precision)> {
        let matching = ranges
            .iter()
            .filter(|range| range.precision < Precision::Exact || range.subtype.eq_ignore_ascii_case(subtype));
        matching
            .max_by_key(|range| range.precision)
            .filter(|range| range.weight > 0)
            .map(|range| (range.weight, range.precision))
    }
}

/// A weight from `0` to `1` with three decimals, times a thousand. An invalid weight counts as 1.
fn thousandths(text: &str) -> u16 {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let decimals = format!("{:0<3}", decimals.chars().take(3).collect::<String>());
    match (whole, decimals.parse()) {
        ("0", Ok(decimals)) => decimals,
        _ => 1000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(accept: &str) -> Option<Media> {
        Media::accepted(&HeaderMap::from_iter([(ACCEPT, HeaderValue::from_str(accept).unwrap())]))
    }

    #[test]
    fn the_client_chooses() {
        for (accept, media) in [
            ("application/graphql-response+json", Some(Media::Graphql)),
            ("application/json", Some(Media::Json)),
            ("Application/JSON; charset=utf-8", Some(Media::Json)),
            ("*/*", Some(Media::Json)),
            ("application/*", Some(Media::Json)),
            ("application/graphql-response+json, application/json", Some(Media::Graphql)),
            ("application/json, application/graphql-response+json", Some(Media::Graphql)),
            ("application/graphql-response+json, */*", Some(Media::Graphql)),
            ("application/json, */*", Some(Media::Json)),
            ("application/graphql-response+json, application/json;q=0.9", Some(Media::Graphql)),
            ("application/graphql-response+json;q=0.5, application/json;q=0.9", Some(Media::Json)),
            ("application/graphql-response+json;q=0, */*", Some(Media::Json)),
            ("application/json;q=0, */*;q=0.1", Some(Media::Graphql)),
            ("application/json;q=0.2, */*;q=0.8", Some(Media::Graphql)),
            ("text/html, application/xhtml+xml, */*;q=0.8", Some(Media::Json)),
            ("text/event-stream", None),
            ("application/json;q=0", None),
            ("application/json;q=0.000", None),
            ("nonsense", None),
            ("", None),
        ] {
            assert_eq!(accepted(accept), media, "{accept}");
        }
    }

    #[test]
    fn a_client_without_accept_gets_json() {
        assert_eq!(Media::accepted(&HeaderMap::new()), Some(Media::Json));
    }
}
