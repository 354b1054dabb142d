//! What a request asks, and on which sides of an object that is decided. Pure functions.

use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::access::{Grants, Permission, PermissionSet, Rule, Side};

/// The most questions of one request.
pub const MOST: usize = 1_000;
/// The results on a page, unless the request says otherwise.
const USUAL: usize = 100;
/// The most results on a page.
const LARGEST: usize = 1_000;

/// What is wrong with a request, and what to do.
pub type Wrong = String;

/// A subject or a resource, as a request names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Entity<'a> {
    /// Its type.
    pub kind: &'a str,
    /// Its id.
    pub id: &'a str,
}

/// May the subject do that with the resource?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question<'a> {
    /// Who.
    pub subject: Entity<'a>,
    /// The name of a permission.
    pub action: &'a str,
    /// With what.
    pub resource: Entity<'a>,
    /// Whether the answer has a reason.
    pub with_reason: bool,
}

/// After which answer the others do not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Semantic {
    /// All questions are answered.
    All,
    /// Those up to the first that is denied.
    UntilDenied,
    /// Those up to the first that is permitted.
    UntilPermitted,
}

impl Semantic {
    /// The number of answers to give.
    pub fn answered(self, decisions: &[bool]) -> usize {
        let last = match self {
            Self::All => None,
            Self::UntilDenied => decisions.iter().position(|is_permitted| !is_permitted),
            Self::UntilPermitted => decisions.iter().position(|is_permitted| *is_permitted),
        };
        last.map_or(decisions.len(), |last| last + 1)
    }
}

/// The questions of a request. One that is incomplete is denied, and the others are answered.
#[derive(Debug, PartialEq, Eq)]
pub struct Questions<'a> {
    /// The questions in their order.
    pub all: Vec<Result<Question<'a>, Wrong>>,
    /// Whether there is one question, which is not in a list.
    pub is_single: bool,
    /// After which answer the others do not matter.
    pub semantic: Semantic,
}

impl<'a> Questions<'a> {
    /// The question of `evaluation`.
    pub fn one(body: &'a Json) -> Result<Self, Wrong> {
        let body = whole(body)?;
        let question = question(body, None, wants_reasons(body)?)?;
        Ok(Self { all: vec![Ok(question)], is_single: true, semantic: Semantic::All })
    }

    /// The questions of `evaluations`. Without a list, there is one question.
    pub fn many(json: &'a Json) -> Result<Self, Wrong> {
        let body = whole(json)?;
        let list = match body.get("evaluations") {
            None | Some(Json::Null) => return Self::one(json),
            Some(Json::Array(list)) if list.is_empty() => return Self::one(json),
            Some(Json::Array(list)) => list,
            Some(_) => return Err("evaluations must be a list of objects.".to_owned()),
        };
        if list.len() > MOST {
            let count = list.len();
            return Err(format!(
                "A request takes at most {MOST} evaluations; this one has {count}. Split them over several requests."
            ));
        }
        let semantic = semantic(body)?;
        let wants = wants_reasons(body)?;
        // What is wrong with a default is wrong with the request.
        for name in ["subject", "action", "resource"] {
            member(body, name)?;
        }
        let all = list.iter().map(|item| {
            let item = item.as_object().ok_or("Each of the evaluations must be an object.")?;
            let own = item.get("context").filter(|context| !context.is_null());
            question(item, Some(body), if own.is_some() { wants_reasons(item)? || option(body)? } else { wants })
        });
        Ok(Self { all: all.collect(), is_single: false, semantic })
    }

    /// The number of answers with a reason.
    pub fn reasons(&self) -> usize {
        self.all.iter().flatten().filter(|question| question.with_reason).count()
    }
}

/// A search for subjects: the type of subject, the action and the resource.
pub fn subject_search(body: &Json) -> Result<(&str, &str, Entity<'_>), Wrong> {
    let body = whole(body)?;
    wants_reasons(body)?;
    let kind = field(body, None, "subject", "type")?;
    Ok((kind, field(body, None, "action", "name")?, entity(body, None, "resource")?))
}

/// A search for resources: the subject, the action and the type of resource.
pub fn resource_search(body: &Json) -> Result<(Entity<'_>, &str, &str), Wrong> {
    let body = whole(body)?;
    wants_reasons(body)?;
    let subject = entity(body, None, "subject")?;
    Ok((subject, field(body, None, "action", "name")?, field(body, None, "resource", "type")?))
}

