//! The cookie that keeps a person logged in to the console, and when it counts.
//!
//! It counts only if the browser says that a page of this very origin sends the request (`Sec-Fetch-Site`), which no script
//! can forge. `SameSite=Strict` is the second wall, not the first: pages on another port or on a sibling domain are of the
//! same site. Browsers send the header over HTTPS, and on localhost. A request with `Authorization` says by that who sends
//! it, so its cookie never counts.

use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::base::error::{Error, Result};
use crate::people::session::Cookie;

/// Browsers accept a name with this prefix only from this host itself, and only with `Secure` and `Path=/`.
const NAME: &str = "__Host-tenantry";
const MARKS: &str = "Path=/; Secure; HttpOnly; SameSite=Strict";
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a page of this origin sends the request.
pub fn is_of_this_origin(headers: &HeaderMap) -> bool {
    let mut sites = headers.get_all(SITE).iter();
    sites.next().is_some_and(|site| site == "same-origin") && sites.next().is_none()
}

/// The cookie of the request, if it counts.
pub fn counting(headers: &HeaderMap) -> Option<Cookie> {
    if !is_of_this_origin(headers) || headers.contains_key(AUTHORIZATION) {
        return None;
    }
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut values = lines.flat_map(|line| line.split(';')).filter_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == NAME).then_some(value)
    });
    Cookie::parse(values.next()?)
}

/// Makes the browser keep the cookie for so many days.
pub fn keep(cookie: &Cookie, days: i64) -> Result<HeaderValue> {
    let mut value = HeaderValue::try_from(format!("{NAME}={cookie}; {MARKS}; Max-Age={}", days.saturating_mul(86_400)))
        .map_err(Error::fault)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Makes the browser forget the cookie.
pub fn forget() -> HeaderValue {
    HeaderValue::from_static("__Host-tenantry=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0")
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const ID: Uuid = Uuid::from_u128(7);

    fn headers(list: &[(HeaderName, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in list {
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    fn counts(list: &[(HeaderName, &str)]) -> bool {
        counting(&headers(list)).is_some_and(|cookie| cookie.session_id == ID)
    }

    #[test]
    fn it_counts_only_for_pages_of_this_origin() {
        let cookie = format!("a=b; {NAME}={}.secret; c=d", ID.simple());
        assert!(counts(&[(SITE, "same-origin"), (COOKIE, &cookie)]));
        for site in ["same-site", "cross-site", "none", "", "Same-Origin", "same-origin, cross-site"] {
            assert!(!counts(&[(SITE, site), (COOKIE, &cookie)]), "{site}");
        }
        assert!(!counts(&[(COOKIE, &cookie)]));
        assert!(!counts(&[(SITE, "same-origin"), (SITE, "cross-site"), (COOKIE, &cookie)]));
        assert!(!counts(&[(SITE, "same-origin"), (COOKIE, &cookie), (AUTHORIZATION, "Bearer x")]));
        assert!(!counts(&[(SITE, "same-origin"), (COOKIE, &cookie), (AUTHORIZATION, "")]));
    }

    #[test]
    fn it_is_found_among_others_and_under_its_own_name_only() {
        let cookie = format!("{}.secret", ID.simple());
        for name in ["x__Host-tenantry", "__host-tenantry", "tenantry", "__Host-tenantry2"] {
            assert!(!counts(&[(SITE, "same-origin"), (COOKIE, &format!("{name}={cookie}"))]), "{name}");
        }
        let line = format!("{NAME}={cookie}");
        assert!(counts(&[(SITE, "same-origin"), (COOKIE, "a=b"), (COOKIE, &line)]));
        for wrong in ["", "secret", "7.secret"] {
            assert!(!counts(&[(SITE, "same-origin"), (COOKIE, &format!("{NAME}={wrong}"))]), "{wrong}");
        }
    }

    #[test]
    fn a_kept_cookie_has_its_marks_and_is_read_again() {
        let cookie = Cookie::new(ID, "secret".to_owned());
        let kept = keep(&cookie, 30).unwrap();
        let expected =
            format!("{NAME}={}.secret; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=2592000", ID.simple());
        assert_eq!(kept, expected.as_str());
        assert!(!format!("{kept:?}").contains("secret"));
        assert!(counts(&[(SITE, "same-origin"), (COOKIE, expected.split(';').next().unwrap())]));
        assert_eq!(forget(), format!("{NAME}=; {MARKS}; Max-Age=0").as_str());
    }
}
