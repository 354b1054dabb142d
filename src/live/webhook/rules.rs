//! What a webhook may be told, what is sent and how it is signed, when it is sent again, and when it is given up.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{SecondsFormat, TimeDelta};
use entity::webhook::{Model, Reason};
use entity::{event, webhook_delivery as delivery};
use ring::hmac;
use sea_orm::prelude::DateTimeUtc;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use url::Url;

use super::messages;
use crate::access::{Grants, Kind, Permission, PermissionSet};
use crate::base::error::{UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::message::{Message, Texts};
use crate::base::random::Random;
use crate::live::kinds::{EventKind, dotted};

/// What every secret begins with.
const SECRET_PREFIX: &str = "whsec_";
/// The type of a test, which is no event.
pub const TEST: &str = "WEBHOOK_TEST";
/// The most webhooks of one organisation.
pub const MOST: u64 = 20;
/// The longest time that a replaced secret may sign as well, in hours: a week.
pub const LONGEST_OVERLAP: i32 = 168;
/// For how long a delivery is tried, and how long a receiver may fail.
const PATIENCE: TimeDelta = TimeDelta::days(3);
/// The waits after the first attempts. Later ones are as long as the last.
const WAITS: [TimeDelta; 7] = [
    TimeDelta::seconds(5),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(5),
    TimeDelta::hours(10),
    TimeDelta::hours(12),
];
/// Bytes of an answer that are kept.
const KEPT: usize = 1_024;

/// A new secret, as its owner gets it.
pub fn new_secret(random: &Random) -> String {
    format!("{SECRET_PREFIX}{}", BASE64_STANDARD.encode(random.bytes::<32>()))
}

/// The bytes of a secret that sign.
fn key_of(secret: &str) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(secret.strip_prefix(SECRET_PREFIX)?).ok()
}

/// The header `webhook-signature`: a signature by each secret. `None` if a secret cannot be read.
pub fn signatures(secrets: &[String], id: &str, timestamp: i64, body: &str) -> Option<String> {
    let signed = format!("{id}.{timestamp}.{body}");
    let sign = |secret: &String| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key_of(secret)?);
        Some(format!("v1,{}", BASE64_STANDARD.encode(hmac::sign(&key, signed.as_bytes()))))
    };
    Some(secrets.iter().map(sign).collect::<Option<Vec<_>>>()?.join(" "))
}

/// The body: what happened to which object, and nothing of what the object contains. It is the same at each attempt.
pub fn body(row: &delivery::Model) -> String {
    let data = json!({
        "eventId": Type::Event.id(row.event_id).0,
        "organisationId": Type::Organisation.id(row.organisation_id).0,
        "objectId": row.object_id,
    });
    let at = row.at.to_rfc3339_opts(SecondsFormat::Micros, true);
    json!({ "type": dotted(&row.kind), "timestamp": at, "data": data }).to_string()
}

/// The scopes of a webhook.
pub const fn scopes(row: &Model) -> Grants {
    Grants {
        own: PermissionSet::from_stored(row.permissions),
        clients: PermissionSet::from_stored(row.client_permissions),
    }
}

/// Whether a webhook can be given the permission: one that events are read with, and that an API key may hold.
pub fn is_for_webhooks(permission: Permission) -> bool {
    let reads_events = || EventKind::ALL.iter().any(|kind| kind.permission() == Some(permission));
    permission.is_for_keys() && !permission.is_platform() && reads_events()
}

/// The chosen scopes of a webhook, with everything that they imply.
pub fn closed_scopes(own: &[Permission], clients: &[Permission]) -> Result<Grants, UserError> {
    for (field, wanted) in [("permissions", own), ("clientPermissions", clients)] {
        let useless: PermissionSet = wanted.iter().copied().filter(|one| !is_for_webhooks(*one)).collect();
        if !useless.is_empty() {
            let list = useless.iter().map(Permission::graphql_name).collect::<Vec<_>>().join(", ");
            return Err(UserError::at(field, UserErrorCode::InvalidInput, messages::useless(&list)));
        }
    }
    let scopes = Grants { own: PermissionSet::of(own), clients: PermissionSet::of(clients) };
    if scopes.is_empty() {
        return Err(UserError::at("permissions", UserErrorCode::InvalidInput, messages::NO_PERMISSIONS));
    }
    Ok(scopes)
}

