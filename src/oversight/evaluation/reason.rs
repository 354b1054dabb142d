//! The reason of a decision, as `explainAccess` gives it: for administrators, with the names of all organisations on the way.

use std::collections::BTreeMap;

use async_graphql::Value;
use sea_orm::DatabaseTransaction;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::decide::{Found, Meant};
use super::rules::{At, Question};
use crate::access::{Permission, Subject, SubjectId};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::base::locale::Locale;
use crate::graphql::request::Request;
use crate::organisation::OrganisationCard;
use crate::oversight::audit::{self, Event};
use crate::oversight::explanation::{AccessExplanation, AccessMiss, AccessPath, AccessStep, Asked, Shown, explanation};
use crate::people::api_key::{self, ApiKeyState};

/// The most reasons of one request. Each takes its own look at the paths.
pub const MOST_REASONS: usize = 100;

/// The context of an answer: the reason in a sentence, in the language of the sender, and the paths or what blocked them.
pub async fn reason(request: &Request, found: &Found<'_>, question: &Question<'_>, is_permitted: bool) -> Result<Json> {
    let locale = request.locale;
    let Some(meant) = found.meant(question) else { return Ok(unknown(locale, found, question)) };
    let Some((subject, has_ended)) = subject(request, meant.subject).await? else {
        return Ok(told(locale, NO_SUBJECT));
    };
    for at in &meant.place.sides {
        if request.access.look(at.organisation).await?.is_none() {
            return Ok(told(locale, NO_RESOURCE));
        }
    }
    let asked = Asked { subject, has_ended, permission: meant.permission, is_another: true, shown: Shown::All };
    let mut explained = explain(request, meant, asked).await?;
    if explained.as_ref().is_some_and(|explained| explained.granted != is_permitted) {
        // The permission is held, but the object is not seen, or the permission does not count for it.
        explained = what_hides(request, meant, asked).await?;
    }
    Ok(explained.map_or_else(|| told(locale, NOT_DECIDED), |explained| context(locale, &explained)))
}

/// Why the subject does not see the object; `None` if it does.
async fn what_hides(request: &Request, meant: Meant<'_>, asked: Asked) -> Result<Option<AccessExplanation>> {
    let mut hides = None;
    for rule in meant.place.rules {
        let counts = |at: &At| at.side == rule.side && at.counting.has(rule.permission);
        if meant.place.sides.iter().any(counts) {
            let explained = explain(request, meant, Asked { permission: rule.permission, ..asked }).await?;
            if explained.as_ref().is_some_and(|explained| explained.granted) {
                return Ok(None);
            }
            hides = hides.or(explained);
        }
    }
    Ok(hides)
}