/// A search for actions: the subject and the resource.
pub fn action_search(body: &Json) -> Result<(Entity<'_>, Entity<'_>), Wrong> {
    let body = whole(body)?;
    wants_reasons(body)?;
    Ok((entity(body, None, "subject")?, entity(body, None, "resource")?))
}

/// The page of a search: its size, and the token of the page before.
pub fn page(body: &Json) -> Result<(usize, Option<&str>), Wrong> {
    let Some(page) = member(whole(body)?, "page")? else { return Ok((USUAL, None)) };
    let size = match page.get("limit") {
        None | Some(Json::Null) => USUAL,
        Some(limit) => {
            let read = limit.as_u64().and_then(|limit| usize::try_from(limit).ok());
            let within = read.filter(|limit| (1..=LARGEST).contains(limit));
            within.ok_or_else(|| format!("page.limit is a number from 1 to {LARGEST}."))?
        }
    };
    let token = match page.get("token") {
        None | Some(Json::Null) => None,
        Some(Json::String(token)) => Some(token.as_str()).filter(|token| !token.is_empty()),
        Some(_) => return Err("page.token must be a text: the next_token of the page before.".to_owned()),
    };
    Ok((size, token))
}

fn whole(body: &Json) -> Result<&Map<String, Json>, Wrong> {
    body.as_object().ok_or_else(|| "The body must be a JSON object.".to_owned())
}

/// A member that is an object, if it is there.
fn member<'a>(of: &'a Map<String, Json>, name: &str) -> Result<Option<&'a Map<String, Json>>, Wrong> {
    match of.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::Object(found)) => Ok(Some(found)),
        Some(_) => Err(format!("{name} must be an object.")),
    }
}

fn question<'a>(
    own: &'a Map<String, Json>,
    defaults: Option<&'a Map<String, Json>>,
    with_reason: bool,
) -> Result<Question<'a>, Wrong> {
    let subject = entity(own, defaults, "subject")?;
    let action = field(own, defaults, "action", "name")?;
    Ok(Question { subject, action, resource: entity(own, defaults, "resource")?, with_reason })
}

fn entity<'a>(
    own: &'a Map<String, Json>,
    defaults: Option<&'a Map<String, Json>>,
    name: &str,
) -> Result<Entity<'a>, Wrong> {
    Ok(Entity { kind: field(own, defaults, name, "type")?, id: field(own, defaults, name, "id")? })
}

/// A field of a member. What the member lacks is taken from the defaults.
fn field<'a>(
    own: &'a Map<String, Json>,
    defaults: Option<&'a Map<String, Json>>,
    name: &str,
    field: &str,
) -> Result<&'a str, Wrong> {
    let own = member(own, name)?;
    let default = defaults.map(|defaults| member(defaults, name)).transpose()?.flatten();
    if own.is_none() && default.is_none() {
        return Err(format!("{name} is missing."));
    }
    let present = |member: &'a Map<String, Json>| member.get(field).filter(|value| !value.is_null());
    match own.and_then(present).or_else(|| default.and_then(present)) {
        Some(Json::String(text)) if text.is_empty() => Err(format!("{name}.{field} is empty.")),
        Some(Json::String(text)) => Ok(text),
        Some(_) => Err(format!("{name}.{field} must be a text.")),
        None => Err(format!("{name}.{field} is missing.")),
    }
}

fn option(body: &Map<String, Json>) -> Result<bool, Wrong> {
    Ok(member(body, "options")?.is_some_and(|options| options.get("reasons") == Some(&Json::Bool(true))))
}

/// Whether the context or the options ask for reasons.
fn wants_reasons(body: &Map<String, Json>) -> Result<bool, Wrong> {
    let by_context = member(body, "context")?.is_some_and(|context| context.get("reasons") == Some(&Json::Bool(true)));
    Ok(by_context || option(body)?)
}