/// Refuses types of which the webhook would never get an event, and scopes at clients whose events it does not get.
pub fn check_types(types: Option<&[EventKind]>, scopes: Grants, includes_clients: bool) -> Result<(), UserError> {
    if includes_clients && scopes.clients.is_empty() {
        return Err(UserError::at("clientPermissions", UserErrorCode::InvalidInput, messages::READS_NO_CLIENTS));
    }
    let wrong = |message: Message| Err(UserError::at("types", UserErrorCode::InvalidInput, message));
    if types.is_some_and(<[_]>::is_empty) {
        return wrong(messages::NO_TYPES.into());
    }
    for kind in types.into_iter().flatten() {
        let Some(permission) = kind.permission() else {
            return wrong(messages::of_one_user(kind.stored()).into());
        };
        let at_clients = if includes_clients { scopes.clients } else { PermissionSet::EMPTY };
        if !scopes.own.has(permission) && !at_clients.has(permission) {
            return wrong(messages::not_readable(kind.stored(), &permission.graphql_name()).into());
        }
    }
    Ok(())
}

/// Refuses events of clients where there are none, and permissions at clients that count for nothing.
pub fn check_clients(scopes: Grants, includes_clients: bool, kind: Kind) -> Result<(), UserError> {
    let wrong = |field: &str, message: Texts| Err(UserError::at(field, UserErrorCode::InvalidInput, message));
    if includes_clients && !matches!(kind, Kind::Reseller | Kind::Operator) {
        return wrong("includesClients", messages::NO_CLIENTS);
    }
    if !includes_clients && !scopes.clients.is_empty() {
        return wrong("clientPermissions", messages::ONLY_WITH_CLIENTS);
    }
    Ok(())
}

/// Refuses an actor who does not hold everything that the webhook may read.
pub fn require_reach(row: &Model, held: Grants) -> Result<(), UserError> {
    let missing = scopes(row).without(held);
    if missing.is_empty() { Ok(()) } else { Err(UserError::not_held("webhookId", missing)) }
}

/// Refuses a webhook to which nothing is sent.
pub fn require_enabled(row: &Model) -> Result<(), UserError> {
    if row.disabled_at.is_some() {
        return Err(UserError::at("webhookId", UserErrorCode::StaleState, messages::DISABLED));
    }
    Ok(())
}

/// The types as they are stored; `None` for all.
pub fn stored_types(types: Option<&[EventKind]>) -> Option<String> {
    let mut names: Vec<&str> = types?.iter().map(|kind| kind.stored()).collect();
    names.sort_unstable();
    names.dedup();
    Some(names.join(" "))
}

/// The types of a webhook; `None` for all.
pub fn types_of(row: &Model) -> Option<Vec<EventKind>> {
    Some(row.types.as_deref()?.split_whitespace().filter_map(EventKind::from_stored).collect())
}

/// Whether the webhook asks for events of this type, of its own organisation or of a client. What it may have is decided
/// when the event is sent.
pub fn asks_for(row: &Model, kind: EventKind, is_own: bool) -> bool {
    let Some(permission) = kind.permission() else { return false };
    let scopes = scopes(row);
    let is_chosen =
        || row.types.as_deref().is_none_or(|types| types.split_whitespace().any(|one| one == kind.stored()));
    let is_in_scope =
        if is_own { scopes.own.has(permission) } else { row.includes_clients && scopes.clients.has(permission) };
    is_in_scope && is_chosen()
}

