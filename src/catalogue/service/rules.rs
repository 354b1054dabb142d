//! Which actions a service knows, what a service refuses, and a service as the audit log records it.

use async_graphql::Enum;
use entity::service::{DesiredState, Kind, Model, State};
use sea_orm::ActiveEnum;
use serde_json::{Value as Json, json};

use super::attributes::Attributes;
use crate::base::error::{UserError, UserErrorCode};
use crate::base::message::Message;
use crate::base::text::listed_or;

/// What can be requested of a service. Which actions there are depends on its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum ServiceAction {
    /// Restart it: virtual servers.
    Restart,
    /// Set a new password for its administrator: virtual servers, web hosting and seats.
    ResetPassword,
    /// Renew the certificate now: web hosting.
    RenewCertificate,
    /// Renew the registration now: domains.
    Renew,
    /// Send the code for a transfer to another registrar to the holder: domains.
    SendTransferCode,
}

impl ServiceAction {
    /// Its name in the schema and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Restart => "RESTART",
            Self::ResetPassword => "RESET_PASSWORD",
            Self::RenewCertificate => "RENEW_CERTIFICATE",
            Self::Renew => "RENEW",
            Self::SendTransferCode => "SEND_TRANSFER_CODE",
        }
    }

    /// The action with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Restart, Self::ResetPassword, Self::RenewCertificate, Self::Renew, Self::SendTransferCode];
        all.into_iter().find(|action| action.name() == name)
    }
}

/// The actions of a kind of service.
pub const fn actions(kind: Kind) -> &'static [ServiceAction] {
    use ServiceAction::{Renew, RenewCertificate, ResetPassword, Restart, SendTransferCode};
    match kind {
        Kind::VirtualServer => &[Restart, ResetPassword],
        Kind::WebHosting => &[ResetPassword, RenewCertificate],
        Kind::Domain => &[Renew, SendTransferCode],
        Kind::Seats => &[ResetPassword],
        Kind::Devices | Kind::Other => &[],
    }
}

/// Refuses an action that the service does not know, and every action while it does not run. `open` is the action that was
/// requested before and is not done yet.
pub fn require_possible(row: &Model, action: ServiceAction, open: Option<&str>) -> Result<(), UserError> {
    let wrong = |code, message: Message| Err(UserError::at("action", code, message));
    let known = actions(row.kind);
    if !known.contains(&action) {
        let list: Vec<&str> = known.iter().map(|action| action.name()).collect();
        let [en, de, sv] = ["none", "keine", "inga"].map(|none| listed_or(&list, none));
        let message = [
            format!("This kind of service does not know the action. It knows: {en}."),
            format!("Diese Art von Dienst kennt die Aktion nicht. Sie kennt: {de}."),
            format!("Den här sortens tjänst känner inte till åtgärden. Den känner till: {sv}."),
        ];
        return wrong(UserErrorCode::InvalidInput, message.into());
    }
    if (row.state, row.desired_state) != (State::Active, DesiredState::Active) {
        let message = [
            "The service does not run now. Request the action when it is ACTIVE.",
            "Der Dienst läuft jetzt nicht. Fordern Sie die Aktion an, wenn er ACTIVE ist.",
            "Tjänsten är inte i gång nu. Begär åtgärden när den är ACTIVE.",
        ];
        return wrong(UserErrorCode::StaleState, message.into());
    }
    match open {
        Some(open) if open == action.name() => wrong(
            UserErrorCode::Duplicate,
            [
                "This action is requested already, and not done yet.",
                "Diese Aktion ist schon angefordert und noch nicht erledigt.",
                "Åtgärden är redan begärd och inte klar ännu.",
            ]
            .into(),
        ),
        Some(open) => wrong(
            UserErrorCode::InUse,
            [
                format!("Wait until the action {open} is done."),
                format!("Warten Sie, bis die Aktion {open} erledigt ist."),
                format!("Vänta tills åtgärden {open} är klar."),
            ]
            .into(),
        ),
        None => Ok(()),
    }
}

/// Refuses to change a service that has ended, or that will.
pub fn require_not_ended(row: &Model) -> Result<(), UserError> {
    if row.desired_state == DesiredState::Ended {
        let message = [
            "The service has ended. Order another one.",
            "Der Dienst ist beendet. Bestellen Sie einen neuen.",
            "Tjänsten har upphört. Beställ en ny.",
        ];
        return Err(UserError::at("serviceId", UserErrorCode::StaleState, message));
    }
    Ok(())
}

/// The state of a service that is as it should be.
pub const fn reached(desired: DesiredState) -> State {
    match desired {
        DesiredState::Active => State::Active,
        DesiredState::Suspended => State::Suspended,
        DesiredState::Ended => State::Ended,
    }
}

/// A service as the audit log records it.
pub fn audit_snapshot(row: &Model) -> Json {
    json!({
        "name": row.name,
        "state": row.state.to_value(),
        "desiredState": row.desired_state.to_value(),
        "generation": row.generation,
        "attributes": Attributes::read(&row.attributes).to_json(),
        "externalId": row.external_id,
        "problem": row.problem,
    })
}

#[cfg(test)]
mod tests {
    use sea_orm::prelude::DateTimeUtc;
    use uuid::Uuid;

    use super::*;
    use crate::seed::rows::service;

    fn server() -> Model {
        service(Uuid::nil(), Uuid::nil(), "web-1", Kind::VirtualServer, DateTimeUtc::UNIX_EPOCH)
    }

    #[test]
    fn only_a_running_service_takes_an_action_that_it_knows() {
        assert!(require_possible(&server(), ServiceAction::Restart, None).is_ok());
        let code = |row: &Model, action, open| require_possible(row, action, open).unwrap_err().code;
        assert_eq!(code(&server(), ServiceAction::Renew, None), UserErrorCode::InvalidInput);
        assert_eq!(code(&server(), ServiceAction::Restart, Some("RESTART")), UserErrorCode::Duplicate);
        assert_eq!(code(&server(), ServiceAction::Restart, Some("RESET_PASSWORD")), UserErrorCode::InUse);
        let pending = Model { state: State::Pending, ..server() };
        let ending = Model { desired_state: DesiredState::Ended, ..server() };
        for row in [pending, ending] {
            assert_eq!(code(&row, ServiceAction::Restart, None), UserErrorCode::StaleState);
        }
    }

    #[test]
    fn names_of_actions_come_back() {
        use entity::service::Kind as K;
        for kind in [K::VirtualServer, K::WebHosting, K::Domain, K::Seats, K::Devices, K::Other] {
            for action in actions(kind) {
                assert_eq!(ServiceAction::from_name(action.name()), Some(*action));
            }
        }
    }
}
