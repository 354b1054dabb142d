//! The steps that erase a user, in one transaction.

use serde_json::json;
use uuid::Uuid;

use super::store::{self, Belonging};
use crate::base::error::{Result, UserError, UserErrorCode};
use crate::base::id::Type;
use crate::graphql::request::Work;
use crate::mail::{self, Recipient};
use crate::oversight::audit::{self, Event};
use crate::partners::custody;
use crate::people::user::throttle::MailKind;
use crate::people::user::{letters, second_factor, throttle};
use crate::people::{session, sign_in};

/// The name that others see after a user was erased.
pub const ERASED_NAME: &str = "Erased user";

/// How many organisations a message names.
const NAMED: usize = 10;

/// The outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Erasure {
    /// Nothing names the user any more.
    Done,
    /// The user is the last owner of these organisations, and they cannot be closed: nothing was erased.
    LastOwner(Vec<String>),
    /// There is no such user, or the user was erased before.
    NotThere,
}

/// The error if organisations would be left without an owner.
pub fn last_owner(names: &[String]) -> UserError {
    let listed = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    let [en, de, sv] = match names.len().saturating_sub(NAMED) {
        0 => [listed.clone(), listed.clone(), listed],
        more => [
            format!("{listed}, and {more} more"),
            format!("{listed} und {more} weitere"),
            format!("{listed} och {more} till"),
        ],
    };
    let message = [
        format!("These organisations would be left without an owner: {en}. Hand them over or close them first."),
        format!("Diese Organisationen blieben ohne Inhaber: {de}. Übergeben oder schließen Sie sie zuerst."),
        format!("De här organisationerna skulle bli utan ägare: {sv}. Lämna över eller stäng dem först."),
    ];
    UserError::general(UserErrorCode::LastOwner, message)
}

/// Erases the user, and closes the organisations where the user is the only member. The caller checks whether the actor
/// may do this; `action` is the mutation. Each organisation that loses the member gets an event in its log.
pub async fn erase_user(work: &Work<'_>, action: &str, user: Uuid) -> Result<Erasure> {
    let Work { tx, random, now, .. } = *work;
    let Some(row) = store::lock(tx, user).await? else { return Ok(Erasure::NotThere) };
    custody::pass_on_of(tx, random, now, user).await?;
    let belongings = store::belongings(tx, user, now).await?;
    let ownerless: Vec<String> =
        belongings.iter().filter(|one| one.needs_owner()).map(|one| one.name.clone()).collect();
    if !ownerless.is_empty() {
        return Ok(Erasure::LastOwner(ownerless));
    }
    for one in &belongings {
        if one.is_alone() {
            close(work, one).await?;
        } else {
            let event = Event::done(action, one.id, None).to(Type::Membership.id(one.membership_id)).about(user);
            audit::record(work, event).await?;
        }
    }
    // This must come before the memberships are removed, because the log also finds the person through them.
    audit::store::forget_person(tx, user).await?;
    session::store::remove_all(tx, user).await?;
    sign_in::store::remove_all(tx, user).await?;
    second_factor::store::remove(tx, user).await?;
    throttle::forget(work, &row).await?;
    store::remove_memberships(tx, user).await?;
    store::forget_mail(tx, &row).await?;
    let closed: Vec<&Belonging> = belongings.iter().filter(|one| one.is_alone()).collect();
    store::forget_billing(tx, &row, &closed).await?;
    store::forget_name(tx, &row, ERASED_NAME, now).await?;
    if throttle::may_mail(work, MailKind::Erased, &row.email).await? {
        let to = Recipient { user: None, address: row.email, locale: row.locale.into() };
        let letter = letters::erased(row.locale.into(), &work.request.config);
        mail::queue_last(tx, random, now, to, letter).await?;
    }
    tracing::info!(%user, "account erased");
    Ok(Erasure::Done)
}

async fn close(work: &Work<'_>, one: &Belonging) -> Result<()> {
    // An organisation of one person may have the person's name.
    let name = if one.is_person() { ERASED_NAME } else { &one.name };
    store::close(work.tx, one, name, work.now).await?;
    let event = Event::done("closeOrganisation", one.id, None)
        .to(Type::Organisation.id(one.id))
        .changing(json!({ "state": one.state() }), json!({ "state": "CLOSED" }));
    Ok(audit::record(work, event).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_some_organisations_and_counts_the_others() {
        let names: Vec<String> = (1..=12).map(|number| format!("Firm {number}")).collect();
        let message = last_owner(&names).message.to_string();
        assert!(message.contains("Firm 10, and 2 more.") && !message.contains("Firm 11"), "{message}");
        assert!(last_owner(&names[..1]).message.to_string().contains(": Firm 1. "));
    }
}