/// A new delivery of an event to a webhook.
pub fn delivery(random: &Random, now: DateTimeUtc, row: &Model, event: &event::Model) -> Option<delivery::Model> {
    let organisation = event.organisation_id?;
    Some(delivery::Model {
        id: random.id(now),
        webhook_id: row.id,
        event_id: event.id,
        position: event.position,
        kind: event.kind.clone(),
        organisation_id: organisation,
        is_own: organisation == row.organisation_id,
        object_id: event.object_id.clone(),
        at: event.at,
        state: delivery::State::Pending,
        waits_since: now,
        next_attempt_at: Some(now),
        claims: 0,
        attempts: "[]".to_owned(),
        attempted_at: None,
        created_at: now,
    })
}

/// A delivery that only shows whether the receiver works.
pub fn test_delivery(random: &Random, now: DateTimeUtc, row: &Model) -> delivery::Model {
    delivery::Model {
        id: random.id(now),
        webhook_id: row.id,
        event_id: random.id(now),
        position: 0,
        kind: TEST.to_owned(),
        organisation_id: row.organisation_id,
        is_own: true,
        object_id: None,
        at: now,
        state: delivery::State::Pending,
        waits_since: now,
        next_attempt_at: Some(now),
        claims: 0,
        attempts: "[]".to_owned(),
        attempted_at: None,
        created_at: now,
    }
}

/// One attempt to deliver, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it began.
    pub at: DateTimeUtc,
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// The start of the answer.
    pub body: String,
    /// Why there was no answer.
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    pub millis: u32,
}

impl Attempt {
    /// Whether the receiver has the event now.
    pub fn is_success(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// Whether the receiver says that it wants no events any more.
    pub fn is_gone(&self) -> bool {
        self.status == Some(410)
    }
}

/// The attempts of a delivery.
pub fn attempts_of(row: &delivery::Model) -> Vec<Attempt> {
    serde_json::from_str(&row.attempts).unwrap_or_default()
}

/// The start of an answer, as text without control characters.
pub fn start_of(answer: &[u8]) -> String {
    let start = answer.get(..KEPT).unwrap_or(answer);
    let is_kept = |letter: &char| !letter.is_control() || matches!(letter, '\n' | '\t');
    String::from_utf8_lossy(start).chars().filter(is_kept).collect()
}

/// What follows from an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The receiver has it.
    Delivered,
    /// It is tried again then.
    Again(DateTimeUtc),
    /// It is given up.
    GivenUp,
}

/// What follows from the last of some attempts, of a delivery that waits since then. `chance` adds up to a fifth to the
/// wait, so that what failed together is not tried again together.
pub fn next(attempts: &[Attempt], waits_since: DateTimeUtc, now: DateTimeUtc, chance: u8) -> Next {
    let Some(last) = attempts.last() else { return Next::Again(now) };
    if last.is_success() {
        return Next::Delivered;
    }
    if last.is_gone() || now - waits_since >= PATIENCE {
        return Next::GivenUp;
    }
    let before = attempts.iter().filter(|attempt| attempt.at >= waits_since).count().max(1);
    let wait = WAITS[(before - 1).min(WAITS.len() - 1)];
    Next::Again(now + wait + wait / 5 * i32::from(chance) / i32::from(u8::MAX))
}

/// Whether the server stops sending to a webhook after an attempt that failed, and why.
pub fn reason_to_stop(failing_since: Option<DateTimeUtc>, attempt: &Attempt, now: DateTimeUtc) -> Option<Reason> {
    if attempt.is_gone() {
        return Some(Reason::Gone);
    }
    failing_since.is_some_and(|since| now - since >= PATIENCE).then_some(Reason::Failing)
}

/// The hours for which a replaced secret signs as well.
pub fn overlap(hours: i32) -> Result<TimeDelta, UserError> {
    if (0..=LONGEST_OVERLAP).contains(&hours) {
        return Ok(TimeDelta::hours(hours.into()));
    }
    let message = messages::overlap(LONGEST_OVERLAP);
    Err(UserError::at("keepOldForHours", UserErrorCode::InvalidInput, message))
}

/// The text by which a webhook is found.
pub fn search_text(name: &str, url: &str) -> String {
    collation::fold(&format!("{name}\n{url}"))
}

