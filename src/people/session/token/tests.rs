//! Access tokens, and what only looks like one.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use jsonwebtoken::{Algorithm, Header, encode};
use proptest::prelude::*;
use sea_orm::prelude::DateTimeUtc;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::base::config::Config;
use crate::base::random::Random;
use crate::people::session::signing_key::{self, SigningKey};
use crate::people::session::token::{Identity, Rejection, Tokens};

const ADA: Identity = Identity { user_id: Uuid::from_u128(1), session_id: Uuid::from_u128(2) };

fn now() -> DateTimeUtc {
    "2026-11-21T10:00:00Z".parse().unwrap()
}

/// Tokens with a key of their own, and that key.
fn tokens(seed: u64) -> (Tokens, SigningKey) {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::defaults().unwrap();
    config.data_dir = folder.path().to_owned();
    let random = Random::seeded(seed);
    (Tokens::load(&config, &random).unwrap(), signing_key::load(&config, &random).unwrap().remove(0))
}

fn claims() -> Value {
    let (tokens, _) = tokens(1);
    let (token, _) = tokens.sign(ADA, now()).unwrap();
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn header(key: &SigningKey) -> Header {
    Header { typ: Some("at+jwt".to_owned()), kid: Some(key.id.clone()), ..Header::new(Algorithm::EdDSA) }
}

fn part(value: &Value) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(value.to_string())
}

#[test]
fn a_token_says_who_it_is_until_it_expires() {
    let (tokens, _) = tokens(1);
    let (token, expires_at) = tokens.sign(ADA, now()).unwrap();
    assert_eq!(expires_at, now() + TimeDelta::minutes(15));
    assert_eq!(tokens.verify(&token, now()), Ok((ADA, now() + TimeDelta::minutes(15))));
    assert_eq!(tokens.verify(&token, expires_at - TimeDelta::seconds(1)), Ok((ADA, now() + TimeDelta::minutes(15))));
    assert_eq!(tokens.verify(&token, expires_at), Err(Rejection::Expired));
    // A node whose clock is behind, and one whose clock is wrong.
    assert_eq!(tokens.verify(&token, now() - TimeDelta::seconds(30)), Ok((ADA, now() + TimeDelta::minutes(15))));
    assert_eq!(tokens.verify(&token, now() - TimeDelta::seconds(31)), Err(Rejection::Invalid));
    let names: Vec<String> = claims().as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["aud", "exp", "iat", "iss", "nbf", "sid", "sub"]);
}

#[test]
fn a_token_without_a_signature_is_refused() {
    let (tokens, key) = tokens(1);
    for alg in ["none", "None", "HS256", "ES256"] {
        let head = json!({ "typ": "at+jwt", "alg": alg, "kid": key.id });
        for signature in ["", "AAAA"] {
            let token = format!("{}.{}.{signature}", part(&head), part(&claims()));
            assert_eq!(tokens.verify(&token, now()), Err(Rejection::Invalid), "{alg}");
        }
    }
    let public = BASE64_URL_SAFE_NO_PAD.decode(&key.public).unwrap();
    let head = part(&json!({ "typ": "at+jwt", "alg": "HS256", "kid": key.id }));
    let message = format!("{head}.{}", part(&claims()));
    let hmac = ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &public), message.as_bytes());
    let token = format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(hmac));
    assert_eq!(tokens.verify(&token, now()), Err(Rejection::Invalid));
}

#[test]
fn a_token_of_a_foreign_key_is_refused_whatever_it_calls_itself() {
    let (ours, key) = tokens(1);
    let (_, foreign) = tokens(2);
    for named in [&foreign, &key] {
        let token = encode(&header(named), &claims(), &foreign.signs).unwrap();
        assert_eq!(ours.verify(&token, now()), Err(Rejection::Invalid));
    }
    assert_eq!(
        ours.verify(&encode(&header(&key), &claims(), &key.signs).unwrap(), now()),
        Ok((ADA, now() + TimeDelta::minutes(15)))
    );
}