/// Records in the logs of the organisations that a program asks for reasons there, as `explainAccess` does for staff.
pub async fn record_reasons(
    request: &Request,
    operator: Uuid,
    found: &Found<'_>,
    questions: &[&Question<'_>],
) -> Result<()> {
    let mut events: BTreeMap<Uuid, Vec<Event>> = BTreeMap::new();
    for meant in questions.iter().filter(|question| question.with_reason).filter_map(|question| found.meant(question)) {
        for at in meant.place.sides_for(meant.permission).filter(|at| at.organisation != operator) {
            if request.access.look(at.organisation).await?.is_some() {
                events.entry(at.organisation).or_default().push(event(meant, at.organisation));
            }
        }
    }
    if events.is_empty() {
        return Ok(());
    }
    let write = async |tx: &DatabaseTransaction| {
        for events in events.into_values() {
            audit::record_all(&request.work(tx), events).await?;
        }
        Ok(())
    };
    request.db().write(write).await
}

fn event(meant: Meant<'_>, organisation: Uuid) -> Event {
    let asked = json!({ "permission": meant.permission.graphql_name() });
    let event = Event::done("evaluateAccess", organisation, Some(Permission::AccessEvaluate)).by_staff();
    let event = event.changing(Json::Null, asked);
    match meant.subject {
        SubjectId::User(id) => event.to(Type::User.id(id)).about(id),
        SubjectId::Key(id) => event.to(Type::ApiKey.id(id)),
    }
}

/// The subject, and whether it is a key that was revoked or has expired. `None` for a key that was never there.
async fn subject(request: &Request, id: SubjectId) -> Result<Option<(Subject, bool)>> {
    Ok(match id {
        SubjectId::User(id) => Some((Subject::User(id), false)),
        SubjectId::Key(id) => api_key::store::find(request.db(), id).await?.map(|row| {
            let has_ended = api_key::state_at(&row, request.now()) != ApiKeyState::Active;
            (api_key::subject(&row), has_ended)
        }),
    })
}

/// The explanation at all sides at which the permission counts; `None` if there is none.
async fn explain(request: &Request, meant: Meant<'_>, asked: Asked) -> Result<Option<AccessExplanation>> {
    let mut all: Option<AccessExplanation> = None;
    for at in meant.place.sides_for(asked.permission) {
        let one = explanation(request, asked, at.organisation, at.side).await?;
        all = Some(match all {
            Some(others) => others.or(one),
            None => one,
        });
    }
    Ok(all)
}

fn context(locale: Locale, explained: &AccessExplanation) -> Json {
    let by_path = explained.paths.first().map(|path| path.sentence.as_str());
    let sentence = by_path.or_else(|| explained.misses.first().map(|miss| miss.sentence.as_str()));
    let mut context = json!({ "reason_admin": { locale.tag(): sentence.unwrap_or_default() } });
    if explained.granted {
        context["paths"] = explained.paths.iter().map(path).collect();
    } else {
        context["misses"] = explained.misses.iter().map(miss).collect();
    }
    context
}

fn path(path: &AccessPath) -> Json {
    json!({ "at": name(path.at), "sentence": path.sentence, "steps": path.steps.iter().map(step).collect::<Vec<_>>() })
}

fn miss(miss: &AccessMiss) -> Json {
    let remedy = miss.remedy.as_ref().map(
        |remedy| json!({ "permission": remedy.permission.graphql_name(), "organisation": card(&remedy.organisation) }),
    );
    json!({
        "at": name(miss.at),
        "reason": name(miss.reason),
        "sentence": miss.sentence,
        "organisation": miss.organisation.as_ref().map(card),
        "steps": miss.steps.iter().map(step).collect::<Vec<_>>(),
        "remedy": remedy,
    })
}

fn step(step: &AccessStep) -> Json {
    json!({
        "kind": name(step.kind),
        "sentence": step.words(),
        "role": step.role,
        "from": step.from.as_ref().map(card),
        "organisation": step.to.as_ref().map(card),
    })
}

fn card(card: &OrganisationCard) -> Json {
    json!({ "id": *Type::Organisation.id(card.id), "name": card.name })
}

/// The name of a value in the schema.
fn name(value: impl Into<Value>) -> Json {
    value.into().into_json().unwrap_or_default()
}

type Texts = [&'static str; Locale::ALL.len()];

const NO_SUBJECT: Texts = [
    "There is no such subject. Give a user by id or e-mail address, or an api_key by id.",
    "Dieses Subjekt gibt es nicht. Nennen Sie einen user mit id oder E-Mail-Adresse, oder einen api_key mit id.",
    "Subjektet finns inte. Ange en user med id eller e-postadress, eller en api_key med id.",
];
const NO_ACTION: Texts = [
    "There is no such action. Give the name of a permission, for example INVOICE_READ or invoice:read.",
    "Diese Aktion gibt es nicht. Nennen Sie eine Berechtigung, zum Beispiel INVOICE_READ oder invoice:read.",
    "Åtgärden finns inte. Ange namnet på en behörighet, till exempel INVOICE_READ eller invoice:read.",
];
const NO_RESOURCE: Texts = [
    "There is no such resource. Give an organisation, or an object of one, with its type and id.",
    "Diese Ressource gibt es nicht. Nennen Sie eine Organisation oder ein Objekt einer solchen, mit Typ und id.",
    "Resursen finns inte. Ange en organisation, eller ett objekt som tillhör en, med typ och id.",
];
const NOT_DECIDED: Texts = [
    "This permission does not count for this resource.",
    "Diese Berechtigung zählt nicht für diese Ressource.",
    "Behörigheten gäller inte för den här resursen.",
];

/// Which part of a question is unknown.
fn unknown(locale: Locale, found: &Found<'_>, question: &Question<'_>) -> Json {
    if !found.subjects.contains_key(&question.subject) {
        told(locale, NO_SUBJECT)
    } else if Permission::named(question.action).is_none() {
        told(locale, NO_ACTION)
    } else {
        told(locale, NO_RESOURCE)
    }
}

fn told(locale: Locale, texts: Texts) -> Json {
    json!({ "reason_admin": { locale.tag(): locale.choose(texts) } })
}
