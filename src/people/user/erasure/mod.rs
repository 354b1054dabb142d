//! Erasing a user: all that names the person goes, and what is left is a key that others point to.

mod store;

use sea_orm::DatabaseTransaction;
use serde_json::json;
use uuid::Uuid;

use super::link::Kind;
use super::{letters, second_factor, throttle};
use crate::base::config::Config;
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::base::random::Random;
use crate::graphql::request::Request;
use crate::mail::{self, Recipient};
use crate::oversight::audit::{self, Event};
use crate::partners::custody;
use crate::people::session;
use store::Belonging;
use throttle::MailKind;

/// What others see of somebody who was erased.
pub const ERASED_NAME: &str = "Erased user";

/// How many organisations a message names.
const NAMED: usize = 10;

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Erasure {
    /// Nothing is left that names the user.
    Done,
    /// The user is the last owner of these organisations, and they cannot be closed along with it: nothing was done.
    LastOwner(Vec<String>),
    /// There is no such user, or it was erased before.
    NotThere,
}

/// What to answer where organisations would be left without an owner.
pub fn last_owner(names: &[String]) -> UserError {
    let mut listed = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if let Some(more) = names.len().checked_sub(NAMED).filter(|more| *more > 0) {
        listed = format!("{listed}, and {more} more");
    }
    let message =
        format!("These organisations would be left without an owner: {listed}. Hand them on or close them first.");
    UserError::general(UserErrorCode::LastOwner, message)
}

/// Erases the user, in the transaction, and closes the organisations of which the user is the only member. Who asks for
/// it, by which mutation, and whether they may, is judged before; the log of each organisation that loses the member tells
/// of it.
pub async fn erase(
    tx: &DatabaseTransaction,
    request: &Request,
    random: &Random,
    config: &Config,
    action: &str,
    user: Uuid,
) -> Result<Erasure> {
    let now = request.now();
    let Some(row) = store::lock(tx, user).await? else { return Ok(Erasure::NotThere) };
    custody::pass_on_of(tx, random, now, user).await?;
    let belongings = store::belongings(tx, user, now).await?;
    let kept: Vec<String> = belongings.iter().filter(|one| one.needs_owner()).map(|one| one.name.clone()).collect();
    if !kept.is_empty() {
        return Ok(Erasure::LastOwner(kept));
    }
    for one in &belongings {
        if one.is_alone() {
            close(tx, request, random, one).await?;
        } else {
            let act = Event::done(action, one.id, None).to(Type::Membership.id(one.membership_id)).about(user);
            audit::record(&request.work(tx), act).await?;
        }
    }
    // Before the memberships go, by which the log names the person too.
    audit::store::forget_person(tx, user).await?;
    session::store::remove_all(tx, user).await?;
    second_factor::store::remove(tx, user).await?;
    super::link::store::void(tx, user, &[Kind::Verify, Kind::Reset, Kind::Change, Kind::Undo]).await?;
    throttle::store::clear_account(tx, user).await?;
    store::remove_memberships_and_mail(tx, user, &row.email).await?;
    store::forget_name(tx, user, ERASED_NAME, now).await?;
    if throttle::may_mail(tx, MailKind::Erased, &row.email, now).await? {
        let to = Recipient { user: None, address: row.email, locale: row.locale.into() };
        mail::queue(tx, random, now, [(to, letters::erased(row.locale.into(), config))]).await?;
    }
    tracing::info!(%user, "account erased");
    Ok(Erasure::Done)
}

async fn close(tx: &DatabaseTransaction, request: &Request, random: &Random, one: &Belonging) -> Result<()> {
    // What only one person was is named after the person.
    let name = if one.is_person() { ERASED_NAME } else { &one.name };
    store::close(tx, one, name, request.now()).await?;
    let act = Event::done("closeOrganisation", one.id, None)
        .to(Type::Organisation.id(one.id))
        .changing(json!({ "state": one.state() }), json!({ "state": "CLOSED" }));
    Ok(audit::record(&request.work(tx), act).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_some_organisations_and_counts_the_others() {
        let names: Vec<String> = (1..=12).map(|number| format!("Firm {number}")).collect();
        let message = last_owner(&names).message;
        assert!(message.contains("Firm 10, and 2 more.") && !message.contains("Firm 11"), "{message}");
        assert!(last_owner(&names[..1]).message.contains(": Firm 1. "));
    }
}
