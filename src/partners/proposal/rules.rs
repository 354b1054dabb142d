//! The states of a proposal, and which organisations may propose to each other.

use async_graphql::Enum;
use chrono::TimeDelta;
use entity::organisation::{self, Kind};
use entity::partnership_proposal::{Model, State};
use sea_orm::prelude::DateTimeUtc;

use crate::access::{Authorised, PermissionSet};
use crate::base::error::{UserError, UserErrorCode};
use crate::graphql::request::Request;
use crate::organisation::require_active;
use crate::partners::partnership::{PartnershipSide, Terms};

/// How many proposals one organisation may make in a day: each sends mail.
pub const MOST_PER_DAY: u64 = 5_000;
/// How many proposals one organisation may make to the same addressee in a day, including those it withdraws.
pub const MOST_TO_ONE: u64 = 10;
/// How many proposals may go to one address in a day, whoever makes them.
pub const MOST_TO_ONE_ADDRESS: u64 = 5;

/// The state of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum PartnershipProposalState {
    /// Waits for an answer.
    Pending,
    /// Accepted, perhaps with less than was proposed: there is a partnership.
    Accepted,
    /// Declined by the other side.
    Declined,
    /// Withdrawn by the side that made it.
    Withdrawn,
    /// Not answered in time, or its receiver was erased.
    Expired,
}

/// The state of a proposal at the moment.
pub fn state_at(row: &Model, expiry: Expiry) -> PartnershipProposalState {
    match row.state {
        State::Proposed if row.created_at <= expiry.limit() => PartnershipProposalState::Expired,
        State::Proposed => PartnershipProposalState::Pending,
        State::Accepted => PartnershipProposalState::Accepted,
        State::Declined => PartnershipProposalState::Declined,
        State::Withdrawn => PartnershipProposalState::Withdrawn,
        State::Lapsed => PartnershipProposalState::Expired,
    }
}

/// Which proposals are too old to be answered.
#[derive(Clone, Copy, Debug)]
pub struct Expiry {
    /// The time of the request.
    pub now: DateTimeUtc,
    /// How many days a proposal can be answered for.
    pub days: i64,
}

impl Expiry {
    /// The expiry at the time of a request.
    pub fn of(request: &Request) -> Self {
        Self { now: request.now(), days: request.config.partnerships.proposal_days }
    }

    /// Proposals made at this moment or before it have expired.
    pub fn limit(self) -> DateTimeUtc {
        self.now - TimeDelta::days(self.days)
    }

    /// When a proposal expires that was made at the given moment.
    pub fn end_of(self, created_at: DateTimeUtc) -> DateTimeUtc {
        created_at + TimeDelta::days(self.days)
    }
}

/// Refuses a proposal that is no longer pending.
pub fn require_pending(row: &Model, expiry: Expiry) -> Result<(), UserError> {
    let stale = |text: [&str; 3]| Err(UserError::at("proposalId", UserErrorCode::StaleState, text));
    match state_at(row, expiry) {
        PartnershipProposalState::Pending => Ok(()),
        PartnershipProposalState::Accepted => stale([
            "This proposal was already accepted.",
            "Dieser Vorschlag wurde schon angenommen.",
            "Förslaget har redan accepterats.",
        ]),
        PartnershipProposalState::Declined => stale([
            "This proposal was already declined.",
            "Dieser Vorschlag wurde schon abgelehnt.",
            "Förslaget har redan avböjts.",
        ]),
        PartnershipProposalState::Withdrawn => stale([
            "This proposal was withdrawn.",
            "Dieser Vorschlag wurde zurückgezogen.",
            "Förslaget har återtagits.",
        ]),
        PartnershipProposalState::Expired => {
            let message = [
                "This proposal was not answered in time. Ask for another.",
                "Dieser Vorschlag wurde nicht rechtzeitig beantwortet. Bitten Sie um einen neuen.",
                "Förslaget besvarades inte i tid. Be om ett nytt.",
            ];
            Err(UserError::at("proposalId", UserErrorCode::TooLate, message))
        }
    }
}

