//! What the cookie of the console holds: the session, and a secret whose hash the session keeps.

use std::fmt;

use uuid::Uuid;

use crate::base::random::hash;

/// The value of a cookie. It has no `Debug`, so that it is never printed by mistake.
#[derive(Clone)]
pub struct Cookie {
    /// The session that it names.
    pub session_id: Uuid,
    secret: String,
}

impl Cookie {
    /// The cookie of a new session.
    pub const fn new(session_id: Uuid, secret: String) -> Self {
        Self { session_id, secret }
    }

    /// Reads the value of a cookie.
    pub fn parse(value: &str) -> Option<Self> {
        let (session, secret) = value.split_once('.')?;
        let session_id = Uuid::try_parse(session).ok()?;
        Some(Self { session_id, secret: secret.to_owned() })
    }

    /// The hash that the session keeps.
    pub fn hash(&self) -> String {
        hash(&self.secret)
    }
}

impl fmt::Display for Cookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.session_id.simple(), self.secret)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::random::Random;

    #[test]
    fn a_cookie_is_read_as_it_was_written() {
        let random = Random::seeded(1);
        let cookie = Cookie::new(Uuid::from_u128(7), random.secret());
        let read = Cookie::parse(&cookie.to_string()).unwrap();
        assert_eq!((read.session_id, read.hash()), (cookie.session_id, cookie.hash()));
        for wrong in ["", ".", "x.y", "00000000000000000000000000000007", &cookie.to_string()[1..]] {
            assert!(Cookie::parse(wrong).is_none(), "{wrong}");
        }
    }
}
