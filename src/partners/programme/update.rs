//! Changing the terms of a reseller.

use async_graphql::{ID, InputObject};
use entity::organisation::Kind;
use entity::reseller_programme;
use macros::{mutation, payload};

use super::{letters, rules, store};
use crate::base::error::Result;
use crate::billing::commission;
use crate::graphql::act::{ActOn, Find};
use crate::organisation::Organisation;
use crate::oversight::audit;
use crate::people::membership::mail_admins;

/// The new terms of a reseller.
#[derive(InputObject)]
pub struct UpdateResellerProgrammeInput {
    /// Id of the reseller's organisation.
    pub organisation_id: ID,
    /// The reseller's share of what its clients buy from now on, in hundredths of a percent: 0 to 10000.
    pub commission_basis_points: i32,
    /// What is agreed. 1 to 1,000 characters.
    pub terms: String,
}

/// The changed reseller.
#[payload]
pub struct UpdateResellerProgrammePayload {
    /// The organisation; null if nothing was changed.
    pub organisation: Option<Organisation>,
}

/// Changes the rate of commission and the terms of a reseller. They apply to everything sold from now on. The
/// reseller's owners and admins get a mail.
#[mutation]
#[acts(RESELLER_MANAGE, on = input.organisation_id)]
async fn update_reseller_programme(
    act: ActOn<'_, Organisation>,
    input: UpdateResellerProgrammeInput,
) -> Result<UpdateResellerProgrammePayload> {
    let key = act.organisation();
    let terms = rules::read_terms(input.commission_basis_points, &input.terms)?;
    act.locked(async |work, at| {
        rules::require_reseller(at.row().kind)?;
        let before = store::load_programme(work.tx, key).await?.as_ref().map(rules::audit_snapshot);
        let row = reseller_programme::Model {
            organisation_id: key,
            commission_basis_points: input.commission_basis_points,
            terms: terms.clone(),
            kind_before: Kind::Company,
            approved_at: work.now,
        };
        let after = rules::audit_snapshot(&row);
        store::set_programme(work.tx, row).await?;
        let rate = rules::rate(work.random.id(work.now), key, input.commission_basis_points, (work.today(), work.now));
        commission::store::add_rates(work.tx, vec![rate]).await?;
        let event = act.event().to(input.organisation_id).changing(before.unwrap_or_default(), after);
        audit::record(work, event).await?;
        Ok(mail_admins(work, key, |locale| letters::changed(locale, &at.row().name, &terms)).await?)
    })
    .await?;
    let organisation = Organisation::find(act.request, key).await?;
    Ok(UpdateResellerProgrammePayload { organisation, ..Default::default() })
}