/// The proposed terms.
pub const fn terms(row: &Model) -> Terms {
    Terms {
        delegated: PermissionSet::from_stored(row.delegated),
        client_delegated: PermissionSet::from_stored(row.client_delegated),
        includes_upstream: row.includes_upstream,
        ends_at: row.ends_at,
    }
}

/// Refuses an organisation that cannot propose these terms as that side.
pub fn require_may_propose(maker: &Authorised, side: PartnershipSide, terms: Terms) -> Result<(), UserError> {
    require_active(maker.row())?;
    match (side, maker.row().kind) {
        (_, Kind::Operator) => Err(operator_error("organisationId")),
        (PartnershipSide::Reseller, Kind::Reseller) => Ok(()),
        (PartnershipSide::Reseller, _) => {
            let message = [
                "Only a reseller can have clients. Ask to become one with requestReseller.",
                "Nur ein Reseller kann Kunden haben. Beantragen Sie mit requestReseller, einer zu werden.",
                "Bara en återförsäljare kan ha kunder. Ansök med requestReseller om att bli det.",
            ];
            Err(UserError::at("organisationId", UserErrorCode::NotAReseller, message))
        }
        (PartnershipSide::Client, _) => {
            let missing = terms.grants().without(maker.grants);
            if missing.is_empty() { Ok(()) } else { Err(UserError::not_held("delegation", missing)) }
        }
    }
}

/// Refuses an organisation that cannot be the other side of a proposal; `side` is that of the organisation that asks.
pub fn require_may_be_asked(other: &organisation::Model, side: PartnershipSide) -> Result<(), UserError> {
    match (other.state, other.kind) {
        (organisation::State::Closed, _) => Err(UserError::at(
            "to",
            UserErrorCode::OrganisationClosed,
            ["This organisation is closed.", "Diese Organisation ist geschlossen.", "Organisationen är stängd."],
        )),
        (_, Kind::Operator) => Err(operator_error("to")),
        (_, kind) if side == PartnershipSide::Client && kind != Kind::Reseller => {
            let message = [
                "Only a reseller can have clients, and this organisation is not a reseller.",
                "Nur ein Reseller kann Kunden haben, und diese Organisation ist kein Reseller.",
                "Bara en återförsäljare kan ha kunder, och den här organisationen är inte återförsäljare.",
            ];
            Err(UserError::at("to", UserErrorCode::NotAReseller, message))
        }
        _ => Ok(()),
    }
}

/// Refuses two organisations that cannot become partners now; `own` is the side that accepts.
pub fn require_may_partner(
    reseller: &organisation::Model,
    client: &organisation::Model,
    own: PartnershipSide,
) -> Result<(), UserError> {
    // The accepting organisation is named by its id, the other one by the proposal.
    let (own, other, (of_reseller, of_client)) = match own {
        PartnershipSide::Reseller => (reseller, client, ("organisationId", "proposalId")),
        PartnershipSide::Client => (client, reseller, ("proposalId", "organisationId")),
    };
    let wrong = |code, message: [&str; 3]| Err(UserError::at("proposalId", code, message));
    if reseller.id == client.id {
        return wrong(UserErrorCode::InvalidInput, ITSELF);
    }
    if client.kind == Kind::Operator {
        return Err(operator_error(of_client));
    }
    if reseller.kind != Kind::Reseller {
        let message = [
            "Only a reseller can have clients, and this organisation is not a reseller.",
            "Nur ein Reseller kann Kunden haben, und diese Organisation ist kein Reseller.",
            "Bara en återförsäljare kan ha kunder, och den här organisationen är inte återförsäljare.",
        ];
        return Err(UserError::at(of_reseller, UserErrorCode::NotAReseller, message));
    }
    require_active(own)?;
    match other.state {
        organisation::State::Active => Ok(()),
        organisation::State::Suspended => {
            let message = [
                "The other organisation is suspended. Wait until it is resumed.",
                "Die andere Organisation ist gesperrt. Warten Sie, bis sie entsperrt ist.",
                "Den andra organisationen är pausad. Vänta tills den har återupptagits.",
            ];
            wrong(UserErrorCode::OrganisationSuspended, message)
        }
        organisation::State::Closed => wrong(
            UserErrorCode::OrganisationClosed,
            [
                "The other organisation is closed.",
                "Die andere Organisation ist geschlossen.",
                "Den andra organisationen är stängd.",
            ],
        ),
    }
}