#[test]
fn a_token_for_another_purpose_is_refused() {
    let (tokens, key) = tokens(1);
    let changed = |field: &str, value: Value| {
        let mut claims = claims();
        claims[field] = value;
        encode(&header(&key), &claims, &key.signs).unwrap()
    };
    let user = crate::base::id::Type::User.id(ADA.user_id).0;
    for (field, value) in [
        ("iss", json!("https://other.example")),
        ("aud", json!("another")),
        ("aud", json!(["tenantry"])),
        ("sub", json!("user_nonsense")),
        ("sid", json!(user)),
        ("exp", json!("never")),
        ("exp", Value::Null),
        ("nbf", json!(now().timestamp() + 31)),
        ("iat", json!(now().timestamp() + 31)),
    ] {
        assert_eq!(tokens.verify(&changed(field, value.clone()), now()), Err(Rejection::Invalid), "{field} {value}");
    }
    assert_eq!(tokens.verify(&changed("exp", json!(now().timestamp())), now()), Err(Rejection::Expired));
    let plain = Header { kid: Some(key.id.clone()), ..Header::new(Algorithm::EdDSA) };
    assert_eq!(tokens.verify(&encode(&plain, &claims(), &key.signs).unwrap(), now()), Err(Rejection::Invalid));
    let nameless = Header { kid: None, ..header(&key) };
    assert_eq!(tokens.verify(&encode(&nameless, &claims(), &key.signs).unwrap(), now()), Err(Rejection::Invalid));
}

#[test]
fn all_configured_keys_verify_and_the_first_signs() {
    let pem = |seed: u64| {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::defaults().unwrap();
        config.data_dir = folder.path().to_owned();
        Tokens::load(&config, &Random::seeded(seed)).unwrap();
        std::fs::read_to_string(folder.path().join("signing-key.pem")).unwrap()
    };
    let with = |keys: Vec<String>| {
        let mut config = Config::defaults().unwrap();
        config.tokens.signing_keys = keys;
        Tokens::load(&config, &Random::seeded(0)).unwrap()
    };
    let (old, both) = (with(vec![pem(1)]), with(vec![pem(2), pem(1)]));
    let before = old.sign(ADA, now()).unwrap().0;
    assert_eq!(both.verify(&before, now()), Ok((ADA, now() + TimeDelta::minutes(15))));
    assert_eq!(old.verify(&both.sign(ADA, now()).unwrap().0, now()), Err(Rejection::Invalid));
    assert_eq!(with(vec![pem(2)]).verify(&before, now()), Err(Rejection::Invalid));
}

#[test]
fn only_the_issuer_decides_whose_tokens_count_and_no_address() {
    let folder = tempfile::tempdir().unwrap();
    let node = |address: &str, issuer: Option<&str>| {
        let mut config = Config::defaults().unwrap();
        config.data_dir = folder.path().to_owned();
        config.listen = address.to_owned();
        config.public_url = format!("http://{address}");
        if let Some(issuer) = issuer {
            config.tokens.issuer = issuer.to_owned();
        }
        Tokens::load(&config, &Random::seeded(1)).unwrap()
    };
    let (one, other) = (node("10.0.0.1:80", None), node("10.0.0.2:8080", None));
    let token = one.sign(ADA, now()).unwrap().0;
    assert_eq!(other.verify(&token, now()), Ok((ADA, now() + TimeDelta::minutes(15))));
    assert_eq!(node("10.0.0.1:80", Some("https://other.example")).verify(&token, now()), Err(Rejection::Invalid));
}

#[test]
fn the_key_set_shows_public_keys_and_nothing_prints_secret_ones() {
    let (tokens, key) = tokens(1);
    let set: Value = serde_json::from_str(&tokens.key_set()).unwrap();
    let shown = json!({ "kty": "OKP", "crv": "Ed25519", "x": key.public, "kid": key.id, "use": "sig", "alg": "EdDSA" });
    assert_eq!(set, json!({ "keys": [shown] }));
    assert_eq!(format!("{tokens:?}"), format!("[\"{}\"]", key.id));
}

proptest! {
    #[test]
    fn no_text_is_taken_for_a_token(text in "\\PC{0,80}") {
        let (tokens, _) = tokens(1);
        prop_assert_eq!(tokens.verify(&text, now()), Err(Rejection::Invalid));
    }

    #[test]
    fn no_changed_letter_goes_unnoticed(at in 0usize..400, letter in "[A-Za-z0-9_.-]") {
        let (tokens, _) = tokens(1);
        let (token, _) = tokens.sign(ADA, now()).unwrap();
        let at = at % token.len();
        if token[at..=at] != letter {
            let mut changed = token.clone();
            changed.replace_range(at..=at, &letter);
            prop_assert_eq!(tokens.verify(&changed, now()), Err(Rejection::Invalid));
        }
    }
}