fn semantic(body: &Map<String, Json>) -> Result<Semantic, Wrong> {
    let Some(options) = member(body, "options")? else { return Ok(Semantic::All) };
    match options.get("evaluations_semantic") {
        None | Some(Json::Null) => Ok(Semantic::All),
        Some(Json::String(name)) if name == "execute_all" => Ok(Semantic::All),
        Some(Json::String(name)) if name == "deny_on_first_deny" => Ok(Semantic::UntilDenied),
        Some(Json::String(name)) if name == "permit_on_first_permit" => Ok(Semantic::UntilPermitted),
        Some(_) => {
            let text = "options.evaluations_semantic is execute_all, deny_on_first_deny or permit_on_first_permit.";
            Err(text.to_owned())
        }
    }
}

/// One side of an object.
#[derive(Clone, Copy, Debug)]
pub struct At {
    /// The side.
    pub side: Side,
    /// The organisation there.
    pub organisation: Uuid,
    /// What of somebody's grants there counts for the object.
    pub counting: PermissionSet,
}

/// Where it is decided what somebody may do with an object.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its sides.
    pub sides: Vec<At>,
    /// Whoever meets one of these sees the object.
    pub rules: &'static [Rule],
}

impl Place {
    /// An organisation.
    pub fn organisation(id: Uuid) -> Self {
        const SEEN: &[Rule] = &[Rule { permission: Permission::OrganisationRead, side: Side::Organisation }];
        let at = At { side: Side::Organisation, organisation: id, counting: PermissionSet::ALL };
        Self { sides: vec![at], rules: SEEN }
    }

    /// The sides at which a permission counts: those where it, or a read that it implies, shows the object. Any other
    /// permission counts at the organisation that the object belongs to.
    pub fn sides_for(&self, permission: Permission) -> impl Iterator<Item = &At> {
        let implied = PermissionSet::of(&[permission]);
        let shows = move |side: Side| self.rules.iter().any(|rule| rule.side == side && implied.has(rule.permission));
        let is_of_some = self.sides.iter().any(|at| shows(at.side));
        self.sides.iter().filter(move |at| if is_of_some { shows(at.side) } else { at.side == Side::Organisation })
    }

    /// Whether these grants at a side suffice. An object that somebody does not see there is not there for them.
    pub fn allows(&self, permission: Permission, at: &At, grants: Grants) -> bool {
        let held = grants.own & at.counting;
        let is_seen = || self.rules.iter().any(|rule| rule.side == at.side && held.has(rule.permission));
        held.has(permission) && is_seen()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entities<'a>() -> (Entity<'a>, Entity<'a>) {
        (Entity { kind: "user", id: "ada@acme.example" }, Entity { kind: "organisation", id: "organisation_1" })
    }

    #[test]
    fn what_an_evaluation_lacks_comes_from_the_defaults() {
        let body = json!({
            "subject": { "type": "user", "id": "ada@acme.example" }, "action": { "name": "invoice:read" },
            "resource": { "type": "organisation" }, "context": { "reasons": true },
            "evaluations": [
                { "resource": { "id": "organisation_1" } },
                { "resource": { "type": "invoice", "id": "invoice_1" }, "action": { "name": "X" }, "context": {} },
                {}, 7, { "resource": "organisation_1" }, { "resource": { "id": 7 } },
            ],
        });
        let read = Questions::many(&body).unwrap();
        let (subject, resource) = entities();
        let first = Question { subject, action: "invoice:read", resource, with_reason: true };
        let second = Question {
            subject,
            action: "X",
            resource: Entity { kind: "invoice", id: "invoice_1" },
            with_reason: false,
        };
        let wrong = |text: &str| Err(text.to_owned());
        assert_eq!(
            read.all,
            [
                Ok(first),
                Ok(second),
                wrong("resource.id is missing."),
                wrong("Each of the evaluations must be an object."),
                wrong("resource must be an object."),
                wrong("resource.id must be a text."),
            ]
        );
        assert_eq!((read.is_single, read.semantic, read.reasons()), (false, Semantic::All, 1));
    }

    #[test]
    fn without_a_list_there_is_one_question() {
        let mut body = json!({
            "subject": { "type": "user", "id": "ada@acme.example" }, "action": { "name": "INVOICE_READ" },
            "resource": { "type": "organisation", "id": "organisation_1" }, "foo": [],
            "options": { "reasons": true },
        });
        let (subject, resource) = entities();
        let question = Question { subject, action: "INVOICE_READ", resource, with_reason: true };
        let expected = Questions { all: vec![Ok(question)], is_single: true, semantic: Semantic::All };
        assert_eq!(Questions::one(&body).unwrap(), expected);
        assert_eq!(Questions::many(&body).unwrap(), expected);
        body["evaluations"] = json!([]);
        assert_eq!(Questions::many(&body).unwrap(), expected);
        body["evaluations"] = json!(vec![json!({}); MOST]);
        assert_eq!(Questions::many(&body).unwrap().all.len(), MOST);
        body["evaluations"] = json!(vec![json!({}); MOST + 1]);
        assert!(Questions::many(&body).unwrap_err().contains("at most 1000 evaluations; this one has 1001"));
    }

