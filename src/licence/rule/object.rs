//! The rules of a family, as clients of the API see them.

use async_graphql::{Context, ID};
use entity::{licence_rule, licence_rule_set};
use macros::{guarded, public_object};
use sea_orm::prelude::{Date, DateTimeUtc};
use uuid::Uuid;

use super::conditions::{Condition, Test};
use super::input::LicenceConditionKind;
use super::save::LicenceSchedule;
use super::store::{self, WithRules};
use crate::access::{Decision, GrantsAt, Guarded, Permission, Side};
use crate::base::error::Result;
use crate::base::id::Type;
use crate::catalogue::feature::Feature;
use crate::graphql::act::Find;
use crate::graphql::request::Request;

/// The rules by which the licences of a family are given.
#[derive(Clone)]
pub struct LicenceRuleSet {
    row: licence_rule_set::Model,
    rules: Vec<LicenceRule>,
    organisation: Decision,
}

impl LicenceRuleSet {
    fn new((row, rules): &WithRules, at: &Decision) -> Self {
        let rules = rules.iter().map(|(row, conditions)| LicenceRule {
            row: row.clone(),
            conditions: conditions.clone(),
            organisation: at.clone(),
        });
        Self { row: row.clone(), rules: rules.collect(), organisation: at.clone() }
    }

    /// Its row.
    pub const fn row(&self) -> &licence_rule_set::Model {
        &self.row
    }

    /// The organisation.
    pub const fn at(&self) -> &Decision {
        &self.organisation
    }

    /// The sets of an organisation, by family: all, or that of one family.
    pub async fn list(request: &Request, at: &Decision, family: Option<&str>) -> Result<Vec<Self>> {
        let found = store::list(request, at.id()).await?;
        let wanted = found.iter().filter(|(row, _)| family.is_none_or(|family| row.family == family));
        Ok(wanted.map(|one| Self::new(one, at)).collect())
    }

    /// The set of a family.
    pub async fn find_of(request: &Request, at: &Decision, family: &str) -> Result<Option<Self>> {
        Ok(Self::list(request, at, Some(family)).await?.pop())
    }
}

impl Find for LicenceRuleSet {
    const TYPE: Type = Type::LicenceRuleSet;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(found) = store::look_up(request, key).await? else { return Ok(None) };
        let Some(at) = request.access.look(found.key(|found| found.0.organisation_id)).await? else { return Ok(None) };
        Ok(found.visible(|found| Self::new(&found, &at)))
    }
}

impl Guarded for LicenceRuleSet {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.organisation.grants_at(side)
    }
}

/// The rules by which the licences of a family are given to the people of the directory. `previewLicenceRules` shows what
/// they would change.
#[guarded(exists(LICENCE_READ))]
impl LicenceRuleSet {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        Type::LicenceRuleSet.id(self.row.id)
    }

    /// The family of features. A feature without a family is one of its own, named by its key.
    #[public]
    fn family(&self) -> &str {
        &self.row.family
    }

    /// Grows each time the rules are saved.
    #[public]
    fn version(&self) -> i32 {
        self.row.version
    }

    /// For how many days a lost licence is kept.
    #[public]
    fn grace_days(&self) -> i32 {
        self.row.grace_days
    }

    /// If more than 5 people and more than this share of the licences would be lost, it must be confirmed. In basis points.
    #[public]
    fn guard_basis_points(&self) -> i32 {
        self.row.guard_basis_points
    }

    /// When they are applied.
    #[public]
    fn schedule(&self) -> LicenceSchedule {
        self.row.schedule.into()
    }

    /// When they were saved.
    #[public]
    fn updated_at(&self) -> DateTimeUtc {
        self.row.updated_at
    }

    /// When they were applied last; null if they never were.
    #[public]
    fn applied_at(&self) -> Option<DateTimeUtc> {
        self.row.applied_at
    }

    /// The rules in their order. The first one that matches a person and is below its ceiling decides.
    #[public]
    fn rules(&self) -> Vec<LicenceRule> {
        self.rules.clone()
    }
}

/// A rule of a set.
#[derive(Clone)]
pub struct LicenceRule {
    row: licence_rule::Model,
    conditions: Vec<Condition>,
    organisation: Decision,
}

impl Guarded for LicenceRule {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.organisation.grants_at(side)
    }
}

/// A rule: whoever matches all of its conditions gets its feature.
#[guarded(exists(LICENCE_READ))]
impl LicenceRule {
    /// Its name.
    #[public]
    fn name(&self) -> &str {
        &self.row.name
    }

    /// Its conditions, which must all hold. Without one, it matches everybody.
    #[public]
    fn conditions(&self) -> Vec<LicenceCondition> {
        self.conditions.iter().cloned().map(LicenceCondition::from).collect()
    }

    /// The feature that it gives; null for a rule that gives nothing.
    #[public]
    async fn feature(&self, context: &Context<'_>) -> Result<Option<Feature>> {
        let Some(feature) = self.row.feature_id else { return Ok(None) };
        Feature::of_customer(Request::of(context)?, feature, Permission::LicenceRead).await
    }

    /// The most people whom it applies to; null for no limit.
    #[public]
    fn ceiling(&self) -> Option<i32> {
        self.row.ceiling
    }
}

/// A condition of a rule.
#[public_object]
#[derive(Clone)]
pub struct LicenceCondition {
    /// What it tests.
    pub kind: LicenceConditionKind,
    /// With UNIT: the path; otherwise null.
    pub path: Option<String>,
    /// With GROUP: id of the group; otherwise null.
    pub group_id: Option<ID>,
    /// With INACTIVE and NEVER_LOGGED_IN: how many days; otherwise null.
    pub days: Option<i32>,
    /// With FIRST_LOG_IN_BEFORE and FIRST_LOG_IN_AFTER: the day; otherwise null.
    pub day: Option<Date>,
    /// Whether the test must fail.
    pub negated: bool,
}

impl From<Condition> for LicenceCondition {
    fn from(Condition { test, negated }: Condition) -> Self {
        let plain = |kind| Self { kind, path: None, group_id: None, days: None, day: None, negated };
        match test {
            Test::Unit { path } => Self { path: Some(path), ..plain(LicenceConditionKind::Unit) },
            Test::Group { id } => {
                Self { group_id: Some(Type::DirectoryGroup.id(id)), ..plain(LicenceConditionKind::Group) }
            }
            Test::Inactive { days } => Self { days: Some(days), ..plain(LicenceConditionKind::Inactive) },
            Test::NeverLoggedIn { days } => Self { days: Some(days), ..plain(LicenceConditionKind::NeverLoggedIn) },
            Test::FirstLogInBefore { day } => Self { day: Some(day), ..plain(LicenceConditionKind::FirstLogInBefore) },
            Test::FirstLogInAfter { day } => Self { day: Some(day), ..plain(LicenceConditionKind::FirstLogInAfter) },
        }
    }
}
