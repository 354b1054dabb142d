//! An invitation: as the members of the organisation see it, and as its link shows it.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID};
use macros::{guarded, public_object};
use sea_orm::prelude::DateTimeUtc;
use uuid::Uuid;

use super::rules::{self, InvitationState};
use super::store::{self, Invited, OF_ORGANISATION};
use crate::access::{Actor, Decision, GrantsAt, Guarded, Side, UserActor};
use crate::base::error::Result;
use crate::base::id;
use crate::base::locale::Locale;
use crate::graphql::act::Find;
use crate::graphql::page::{Connection, PageArguments, Search, Total, slice_sorted};
use crate::graphql::request::Request;
use crate::organisation::{Organisation, OrganisationCard};
use crate::partners::partnership::Partnership;
use crate::people::api_key::ApiKey;
use crate::people::membership::Membership;
use crate::people::role::Role;
use crate::people::user::User;

/// Asks somebody by mail to join an organisation.
#[derive(Clone)]
pub struct Invitation {
    pub(super) row: Arc<Invited>,
    pub(super) decision: Decision,
    is_own: bool,
    now: DateTimeUtc,
}

impl Find for Invitation {
    const TYPE: id::Type = id::Type::Invitation;

    async fn find(request: &Request, key: Uuid) -> Result<Option<Self>> {
        let Some(found) = OF_ORGANISATION.look_up(request, key).await? else { return Ok(None) };
        let decision = request.access.look(found.key(|found| found.row.organisation_id)).await?;
        Ok(decision.and_then(|decision| found.visible(|row| Self::new(request, &row, &decision))))
    }
}

impl Guarded for Invitation {
    fn grants_at(&self, side: Side) -> Option<GrantsAt> {
        self.decision.grants_at(side)
    }

    fn is_own(&self) -> bool {
        self.is_own
    }
}

impl Invitation {
    fn new(request: &Request, row: &Arc<Invited>, decision: &Decision) -> Self {
        let now = request.now();
        let is_own = match request.actor() {
            Actor::User(user) => rules::is_open_to(user, &row.row, decision.state(), now),
            _ => false,
        };
        Self { row: Arc::clone(row), decision: decision.clone(), is_own, now }
    }

    /// The open invitations to the address of the viewer, the oldest first; none before the address is verified.
    pub async fn list_open(request: &Request, page: &PageArguments) -> Result<Connection<Self>> {
        let found = match request.actor() {
            Actor::User(UserActor { email, is_verified: true, .. }) => store::list_open_to(request, email).await?,
            _ => Vec::new(),
        };
        let organisations = request.access.look_all(found.iter().map(|found| found.row.organisation_id)).await?;
        let open = found.iter().filter_map(|found| {
            let invitation = Self::new(request, found, organisations.get(&found.row.organisation_id)?);
            invitation.is_own.then(|| Arc::new(invitation))
        });
        let open: Vec<Arc<Self>> = open.collect();
        let total = Total::known(open.len());
        let items = open.into_iter().map(|invitation| {
            // Keys are sorted as text, so all of them have the same number of digits.
            let key = format!("{:020}", invitation.row.row.created_at.timestamp_micros());
            (key, invitation.row.row.id, invitation)
        });
        Ok(Connection::new(&slice_sorted(items, page, Uuid::nil())?, total, |invitation| Self::clone(invitation)))
    }

    /// The organisation with the viewer's grants there.
    pub const fn decision(&self) -> &Decision {
        &self.decision
    }

    /// The invitations of an organisation that a search finds, the newest first; only those in one of the states if there
    /// are any.
    pub async fn list(
        request: &Request,
        at: &Decision,
        page: &PageArguments,
        states: Option<&[InvitationState]>,
        search: Option<&str>,
    ) -> Result<Connection<Self>> {
        let now = request.now();
        let found = Search::read(search)?.narrow(store::in_states(states, now), "t.email LIKE :search ESCAPE '!'");
        let rows = OF_ORGANISATION.rows(request, at.id(), page, found).await?;
        Ok(rows.connection(|row| Self::new(request, row, at)))
    }
}

/// Asks somebody by mail to join an organisation. While it is open, the person whose verified address it went to sees it
/// too: see `Viewer.invitations`.
#[guarded(exists(MEMBER_READ, OWN))]
impl Invitation {
    /// Opaque id.
    #[public]
    pub(crate) async fn id(&self) -> ID {
        id::Type::Invitation.id(self.row.row.id)
    }