    #[test]
    fn a_semantic_ends_the_answers_with_the_one_that_decides() {
        let decisions = [true, true, false, true];
        for (name, answered) in [("execute_all", 4), ("deny_on_first_deny", 3), ("permit_on_first_permit", 1)] {
            let body = json!({ "options": { "evaluations_semantic": name }, "evaluations": [{}] });
            assert_eq!(Questions::many(&body).unwrap().semantic.answered(&decisions), answered, "{name}");
        }
        assert_eq!(Semantic::UntilDenied.answered(&[true, true]), 2);
        assert_eq!(Semantic::UntilPermitted.answered(&[false, false]), 2);
        for wrong in [json!("deny"), json!(1)] {
            let body = json!({ "options": { "evaluations_semantic": wrong }, "evaluations": [{}] });
            assert!(Questions::many(&body).unwrap_err().contains("permit_on_first_permit"));
        }
    }

    #[test]
    fn a_permission_counts_on_the_side_where_its_read_shows_the_object() {
        use Permission as P;
        const RULES: &[Rule] = &[
            Rule { permission: P::PartnershipRead, side: Side::Client },
            Rule { permission: P::ClientRead, side: Side::Reseller },
        ];
        const SERVICE: &[Rule] = &[Rule { permission: P::ServiceRead, side: Side::Organisation }];
        let at = |side, number| At { side, organisation: Uuid::from_u128(number), counting: PermissionSet::ALL };
        let place = Place { sides: vec![at(Side::Client, 1), at(Side::Reseller, 2)], rules: RULES };
        let sides = |permission| place.sides_for(permission).map(|at| at.side).collect::<Vec<_>>();
        assert_eq!(sides(P::PartnershipManage), [Side::Client]);
        assert_eq!(sides(P::ClientPropertyManage), [Side::Reseller]);
        assert_eq!(sides(P::InvoiceRead), []);
        let grants = |permissions: &[P]| Grants { own: PermissionSet::of(permissions), ..Grants::NONE };
        let client = place.sides[0];
        assert!(place.allows(P::PartnershipManage, &client, grants(&[P::PartnershipManage])));
        assert!(!place.allows(P::PartnershipManage, &client, grants(&[P::PartnershipRead, P::ClientUpdate])));
        // What does not count at the side, and what is not seen there, is not there.
        let masked = At { counting: PermissionSet::of(&[P::MemberRead]), ..client };
        assert!(!place.allows(P::PartnershipManage, &masked, grants(&[P::PartnershipManage])));
        let service = Place { sides: vec![at(Side::Organisation, 1)], rules: SERVICE };
        let only = service.sides[0];
        assert_eq!(service.sides_for(P::SubscriptionRead).count(), 1);
        assert!(!service.allows(P::SubscriptionRead, &only, grants(&[P::SubscriptionRead])));
        assert!(service.allows(P::SubscriptionRead, &only, grants(&[P::SubscriptionRead, P::ServiceRead])));
    }

    #[test]
    fn a_page_has_a_size_and_a_token() {
        let read = |page: Json| page_of(&json!({ "page": page }));
        assert_eq!(page_of(&json!({})), Ok((100, None)));
        assert_eq!(read(json!({ "limit": 7, "token": "x" })), Ok((7, Some("x".to_owned()))));
        assert_eq!(read(json!({ "token": "" })), Ok((100, None)));
        for wrong in
            [json!([]), json!({ "limit": 0 }), json!({ "limit": 1001 }), json!({ "limit": "7" }), json!({ "token": 7 })]
        {
            assert!(read(wrong.clone()).is_err(), "{wrong}");
        }
    }

    fn page_of(body: &Json) -> Result<(usize, Option<String>), Wrong> {
        page(body).map(|(size, token)| (size, token.map(str::to_owned)))
    }
}
