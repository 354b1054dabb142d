//! Concurrent answers: an invitation is used only once.

use futures_util::future::join_all;
use serde_json::json;

use super::*;

fn won<'a>(answers: impl IntoIterator<Item = &'a Answer>) -> usize {
    answers.into_iter().filter(|answer| answer.user_codes().is_empty()).count()
}

#[test]
fn of_many_concurrent_uses_of_an_invitation_one_succeeds() {
    with_database(async |world| {
        let (_, token) = invite(&world, OWNER_OF_ACME, ACME, ADA, "VIEWER").await;
        let answers = join_all((0..8).map(|_| sign_up(&world, ADA, Some(&token)))).await;
        assert_eq!(won(&answers), 1);
        assert!(answers.iter().all(|answer| matches!(answer.user_codes()[..], [] | ["INVALID_LINK"])), "{answers:?}");
        assert_eq!(world.texts("SELECT name FROM \"user\" WHERE email = 'ada@example.org'").await.len(), 1);
        assert_eq!(roles_at_acme(&world, ADA).await, ["VIEWER"]);

        world.db_verify(SOLE_PERSON).await;
        let (_, token) = invite(&world, OWNER_OF_ACME, ACME, SOLE_PERSON.person().email, "BILLING").await;
        world.as_(SOLE_PERSON).run("{ viewer { name } }", json!({})).await.ok();
        let answers = join_all((0..8).map(|_| accept(&world, SOLE_PERSON, &token))).await;
        assert_eq!(won(&answers), 1);
        assert_eq!(roles_at_acme(&world, SOLE_PERSON.person().email).await, ["BILLING"]);
    });
}

#[test]
fn of_a_concurrent_answer_and_withdrawal_one_succeeds() {
    with_database(async |world| {
        for round in 0..6 {
            let email = format!("ada{round}@example.org");
            let (id, token) = invite(&world, OWNER_OF_ACME, ACME, &email, "VIEWER").await;
            let (answered, withdrawn) = match round % 3 {
                0 => tokio::join!(sign_up(&world, &email, Some(&token)), revoke(&world, OWNER_OF_ACME, &id)),
                1 => tokio::join!(sign_up(&world, &email, Some(&token)), decline(&world, &token)),
                _ => tokio::join!(sign_up(&world, &email, Some(&token)), resend(&world, OWNER_OF_ACME, &id)),
            };
            assert_eq!(won([&answered, &withdrawn]), 1, "{} {}", answered.text, withdrawn.text);
            let is_member = !roles_at_acme(&world, &email).await.is_empty();
            assert_eq!(is_member, answered.user_codes().is_empty());
            let state = load_as_owner(&world, &id).await["state"].clone();
            let expected = if is_member { "ACCEPTED" } else { ["WITHDRAWN", "DECLINED", "PENDING"][round % 3] };
            assert_eq!(state, expected);
        }
    });
}

#[test]
fn concurrent_invitations_of_one_address_make_one() {
    with_database(async |world| {
        world.as_(OWNER_OF_ACME).run("{ viewer { name } }", json!({})).await.ok();
        let answers =
            join_all((0..8).map(|_| try_invite(&world, OWNER_OF_ACME, invitation(ACME, ADA, "VIEWER")))).await;
        assert_eq!(won(&answers), 1);
        assert!(answers.iter().all(|answer| matches!(answer.user_codes()[..], [] | ["DUPLICATE"])), "{answers:?}");
        assert_eq!(world.mails(ADA).await.len(), 1);
    });
}

#[test]
fn an_unverified_account_invited_by_two_organisations_is_claimed_once() {
    with_database(async |world| {
        done(&sign_up(&world, ADA, None).await);
        let (_, one) = invite(&world, OWNER_OF_ACME, ACME, ADA, "VIEWER").await;
        let (_, other) = invite(&world, OWNER_OF_LUND, LUND, ADA, "VIEWER").await;
        let claim = async |token: &str, password: &str| {
            world.as_(NOBODY).run(ACCEPT, json!({ "input": { "token": token, "newPassword": password } })).await
        };
        let passwords = ["eleven blue kettles", "twelve grey kettles"];
        let (first, second) = tokio::join!(claim(&one, passwords[0]), claim(&other, passwords[1]));
        let claimed: Vec<bool> = [first, second].iter().map(|answer| answer.codes().is_empty()).collect();
        assert_eq!(claimed.iter().filter(|claimed| **claimed).count(), 1, "{claimed:?}");
        for (password, claimed) in passwords.into_iter().zip(claimed) {
            assert_eq!(log_in(&world, ADA, password).await.is_some(), claimed);
        }
    });
}