    /// The address that is invited.
    #[public]
    pub(crate) fn email(&self) -> &str {
        &self.row.row.email
    }

    /// The roles that it gives.
    #[public]
    fn roles(&self) -> Vec<Role> {
        self.row.roles.iter().map(|held| Role::new(held.clone(), self.decision.clone())).collect()
    }

    /// Its state at the moment.
    #[public]
    fn state(&self) -> InvitationState {
        rules::state_at(&self.row.row, self.now)
    }

    /// The language of its mail, unless the address has an account with another one.
    #[public]
    fn locale(&self) -> Locale {
        self.row.row.locale.into()
    }

    /// The person who sent the link last. Null if an API key did.
    #[public]
    fn invited_by(&self) -> Option<User> {
        Some(User { id: self.row.row.inviter_user_id?, name: self.row.inviter.clone()? })
    }

    /// The API key that sent the link last, hidden from viewers who may not see the key. Null if a person did.
    #[public]
    async fn invited_by_key(&self, context: &Context<'_>) -> Result<Option<ApiKey>> {
        match self.row.row.inviter_key_id {
            Some(key) => ApiKey::find(Request::of(context)?, key).await,
            None => Ok(None),
        }
    }

    /// The partnership through which it was sent, hidden from viewers who may not see the partnership. Null if none.
    #[public]
    async fn partnership(&self, context: &Context<'_>) -> Result<Option<Partnership>> {
        match self.row.row.partnership_id {
            Some(key) => Partnership::find(Request::of(context)?, key).await,
            None => Ok(None),
        }
    }

    /// When the membership will end by itself; null for never.
    #[public]
    fn membership_expires_at(&self) -> Option<DateTimeUtc> {
        self.row.row.membership_expires_at
    }

    /// When it was created.
    #[public]
    fn created_at(&self) -> DateTimeUtc {
        self.row.row.created_at
    }

    /// When its link was last sent.
    #[public]
    fn sent_at(&self) -> DateTimeUtc {
        self.row.row.sent_at
    }

    /// Until when the link is valid.
    #[public]
    fn expires_at(&self) -> DateTimeUtc {
        self.row.row.expires_at
    }

    /// When it was accepted, declined, withdrawn or ended; null before.
    #[public]
    fn answered_at(&self) -> Option<DateTimeUtc> {
        self.row.row.answered_at
    }

    /// The resulting membership; null if it was not accepted, or if the member has left.
    #[public]
    async fn membership(&self, context: &Context<'_>) -> Result<Option<Membership>> {
        match self.row.membership {
            Some(key) => Membership::find(Request::of(context)?, key).await,
            None => Ok(None),
        }
    }

    /// The card of the organisation.
    #[public]
    fn card(&self) -> OrganisationCard {
        self.decision.card().into()
    }

    /// The organisation; null, without an error, if the viewer lacks `ORGANISATION_READ` there.
    #[public]
    async fn organisation(&self, context: &Context<'_>) -> Result<Option<Organisation>> {
        Organisation::find(Request::of(context)?, self.decision.id()).await
    }
}

/// How an invitation is accepted. It depends on whether the address has an account. The link may reveal that, because
/// only readers of the mail have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum InvitationStep {
    /// There is no account yet: use `signUp` with `invitationToken`.
    SignUp,
    /// There is an account: sign in with `logIn`, then use `acceptInvitation`.
    SignIn,
    /// There is an unverified account: use `acceptInvitation` with `newPassword`, without being signed in.
    SetPassword,
}

/// An invitation, as the invited person sees it.
#[public_object]
pub struct InvitationPreview {
    /// The organisation to join.
    pub organisation: OrganisationCard,
    /// Name of the inviting person; null if an API key invites.
    pub invited_by: Option<String>,
    /// Names of the roles that it gives.
    pub roles: Vec<String>,
    /// The address that is invited.
    pub email: String,
    /// Until when it can be accepted.
    pub expires_at: DateTimeUtc,
    /// When the membership will end by itself; null for never.
    pub membership_expires_at: Option<DateTimeUtc>,
    /// How it is accepted.
    pub next: InvitationStep,
}
