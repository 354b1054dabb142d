//! Moving an account to another address, and back.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;

use crate::world::accounts::*;
use crate::world::*;

const OLD: &str = "stig@solo.example";
const NEW: &str = "stig@new.example";

async fn address_of(world: &World, who: Caller) -> String {
    let sql = "SELECT email FROM \"user\" WHERE id = $1";
    let rows = world.db().rows(sql, vec![who.person().id.into()]).await.unwrap();
    rows[0].try_get_by_index(0).unwrap()
}

#[test]
fn an_account_moves_once_the_new_address_is_confirmed_and_both_get_mail() {
    with_database(async |world| {
        world.db_verify(SOLE_PERSON).await;
        let answer = ask_to_move(&world, SOLE_PERSON, " Stig@New.Example").await;
        assert_eq!(answer.ok()["changeAddress"]["requested"], true);
        assert_eq!(address_of(&world, SOLE_PERSON).await, OLD);
        let notice = world.mails(OLD).await.pop().unwrap();
        assert!(notice.contains("wants to move it") && !notice.contains("token=") && !notice.contains(NEW), "{notice}");
        ask_for_reset(&world, OLD).await.ok();
        let forgotten = world.link(OLD).await;

        let link = &world.link(NEW).await;
        let answers = join_all((0..4).map(|_| move_by_link(&world, SOLE_PERSON, link))).await;
        assert_eq!(answers.iter().filter(|answer| error(answer) == "none").count(), 1);
        assert_eq!(address_of(&world, SOLE_PERSON).await, NEW);
        assert!(world.mails(OLD).await.pop().unwrap().contains("/undo-address?token="));
        assert!(world.mails(NEW).await.pop().unwrap().starts_with("Your new address is confirmed"));
        // Other links that were mailed to the old address no longer work.
        assert_eq!(error(&reset(&world, &forgotten, "nine blue kettles").await), "INVALID_LINK");
        assert_eq!(error(&log_in(&world, OLD, PASSWORD).await), "WRONG_CREDENTIALS");
        access(&log_in(&world, NEW, PASSWORD).await);
    });
}

#[test]
fn the_old_address_recovers_a_stolen_account() {
    with_database(async |world| {
        world.db_verify(SOLE_PERSON).await;
        let thief = access(&log_in(&world, OLD, PASSWORD).await);
        ask_to_move(&world, SOLE_PERSON, NEW).await.ok();
        let link = world.link(NEW).await;
        move_by_link(&world, SOLE_PERSON, &link).await.ok();
        let undo = world.link(OLD).await;
        world.app.clock.advance(TimeDelta::minutes(1));
        turn_on(&world, SOLE_PERSON).await;
        // The thief moves it once more, and asks for a link that would bring it back again.
        ask_to_move(&world, SOLE_PERSON, "third@new.example").await.ok();
        let link = world.link("third@new.example").await;
        move_by_link(&world, SOLE_PERSON, &link).await.ok();
        let thiefs_undo = world.link(NEW).await;
        ask_for_reset(&world, "third@new.example").await.ok();
        let thiefs_reset = world.link("third@new.example").await;

        let answers = join_all((0..4).map(|_| by_link(&world, "undoAddress", &undo))).await;
        assert_eq!(answers.iter().filter(|answer| error(answer) == "none").count(), 1);
        assert_eq!(address_of(&world, SOLE_PERSON).await, OLD);
        world.send_as(Some(&thief), "{ viewer { name } }", json!({})).await.refused("UNAUTHENTICATED");
        assert_eq!(error(&log_in(&world, OLD, PASSWORD).await), "WRONG_CREDENTIALS");
        assert_eq!(error(&by_link(&world, "undoAddress", &thiefs_undo).await), "INVALID_LINK");
        assert_eq!(error(&reset(&world, &thiefs_reset, "nine blue kettles").await), "INVALID_LINK");
        let link = world.link(OLD).await;
        assert_eq!(error(&reset(&world, &link, "nine blue kettles").await), "none");
        access(&log_in(&world, OLD, "nine blue kettles").await);
    });
}

