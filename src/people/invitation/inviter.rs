//! The inviter: the user or key that sends an invitation.

use chrono::TimeDelta;
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::letters::{self, Facts};
use super::store::Known;
use crate::access::{Actor, Authorised, Grants, HeldRole, Permission, PermissionSet};
use crate::base::config::Config;
use crate::base::error::{Error, Result};
use crate::base::locale::Locale;
use crate::mail::{Letter, Recipient};
use crate::people::role::rules::grants_of;

/// The inviter, and what the letters need.
pub struct Inviter<'a> {
    /// The user, if the inviter is one.
    pub user: Option<Uuid>,
    /// The key, if the inviter is one.
    pub key: Option<Uuid>,
    /// The name of the user.
    name: Option<&'a str>,
    at: &'a Authorised,
    config: &'a Config,
}

impl<'a> Inviter<'a> {
    /// The actor as an inviter at the organisation.
    pub fn of(actor: &'a Actor, at: &'a Authorised, config: &'a Config) -> Result<Self> {
        let (user, key, name) = match actor {
            Actor::User(user) => (Some(user.id), None, Some(user.name.as_str())),
            Actor::ApiKey(key) => (None, Some(key.id), None),
            Actor::Anonymous => return Err(Error::sign_in()),
        };
        Ok(Self { user, key, name, at, config })
    }

    /// The partnership that the inviter needs to invite somebody with all of these roles, if any.
    pub fn partnership_for(&self, roles: &[HeldRole], now: DateTimeUtc) -> Option<Uuid> {
        let inviting = Grants { own: PermissionSet::of(&[Permission::MemberInvite]), clients: PermissionSet::EMPTY };
        self.at.partnership_for(grants_of(roles).union(inviting), now)
    }

    /// When a link that is sent now expires.
    pub fn end(&self, now: DateTimeUtc) -> DateTimeUtc {
        now + TimeDelta::days(self.config.invitations.days)
    }

    /// The mail with the link. If the address has an account, the mail is in the language of that account.
    pub fn letter(&self, email: &str, locale: Locale, known: Option<&Known>, token: &str) -> (Recipient, Letter) {
        let locale = known.map_or(locale, |known| known.locale);
        let recipient = Recipient { user: known.map(|known| known.user), address: email.to_owned(), locale };
        let facts = Facts {
            organisation: &self.at.row().name,
            inviter: self.name,
            days: self.config.invitations.days,
            url: &self.config.link("invitation", token),
        };
        (recipient, letters::invitation(locale, &facts))
    }
}