/// A webhook as the audit log records it. The path of a URL may contain a secret of the receiver.
pub fn audit_snapshot(row: &Model) -> Json {
    let list = |set: PermissionSet| set.iter().map(Permission::graphql_name).collect::<Vec<_>>();
    let scopes = scopes(row);
    json!({
        "name": row.name,
        "host": Url::parse(&row.url).ok().and_then(|url| url.host_str().map(str::to_owned)),
        "types": row.types.as_deref().map(|types| types.split_whitespace().collect::<Vec<_>>()),
        "permissions": list(scopes.own),
        "clientPermissions": list(scopes.clients),
        "includesClients": row.includes_clients,
        "isOrdered": row.is_ordered,
    })
}

#[cfg(test)]
pub mod tests {
    use uuid::Uuid;

    use super::*;

    /// A webhook that gets the invoices of its organisation and of its clients.
    pub fn webhook() -> Model {
        Model {
            id: Uuid::from_u128(1),
            organisation_id: Uuid::from_u128(2),
            name: String::new(),
            url: "https://receiver.example/".to_owned(),
            search_text: String::new(),
            types: None,
            permissions: PermissionSet::of(&[Permission::InvoiceRead]).to_stored(),
            client_permissions: PermissionSet::of(&[Permission::InvoiceRead]).to_stored(),
            includes_clients: true,
            is_ordered: false,
            sealed_secret: String::new(),
            previous_secret: None,
            previous_until: None,
            failing_since: None,
            disabled_at: None,
            disabled_reason: None,
            leased_until: None,
            replay_after: None,
            replay_until: None,
            created_at: DateTimeUtc::UNIX_EPOCH,
            created_by_id: None,
        }
    }

    fn answered(at: DateTimeUtc, status: u16) -> Attempt {
        Attempt { at, status: Some(status), body: String::new(), error: None, millis: 1 }
    }