#[test]
fn a_move_can_be_undone_for_seven_days_and_only_from_a_verified_address() {
    with_database(async |world| {
        world.db_execute("UPDATE \"user\" SET email_verified_at = NULL WHERE email = $1", [OLD.into()]).await;
        ask_to_move(&world, SOLE_PERSON, NEW).await.ok();
        let link = world.link(NEW).await;
        move_by_link(&world, SOLE_PERSON, &link).await.ok();
        assert!(!world.mails(OLD).await.pop().unwrap().contains("token="));
        ask_to_move(&world, SOLE_PERSON, "third@new.example").await.ok();
        let link = world.link("third@new.example").await;
        move_by_link(&world, SOLE_PERSON, &link).await.ok();
        let undo = world.link(NEW).await;
        world.app.clock.advance(TimeDelta::days(7));
        assert_eq!(error(&by_link(&world, "undoAddress", &undo).await), "INVALID_LINK");
    });
}

#[test]
fn a_taken_address_is_neither_given_away_nor_revealed() {
    with_database(async |world| {
        let taken = OWNER_OF_ACME.person().email;
        let free = ask_to_move(&world, SOLE_PERSON, NEW).await;
        let answer = ask_to_move(&world, SOLE_PERSON, taken).await;
        assert_eq!(answer.text, free.text);
        let mails = world.mails(taken).await;
        assert!(mails.len() == 1 && mails[0].starts_with("This address already has an account"), "{mails:?}");
        assert!(!mails[0].contains("token="));
        // The earlier request to change the address is replaced.
        let link = world.link(NEW).await;
        assert_eq!(error(&move_by_link(&world, SOLE_PERSON, &link).await), "INVALID_LINK");
        for wrong in ["stig", OLD] {
            assert_eq!(error(&ask_to_move(&world, SOLE_PERSON, wrong).await), "INVALID_INPUT");
        }
    });
}

#[test]
fn of_two_concurrent_moves_to_one_address_one_succeeds() {
    with_database(async |world| {
        let wanted = "both@new.example";
        let mut links = Vec::new();
        for who in [SOLE_PERSON, OWNER_OF_ACME] {
            world.db_verify(who).await;
            ask_to_move(&world, who, wanted).await.ok();
            links.push((who, world.link(wanted).await));
            world.app.clock.advance(TimeDelta::seconds(1));
        }
        let answers = join_all(links.iter().map(|(who, link)| move_by_link(&world, *who, link))).await;
        let mut outcomes: Vec<&str> = answers.iter().map(error).collect();
        outcomes.sort_unstable();
        assert_eq!(outcomes, ["INVALID_LINK", "none"]);
        assert_eq!(world.texts("SELECT name FROM \"user\" WHERE email = 'both@new.example'").await.len(), 1);
        let mails = world.mails(wanted).await;
        assert_eq!(mails.iter().filter(|mail| mail.starts_with("This address already has an account")).count(), 1);
        // Another account takes the old address, so the move cannot be undone.
        let (who, old) = if address_of(&world, SOLE_PERSON).await == wanted {
            (SOLE_PERSON, OLD)
        } else {
            (OWNER_OF_ACME, OWNER_OF_ACME.person().email)
        };
        let undo = world.link(old).await;
        world.send_as(None, SIGN_UP, newcomer(old)).await.ok();
        assert_eq!(error(&by_link(&world, "undoAddress", &undo).await), "STALE_STATE");
        assert_eq!(address_of(&world, who).await, wanted);
    });
}

#[test]
fn a_new_password_cancels_a_pending_move() {
    with_database(async |world| {
        ask_to_move(&world, SOLE_PERSON, "thief@new.example").await.ok();
        let link = world.link("thief@new.example").await;
        let input = json!({ "currentPassword": PASSWORD, "newPassword": "nine blue kettles" });
        world.as_(SOLE_PERSON).act("changePassword", input, "changed").await;
        assert_eq!(error(&move_by_link(&world, SOLE_PERSON, &link).await), "INVALID_LINK");
    });
}
