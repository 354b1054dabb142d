//! Mail about requests for access.

use entity::access_request::Model;

use crate::access::Permission;
use crate::base::error::{Error, Result};
use crate::base::locale::Locale;
use crate::graphql::request::Work;
use crate::mail::Letter;
use crate::people::user::letters::{recipient, send};
use crate::people::user::store as users;

/// Who asks for what, where.
#[derive(Clone, Copy)]
pub struct Asking<'a> {
    /// The name of the person.
    pub person: &'a str,
    /// The permission.
    pub permission: Permission,
    /// The name of the organisation.
    pub organisation: &'a str,
}

/// Sends a letter to the person who asked.
pub async fn tell(
    work: &Work<'_>,
    row: &Model,
    permission: Permission,
    letter: impl Fn(Locale, Asking<'_>) -> Letter,
) -> Result<()> {
    let Some(user) = users::find(work.tx, row.user_id).await? else { return Ok(()) };
    let target = work.request.access.look(row.target_id).await?.ok_or(Error::NotFound)?;
    let about = Asking { person: &user.name, permission, organisation: &target.card().name };
    send(work, recipient(&user), letter(user.locale.into(), about)).await
}

/// To those who can grant it: somebody asks.
pub fn asked(locale: Locale, about: Asking<'_>, message: &str) -> Letter {
    let Asking { person, permission, organisation } = about;
    let permission = permission.graphql_name();
    match locale {
        Locale::En => Letter::about(format!("{person} asks for access at {organisation}"))
            .say(format!("{person} asks for the permission {permission} at {organisation} and says: {message}"))
            .say("Grant or decline it among the requests for access of your organisation."),
        Locale::De => Letter::about(format!("{person} bittet um Zugang bei {organisation}"))
            .say(format!("{person} bittet um die Berechtigung {permission} bei {organisation} und schreibt: {message}"))
            .say("Gewähren Sie sie oder lehnen Sie ab: bei den Anfragen um Zugang Ihrer Organisation."),
        Locale::Sv => Letter::about(format!("{person} ber om åtkomst hos {organisation}"))
            .say(format!("{person} ber om behörigheten {permission} hos {organisation} och skriver: {message}"))
            .say("Bevilja eller avslå den bland organisationens förfrågningar om åtkomst."),
    }
}

/// To the person: it was granted.
pub fn granted(locale: Locale, about: Asking<'_>) -> Letter {
    let Asking { permission, organisation, .. } = about;
    let permission = permission.graphql_name();
    match locale {
        Locale::En => Letter::about(format!("You have access at {organisation}"))
            .say(format!("You asked for the permission {permission} at {organisation}. You have it now.")),
        Locale::De => Letter::about(format!("Sie haben Zugang bei {organisation}")).say(format!(
            "Sie haben um die Berechtigung {permission} bei {organisation} gebeten. Sie haben sie jetzt."
        )),
        Locale::Sv => Letter::about(format!("Du har åtkomst hos {organisation}"))
            .say(format!("Du bad om behörigheten {permission} hos {organisation}. Nu har du den.")),
    }
}

/// To the person: it was declined.
pub fn declined(locale: Locale, about: Asking<'_>, reason: &str) -> Letter {
    let Asking { permission, organisation, .. } = about;
    let permission = permission.graphql_name();
    match locale {
        Locale::En => Letter::about(format!("No access at {organisation}")).say(format!(
            "You asked for the permission {permission} at {organisation}. It was declined. The reason: {reason}"
        )),
        Locale::De => Letter::about(format!("Kein Zugang bei {organisation}")).say(format!(
            "Sie haben um die Berechtigung {permission} bei {organisation} gebeten. Das wurde abgelehnt. Der Grund: {reason}"
        )),
        Locale::Sv => Letter::about(format!("Ingen åtkomst hos {organisation}")).say(format!(
            "Du bad om behörigheten {permission} hos {organisation}. Det avslogs. Skälet: {reason}"
        )),
    }
}