/// The message if both sides are the same organisation.
pub const ITSELF: [&str; 3] = [
    "An organisation cannot be its own partner.",
    "Eine Organisation kann nicht ihr eigener Partner sein.",
    "En organisation kan inte vara sin egen partner.",
];

fn operator_error(field: &str) -> UserError {
    UserError::at(
        field,
        UserErrorCode::InvalidInput,
        [
            "The operator is already everybody's partner.",
            "Der Betreiber ist schon Partner aller.",
            "Operatören är redan allas partner.",
        ],
    )
}

/// The error if the same proposal is already pending.
pub fn pending_already() -> UserError {
    let message = [
        "You have already proposed this, and the proposal is still pending. Withdraw it first.",
        "Das haben Sie schon vorgeschlagen, und der Vorschlag ist noch offen. Ziehen Sie ihn zuerst zurück.",
        "Du har redan föreslagit det här, och förslaget väntar fortfarande på svar. Återta det först.",
    ];
    UserError::at("to", UserErrorCode::Duplicate, message)
}

/// The error if a daily limit is reached.
pub fn too_many_today() -> UserError {
    UserError::at(
        "to",
        UserErrorCode::TooMany,
        [
            "The limit of proposals for one day is reached. Try again tomorrow.",
            "Die Grenze für Vorschläge an einem Tag ist erreicht. Versuchen Sie es morgen wieder.",
            "Gränsen för förslag på en dag är nådd. Försök igen i morgon.",
        ],
    )
}

#[cfg(test)]
mod tests {
    use entity::partnership_proposal::Side;
    use uuid::Uuid;

    use super::*;

    fn row(state: State, made: i64) -> Model {
        Model {
            id: Uuid::nil(),
            organisation_id: Uuid::nil(),
            side: Side::Reseller,
            addressee_id: None,
            code: None,
            email: None,
            mailbox: None,
            partnership_id: None,
            delegated: 0,
            client_delegated: 0,
            includes_upstream: false,
            ends_at: None,
            message: None,
            state,
            proposed_by_id: None,
            answered_at: None,
            created_at: DateTimeUtc::UNIX_EPOCH + TimeDelta::days(made),
        }
    }

    #[test]
    fn a_proposal_expires_after_its_days() {
        let expiry = Expiry { now: DateTimeUtc::UNIX_EPOCH + TimeDelta::days(1_000), days: 90 };
        assert_eq!(state_at(&row(State::Proposed, 911), expiry), PartnershipProposalState::Pending);
        assert_eq!(state_at(&row(State::Proposed, 910), expiry), PartnershipProposalState::Expired);
        assert_eq!(state_at(&row(State::Accepted, 1), expiry), PartnershipProposalState::Accepted);
        assert!(require_pending(&row(State::Proposed, 911), expiry).is_ok());
        for over in [row(State::Proposed, 910), row(State::Declined, 911), row(State::Accepted, 911)] {
            assert!(require_pending(&over, expiry).is_err());
        }
    }

    fn organisation(number: u128, kind: Kind) -> organisation::Model {
        organisation::Model {
            id: Uuid::from_u128(number),
            name: String::new(),
            kind,
            state: organisation::State::Active,
            code: String::new(),
            created_at: DateTimeUtc::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_field_names_the_side_that_cannot_be_it() {
        let (one, other) = (organisation(1, Kind::Company), organisation(2, Kind::Company));
        let operator = organisation(3, Kind::Operator);
        for (reseller, client, own, field) in [
            (&one, &other, PartnershipSide::Reseller, "organisationId"),
            (&one, &other, PartnershipSide::Client, "proposalId"),
            (&one, &operator, PartnershipSide::Client, "organisationId"),
            (&one, &operator, PartnershipSide::Reseller, "proposalId"),
        ] {
            let error = require_may_partner(reseller, client, own).unwrap_err();
            assert_eq!(error.field.unwrap(), ["input", field], "{own:?}");
        }
    }
}
