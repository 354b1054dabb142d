//! Examples of the account mutations: a valid and an invalid one each, and the caller of the valid one.

use serde_json::json;

use crate::world::accounts::*;
use crate::world::*;

/// The caller who succeeds with the example: a person whom the other examples no longer need afterwards.
pub fn doer(mutation: &str) -> Option<Caller> {
    Some(match mutation {
        "beginSecondFactor" | "confirmSecondFactor" => ADMIN_OF_ACME,
        "changeAddress" => VIEWER_OF_ACME,
        "changePassword" => BILLING_OF_ACME,
        "confirmIdentity" => SUPPORT_OF_FJORD,
        "eraseAccount" => EXPIRED_AT_ACME,
        "removeSecondFactor" => OWNER_OF_FJORD,
        "renewRecoveryCodes" => MANAGER_OF_FJORD,
        "resendVerification" => TECHNICAL_OF_ACME,
        "updateProfile" => CLERK_OF_MECENAT,
        _ => return None,
    })
}

/// Valid arguments for that caller.
pub async fn example(world: &World, mutation: &str) -> Option<String> {
    let token = |token: String| format!("(input: {{token: {token:?}}})");
    Some(match mutation {
        "beginSecondFactor" | "eraseAccount" | "resendVerification" | "revokeOtherSessions" => String::new(),
        "changeAddress" => "(input: {newEmail: \"vera@new.example\"})".to_owned(),
        "changePassword" => {
            format!("(input: {{currentPassword: {PASSWORD:?}, newPassword: \"nine blue kettles\"}})")
        }
        "confirmAddress" => {
            ask_to_move(world, MEMBER_OF_ACME, "max@new.example").await;
            token(world.link("max@new.example").await)
        }
        "confirmIdentity" => {
            world.as_(SUPPORT_OF_FJORD).run("{ viewer { name } }", json!({})).await.ok();
            let sql = "UPDATE session SET confirmed_at = NULL WHERE user_id = $1";
            world.db_execute(sql, [SUPPORT_OF_FJORD.person().id.into()]).await;
            format!("(input: {{password: {PASSWORD:?}}})")
        }
        "confirmSecondFactor" => {
            let secret = begin(world, ADMIN_OF_ACME).await;
            format!("(input: {{code: {:?}}})", code(world, &secret, 0))
        }
        "removeSecondFactor" => {
            turn_on(world, OWNER_OF_FJORD).await;
            String::new()
        }
        "renewRecoveryCodes" => {
            turn_on(world, MANAGER_OF_FJORD).await;
            String::new()
        }
        "requestPasswordReset" => format!("(input: {{email: {:?}}})", SOLE_PERSON.person().email),
        "resetPassword" => {
            let email = INVOICES_OF_ACME.person().email;
            ask_for_reset(world, email).await;
            let link = world.link(email).await;
            format!("(input: {{token: {link:?}, newPassword: \"nine blue kettles\"}})")
        }
        "revokeSession" => {
            let session = log_in(world, HUB.owner.person().email, PASSWORD).await.ok()["logIn"]["session"].clone();
            format!("(input: {{sessionId: {}}})", session["id"])
        }
        "undoAddress" => {
            world.db_verify(OWNER_OF_LUND).await;
            ask_to_move(world, OWNER_OF_LUND, "lars@new.example").await;
            let link = world.link("lars@new.example").await;
            by_link(world, "confirmAddress", &link).await;
            token(world.link(OWNER_OF_LUND.person().email).await)
        }
        "updateProfile" => "(input: {name: \"Moa Berg\", locale: SV})".to_owned(),
        "verifyAddress" => {
            world.as_(DOMAINS_OF_ACME).run("mutation { resendVerification { sent } }", json!({})).await.ok();
            token(world.link(DOMAINS_OF_ACME.person().email).await)
        }
        _ => return None,
    })
}

/// Invalid arguments.
pub fn invalid(mutation: &str) -> Option<String> {
    Some(match mutation {
        "logIn" => format!("(input: {{email: {:?}, password: \"wrong\"}})", SOLE_PERSON.person().email),
        "changeAddress" => "(input: {newEmail: \"vera\"})".to_owned(),
        "changePassword" => format!("(input: {{currentPassword: {PASSWORD:?}, newPassword: \"short\"}})"),
        "confirmAddress" | "undoAddress" | "verifyAddress" => "(input: {token: \"invented\"})".to_owned(),
        "confirmIdentity" => "(input: {})".to_owned(),
        "confirmSecondFactor" => "(input: {code: \"123456\"})".to_owned(),
        // The second factor is off.
        "removeSecondFactor" | "renewRecoveryCodes" => String::new(),
        "requestPasswordReset" => "(input: {email: \"@\"})".to_owned(),
        "resetPassword" => "(input: {token: \"invented\", newPassword: \"seven green bottles\"})".to_owned(),
        "updateProfile" => "(input: {name: \" \"})".to_owned(),
        "refreshSession" => "(input: {refreshToken: \"unknown\"})".to_owned(),
        "revokeSession" => super::examples::wrong_id("sessionId"),
        "signUp" => "(input: {email: \"new@example.org\", password: \"short\", name: \"New\"})".to_owned(),
        _ => return None,
    })
}
