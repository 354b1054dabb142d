//! The licence that a person has.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject};
use entity::licence_assignment::{self, Model};
use macros::{guarded, public_object};
use sea_orm::prelude::{Date, DateTimeUtc};
use uuid::Uuid;

use super::rules::Reason;
use super::store::{self, Criteria};
use crate::access::{Decision, GrantsAt, Guarded, Permission, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::catalogue::feature::Feature;
use crate::directory::person::DirectoryPerson;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments};
use crate::graphql::request::Request;

/// The state of an assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "licence_assignment::State")]
pub enum LicenceAssignmentState {
    /// The person has the licence.
    Active,
    /// The person has it until `endsOn`. It still counts, and can be taken up again.
    Ending,
    /// The person had it.
    Ended,
}

/// What gave a licence to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "licence_assignment::Source")]
pub enum LicenceSource {
    /// A rule.
    Rule,
    /// A pin.
    Pin,
    /// Somebody, by hand.
    Manual,
}

/// What an outside system says of an assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "licence_assignment::Confirmation")]
pub enum LicenceConfirmation {
    /// Nothing so far.
    None,
    /// It is set up there.
    Done,
    /// It could not be set up. `error` says why.
    Failed,
}

/// Which assignments to list.
#[derive(InputObject)]
pub struct LicenceAssignmentFilter {
    /// Only assignments in this state. Without it, all that have not ended.
    pub state: Option<LicenceAssignmentState>,
    /// Only assignments of the feature with this id.
    pub feature_id: Option<ID>,
    /// Only assignments of which an outside system says this.
    pub confirmation: Option<LicenceConfirmation>,
}

impl LicenceAssignmentFilter {
    fn criteria(filter: Option<&Self>) -> Result<Criteria> {
        let Some(Self { state, feature_id, confirmation }) = filter else { return Ok(Criteria::default()) };
        Ok(Criteria {
            state: state.map(Into::into),
            feature: feature_id.as_ref().map(|id| Type::Feature.parse(id)).transpose()?,
            confirmation: confirmation.map(Into::into),
        })
    }
}

/// Why an assignment is as it is.
#[public_object]
#[derive(Clone)]
pub struct LicenceReason {
    /// The reason in a sentence.
    pub sentence: String,
    /// The name of the rule that decided; null if no rule did.
    pub rule: Option<String>,
    /// The version of the rules then; null if no rule decided.
    pub version: Option<i32>,
    /// What the rule looked at, one fact for each of its conditions.
    pub facts: Vec<LicenceFact>,
}

/// A fact that a rule looked at.
#[public_object]
#[derive(Clone)]
pub struct LicenceFact {
    /// What it is about, for example `unit`.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl From<Reason> for LicenceReason {
    fn from(reason: Reason) -> Self {
        let facts = reason.facts.into_iter().map(|fact| LicenceFact { name: fact.name, value: fact.value });
        Self {
            sentence: reason.sentence,
            version: reason.rule.as_ref().map(|rule| rule.version),
            rule: reason.rule.map(|rule| rule.name),
            facts: facts.collect(),
        }
    }
}

/// A licence that a person of the directory has.
#[derive(Clone)]
pub struct LicenceAssignment {
    row: Arc<Model>,
    organisation: Decision,
}

impl LicenceAssignment {
    /// An assignment of an organisation.
    pub fn new(row: Arc<Model>, at: &Decision) -> Self {
        Self { row, organisation: at.clone() }
    }

    /// The assignments of an organisation, the newest first.
    pub async fn list(
        request: &Request,
        at: &Decision,
        page: &PageArguments,
        filter: Option<&LicenceAssignmentFilter>,
    ) -> Result<Connection<Self>> {
        let rows = store::list(request, at.id(), page, LicenceAssignmentFilter::criteria(filter)?).await?;
        Ok(rows.connection(|row| Self::new(Arc::clone(row), at)))
    }

    /// The assignments of a person, the newest first.
    pub async fn list_of_person(
        request: &Request,
        at: &Decision,
        person: Uuid,
        page: &PageArguments,
        filter: Option<&LicenceAssignmentFilter>,
    ) -> Result<Connection<Self>> {
        let criteria = LicenceAssignmentFilter::criteria(filter)?;
        let rows = store::list_of_person(request, person, page, criteria).await?;
        Ok(rows.connection(|row| Self::new(Arc::clone(row), at)))
    }
}

impl Find for LicenceAssignment {
    const TYPE: Type = Type::LicenceAssignment;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(row) = store::look_up(request, key).await? else { return Ok(None) };
        let Some(at) = request.access.look(row.key(|row| row.organisation_id)).await? else { return Ok(None) };
        Ok(row.visible(|row| Self::new(row, &at)))
    }
}

impl Guarded for LicenceAssignment {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.organisation.grants_at(side)
    }
}

/// A licence that a person of the directory has.
#[guarded(exists(LICENCE_READ))]
impl LicenceAssignment {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::LicenceAssignment.id(self.row.id)
    }

    /// The person.
    #[requires(DIRECTORY_READ)]
    async fn person(&self, context: &Context<'_>) -> Result<Option<DirectoryPerson>> {
        DirectoryPerson::find(Request::of(context)?, self.row.person_id).await
    }

    /// The feature.
    #[public]
    async fn feature(&self, context: &Context<'_>) -> Result<Option<Feature>> {
        Feature::of_customer(Request::of(context)?, self.row.feature_id, Permission::LicenceRead).await
    }

    /// The family of the feature. A person has at most one licence of a family.
    #[public]
    fn family(&self) -> &str {
        &self.row.family
    }

    /// Its state.
    #[public]
    fn state(&self) -> LicenceAssignmentState {
        self.row.state.into()
    }

    /// What gave it.
    #[public]
    fn source(&self) -> LicenceSource {
        self.row.source.into()
    }

    /// Why it is as it is.
    #[requires(DIRECTORY_READ)]
    fn reason(&self) -> Option<LicenceReason> {
        Some(Reason::read(&self.row.reason).into())
    }

    /// When it was assigned.
    #[public]
    fn assigned_at(&self) -> DateTimeUtc {
        self.row.assigned_at
    }

    /// The first day without it, once it is ending; otherwise null.
    #[public]
    fn ends_on(&self) -> Option<Date> {
        self.row.ends_on
    }

    /// What an outside system says of it.
    #[public]
    fn confirmation(&self) -> LicenceConfirmation {
        self.row.confirmation.into()
    }

    /// Why the outside system could not set it up; null if it did not fail.
    #[public]
    fn error(&self) -> Option<&str> {
        self.row.error.as_deref()
    }
}
