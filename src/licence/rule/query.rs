//! The root field that previews rules.

use async_graphql::{Context, ID};
use macros::guarded;

use super::object::LicenceRuleSet;
use super::plan::Plan;
use super::plan_object::LicencePlan;
use crate::access::Permission;
use crate::base::error::{Error, Result};
use crate::base::id::Type;
use crate::graphql::act::Find;
use crate::graphql::request::Request;
use crate::licence::pool::granted;

/// The root field that previews rules.
#[derive(Default)]
pub struct LicenceRuleQuery;

#[guarded]
impl LicenceRuleQuery {
    /// What applying the rules of a family would change now. Nothing is changed by looking. The error is CONFLICT if the
    /// rules cannot be applied, with what to do.
    #[finds(LICENCE_READ)]
    async fn preview_licence_rules(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Id of the set of rules: see `Organisation.licenceRules`.")] licence_rule_set_id: ID,
    ) -> Result<Option<LicencePlan>> {
        let request = Request::of(context)?;
        let key = Type::LicenceRuleSet.parse(&licence_rule_set_id)?;
        let set = LicenceRuleSet::find(request, key).await?.ok_or(Error::NotFound)?;
        let at = set.at();
        at.authorise(Permission::LicenceRead).map_err(|_| Error::NotFound)?;
        let granted = granted(request, at.id()).await?;
        let plan = Plan::make(request.db().reader(), request, at.id(), &set.row().family, granted).await;
        let plan = plan.map_err(|error| match error {
            Error::User(error) => Error::Conflict(error.message.to_string()),
            other => other,
        })?;
        Ok(plan.map(|plan| LicencePlan::new(plan, at)))
    }
}
