//! Saving the rules of a family.

use async_graphql::{Enum, ID, InputObject};
use entity::feature::Model as Feature;
use entity::licence_rule_set::{Model as RuleSet, Schedule};
use entity::{licence_rule, licence_rule_set};
use macros::{mutation, payload};
use sea_orm::ActiveEnum;
use serde_json::{Value as Json, json};

use super::conditions::Condition;
use super::input::LicenceRuleInput;
use super::object::LicenceRuleSet;
use super::rules::{MOST_RULES, check_settings, require_family, require_version};
use super::store;
use crate::base::error::{Error, Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::catalogue::feature::store as features;
use crate::directory::group::store as groups;
use crate::graphql::act::ActOn;
use crate::licence::assignment::rules::family;
use crate::organisation::Organisation;
use crate::oversight::audit;
use crate::oversight::operator::store::find_operator;

/// When rules are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
#[graphql(remote = "licence_rule_set::Schedule")]
pub enum LicenceSchedule {
    /// When somebody calls `applyLicenceRules`.
    Manual,
    /// Every day. The owners and admins get a report by mail; if too many would lose their licence, nothing is done.
    Daily,
}

/// The rules of a family, as a whole.
#[derive(InputObject)]
pub struct SaveLicenceRulesInput {
    /// Id of the organisation.
    pub organisation_id: ID,
    /// The family of features. A feature without a family is one of its own, named by its key.
    pub family: String,
    /// The version of the rules that you saw; 0 if there were none. Another one is refused with STALE_STATE.
    #[graphql(default)]
    pub version: i32,
    /// The rules in their order: at most 50. The first one that matches a person and is below its ceiling decides.
    pub rules: Vec<LicenceRuleInput>,
    /// For how many days a lost licence is kept: 0 to 90.
    #[graphql(default = 7)]
    pub grace_days: i32,
    /// If more than 5 people and more than this share of the licences would be lost, it must be confirmed. In basis points:
    /// 1,000 is a tenth.
    #[graphql(default = 1000)]
    pub guard_basis_points: i32,
    /// When they are applied.
    #[graphql(default_with = "LicenceSchedule::Manual")]
    pub schedule: LicenceSchedule,
}

/// The saved rules.
#[payload]
pub struct SaveLicenceRulesPayload {
    /// The rules; null if they were not saved.
    pub rules: Option<LicenceRuleSet>,
}

/// Saves all rules of a family. Nobody gets or loses a licence by that: see `previewLicenceRules` and
/// `applyLicenceRules`. With an empty list, nobody has a licence by a rule any more.
#[mutation]
#[acts(LICENCE_RULE_MANAGE, on = input.organisation_id)]
async fn save_licence_rules(
    act: ActOn<'_, Organisation>,
    input: SaveLicenceRulesInput,
) -> Result<SaveLicenceRulesPayload> {
    check_settings(input.grace_days, input.guard_basis_points)?;
    if input.rules.len() > MOST_RULES {
        let message = [
            format!("You gave {} rules. Give at most {MOST_RULES}.", input.rules.len()),
            format!("Sie haben {} Regeln angegeben. Geben Sie höchstens {MOST_RULES} an.", input.rules.len()),
            format!("Du angav {} regler. Ange högst {MOST_RULES}.", input.rules.len()),
        ];
        return Err(UserError::at("rules", UserErrorCode::TooMany, message).into());
    }
    let read = input.rules.iter().enumerate();
    let read = read.map(|(index, rule)| rule.read().map_err(|error| error.in_row("rules", index)));
    let read: Vec<(String, Vec<Condition>)> = read.collect::<Result<_, UserError>>()?;
    let seller = find_operator(&act.request.access).await?.ok_or(Error::NotFound)?.id();
    act.locked(async |work, at| {
        let features = features::all_in(work.tx, seller).await?;
        require_family(&input.family, &features)?;
        let old = store::find(work.tx, at.id(), &input.family).await?;
        require_version(old.as_ref().map(|(set, _)| set), input.version)?;
        let names = groups::names(work.tx, at.id()).await?;
        let (old, old_rules) = old.unzip();
        let set = RuleSet {
            id: old.as_ref().map_or_else(|| work.random.id(work.now), |set: &RuleSet| set.id),
            organisation_id: at.id(),
            family: input.family.clone(),
            version: input.version.saturating_add(1),
            grace_days: input.grace_days,
            guard_basis_points: input.guard_basis_points,
            schedule: input.schedule.into(),
            updated_at: work.now,
            applied_at: old.as_ref().and_then(|set| set.applied_at),
            tried_on: None,
        };
        let mut rules = Vec::with_capacity(read.len());
        for (index, ((name, conditions), given)) in read.iter().zip(&input.rules).enumerate() {
            if let Some(condition) = conditions.iter().position(|one| one.misses(&names)) {
                let message = [
                    "This is not a group of the directory of the organisation.",
                    "Das ist keine Gruppe aus dem Verzeichnis der Organisation.",
                    "Det är ingen grupp i organisationens personkatalog.",
                ];
                let error = UserError::at("groupId", UserErrorCode::Unknown, message).in_row("conditions", condition);
                return Err(error.in_row("rules", index).into());
            }
            let feature_id =
                feature_of(given, &features, &input.family).map_err(|error| error.in_row("rules", index))?;
            rules.push(licence_rule::Model {
                id: work.random.id(work.now),
                organisation_id: at.id(),
                set_id: set.id,
                position: i32::try_from(index + 1).unwrap_or(i32::MAX),
                name: name.clone(),
                conditions: serde_json::to_string(conditions).map_err(Error::fault)?,
                feature_id,
                ceiling: given.ceiling,
            });
        }
        store::save(work.tx, old.as_ref(), &set, &rules).await?;
        let before = old.as_ref().zip(old_rules).map_or(Json::Null, |(set, rules)| snapshot(set, &rules, &features));
        let saved: Vec<_> =
            rules.into_iter().zip(&read).map(|(rule, (_, conditions))| (rule, conditions.clone())).collect();
        let event = act.event().changing(before, snapshot(&set, &saved, &features));
        Ok(audit::record(work, event).await?)
    })
    .await?;
    let rules = LicenceRuleSet::find_of(act.request, act.object.as_ref(), &input.family).await?;
    Ok(SaveLicenceRulesPayload { rules, ..Default::default() })
}

fn feature_of(given: &LicenceRuleInput, features: &[Feature], of: &str) -> Result<Option<uuid::Uuid>, UserError> {
    let Some(id) = &given.feature_id else { return Ok(None) };
    let found = Type::Feature.parse(id).ok().and_then(|id| features.iter().find(|row| row.id == id));
    let found = found.filter(|row| family(row) == of && row.kind == entity::feature::Kind::Seat);
    let message = [
        "This is not a feature of the family.",
        "Das ist kein Feature der Familie.",
        "Det är ingen funktion i familjen.",
    ];
    found.map(|row| Some(row.id)).ok_or_else(|| UserError::at("featureId", UserErrorCode::Unknown, message))
}

/// A set as the audit log records it.
fn snapshot(set: &RuleSet, rules: &[(licence_rule::Model, Vec<Condition>)], features: &[Feature]) -> Json {
    let schedule: Schedule = set.schedule;
    let name = |id| features.iter().find(|row| Some(row.id) == id).map(|row| row.name.as_str());
    let rules = rules.iter().map(|(rule, conditions)| {
        json!({ "name": rule.name, "conditions": conditions, "feature": name(rule.feature_id), "ceiling": rule.ceiling })
    });
    json!({ "family": set.family, "version": set.version, "graceDays": set.grace_days,
            "guardBasisPoints": set.guard_basis_points, "schedule": schedule.to_value(),
            "rules": rules.collect::<Vec<_>>() })
}