    #[test]
    fn a_signature_is_that_of_the_specification() {
        // The example in the libraries of Standard Webhooks.
        let secret = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned()];
        let body = "{\"test\": 2432232314}";
        let signed = signatures(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body).unwrap();
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let two = signatures(&[secret[0].clone(), new_secret(&Random::seeded(1))], "id", 1, body).unwrap();
        assert_eq!(two.split(' ').filter(|one| one.starts_with("v1,") && one.len() == 47).count(), 2);
        assert_eq!(signatures(&["secret".to_owned()], "id", 1, body), None);
    }

    #[test]
    fn a_body_names_the_object_and_nothing_else() {
        let row = test_delivery(&Random::seeded(1), DateTimeUtc::UNIX_EPOCH, &webhook());
        let sent: Json = serde_json::from_str(&body(&row)).unwrap();
        assert_eq!(
            (&sent["type"], &sent["timestamp"]),
            (&json!("webhook.test"), &json!("1970-01-01T00:00:00.000000Z"))
        );
        let names: Vec<&String> = sent["data"].as_object().unwrap().keys().collect();
        assert_eq!(names, ["eventId", "objectId", "organisationId"]);
        assert_eq!(body(&row), body(&row.clone()));
    }

    #[test]
    fn only_what_reads_events_can_be_given() {
        let closed = closed_scopes(&[Permission::InvoiceRead], &[]).unwrap();
        assert!(closed.own.has(Permission::OrganisationRead) && closed.clients.is_empty());
        for useless in [Permission::InvoicePay, Permission::UsageRead, Permission::PaymentRecord] {
            assert_eq!(closed_scopes(&[useless], &[]).unwrap_err().field.unwrap()[1], "permissions", "{useless:?}");
            assert_eq!(closed_scopes(&[], &[useless]).unwrap_err().field.unwrap()[1], "clientPermissions");
        }
        assert!(closed_scopes(&[], &[]).is_err());
    }

    #[test]
    fn types_that_never_come_are_refused() {
        let scopes = closed_scopes(&[Permission::InvoiceRead], &[Permission::DomainRead]).unwrap();
        let check = |kind, includes| check_types(Some(&[kind]), scopes, includes).is_ok();
        assert!(check(EventKind::InvoicePaid, false) && !check(EventKind::DomainChanged, false));
        assert!(check(EventKind::DomainChanged, true) && !check(EventKind::SessionEnded, true));
        assert!(check_types(None, scopes, false).is_ok() && check_types(Some(&[]), scopes, false).is_err());
        let own = closed_scopes(&[Permission::InvoiceRead], &[]).unwrap();
        assert_eq!(check_types(None, own, true).unwrap_err().field.unwrap()[1], "clientPermissions");
    }

    #[test]
    fn a_webhook_asks_for_its_types_within_its_scopes() {
        let all = webhook();
        assert!(asks_for(&all, EventKind::InvoicePaid, true) && asks_for(&all, EventKind::InvoicePaid, false));
        assert!(!asks_for(&all, EventKind::MemberJoined, true) && !asks_for(&all, EventKind::SessionEnded, true));
        let without = Model { includes_clients: false, ..webhook() };
        assert!(asks_for(&without, EventKind::InvoicePaid, true) && !asks_for(&without, EventKind::InvoicePaid, false));
        let types = stored_types(Some(&[EventKind::InvoicePaid, EventKind::InvoicePaid]));
        let some = Model { types, ..webhook() };
        assert!(asks_for(&some, EventKind::InvoicePaid, true) && !asks_for(&some, EventKind::InvoiceIssued, true));
        assert_eq!(types_of(&some).unwrap(), [EventKind::InvoicePaid]);
    }

    #[test]
    fn failures_are_tried_again_for_three_days_and_then_given_up() {
        let began = DateTimeUtc::UNIX_EPOCH;
        for chance in [0, 255] {
            let (mut now, mut attempts, mut waits) = (began, Vec::new(), Vec::new());
            loop {
                attempts.push(answered(now, 500));
                match next(&attempts, began, now, chance) {
                    Next::Again(at) => {
                        waits.push((at - now).num_seconds());
                        now = at;
                    }
                    other => {
                        assert_eq!(other, Next::GivenUp);
                        break;
                    }
                }
            }
            if chance == 0 {
                assert_eq!(waits[..7], [5, 300, 1_800, 7_200, 18_000, 36_000, 43_200]);
            } else {
                assert_eq!(waits[..2], [6, 360]);
            }
            assert!(now - began >= PATIENCE && now - began < TimeDelta::days(4), "{now}");
            assert_eq!(reason_to_stop(Some(began), &attempts[0], now), Some(Reason::Failing));
            // Delivering again begins anew.
            assert!(matches!(next(&attempts, now, now, 0), Next::Again(at) if at == now + WAITS[0]));
        }
    }

    #[test]
    fn only_2xx_is_a_success_and_410_the_end() {
        let now = DateTimeUtc::UNIX_EPOCH;
        let follows = |status| next(&[answered(now, status)], now, now, 0);
        assert!([200, 204, 299].iter().all(|status| follows(*status) == Next::Delivered));
        let again = Next::Again(now + WAITS[0]);
        assert!([199, 301, 304, 400, 404, 429, 500, 503].iter().all(|status| follows(*status) == again));
        assert_eq!(follows(410), Next::GivenUp);
        assert_eq!(reason_to_stop(None, &answered(now, 410), now), Some(Reason::Gone));
        assert_eq!(reason_to_stop(Some(now), &answered(now, 500), now), None);
        let silent = Attempt { status: None, error: Some("timeout".to_owned()), ..answered(now, 0) };
        assert_eq!(next(&[silent], now, now, 0), again);
    }

    #[test]
    fn only_the_start_of_an_answer_is_kept_and_no_control_characters() {
        assert_eq!(start_of(b"a\0b\x1b[1m\n\xff"), "ab[1m\n\u{fffd}");
        assert_eq!(start_of(&[b'x'; 5_000]).len(), KEPT);
    }
}
