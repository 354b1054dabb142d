//! Nobody mails strangers in bulk through the server, or in words of their own.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::world::accounts::*;
use crate::world::*;

/// Somebody who has just signed up, with a proved address.
async fn fresh(world: &World, email: &str) -> String {
    let token = sign_up(world, "Mallory", email).await;
    world.db_verify_address(email).await;
    token
}

async fn act(world: &World, from: &str, token: &str, mutation: &str, input: Value, selection: &str) -> Answer {
    let capital = mutation[..1].to_uppercase() + &mutation[1..];
    let query = format!(
        "mutation($input: {capital}Input!) {{ tried: {mutation}(input: $input) {{ {selection} userErrors {{ code message }} }} }}"
    );
    world.send_from(Some(from), Some(token), &query, json!({ "input": input })).await
}

async fn organisation(world: &World, from: &str, token: &str, name: &str) -> Value {
    let input = json!({ "name": name, "kind": "COMPANY" });
    let answer = act(world, from, token, "createOrganisation", input, "organisation { id }").await;
    answer.ok()["tried"]["organisation"]["id"].clone()
}

async fn invite(world: &World, from: &str, token: &str, organisation: &Value, email: &str) -> Answer {
    let input = json!({ "organisationId": organisation, "email": email, "roles": [{ "builtIn": "VIEWER" }] });
    act(world, from, token, "inviteMember", input, "invitation { id }").await
}

async fn outbox(world: &World) -> i64 {
    world.db_count("outgoing_mail").await
}

#[test]
fn a_fresh_account_with_many_organisations_sends_few_mails() {
    with_database(async |world| {
        let from = "192.0.2.7";
        let token = fresh(&world, "mallory@evil.example").await;
        let before = outbox(&world).await;
        let mut refused = 0;
        for number in 0..12 {
            let organisation = organisation(&world, from, &token, &format!("Club {number}")).await;
            let offer = act(
                &world,
                from,
                &token,
                "proposePartnership",
                json!({ "organisationId": organisation,
                "side": "CLIENT", "to": { "email": format!("p{number}@victim.example") },
                "delegation": { "preset": "OVERVIEW" } }),
                "proposal { id }",
            )
            .await;
            refused += usize::from(!offer.user_codes().is_empty());
            for guest in 0..3 {
                let email = format!("g{number}-{guest}@victim.example");
                let answer = invite(&world, from, &token, &organisation, &email).await;
                if !answer.user_codes().is_empty() {
                    assert_eq!(answer.user_codes(), ["TOO_MANY"], "{}", answer.text);
                    assert!(answer.text.contains("You can send 20 mails in a day"), "{}", answer.text);
                    refused += 1;
                }
            }
        }
        assert_eq!((outbox(&world).await - before, refused), (20, 28));
        assert_eq!(
            world.db_count("invitation WHERE email LIKE 'g%@victim.example'").await
                + world.db_count("partnership_proposal WHERE email LIKE 'p%@victim.example'").await,
            20
        );
        // The next day it may send 40.
        world.app.clock.advance(TimeDelta::days(1));
        let token = begin_session(&world, "mallory@evil.example").await.0;
        let organisation = organisation(&world, from, &token, "Late").await;
        let rows: Vec<Value> = (0..50)
            .map(|guest| json!({ "email": format!("n{guest}@victim.example"), "roles": [{ "builtIn": "VIEWER" }] }))
            .collect();
        let input = json!({ "organisationId": organisation, "invitations": rows });
        let many =
            act(&world, from, &token, "inviteMembers", input, "results { invitation { id } userErrors { code } }")
                .await;
        let results = many.ok()["tried"]["results"].as_array().unwrap().clone();
        let sent = results.iter().filter(|row| !row["invitation"].is_null()).count();
        assert_eq!(sent, 40, "{}", many.text);
        assert!(results[40..].iter().all(|row| row["userErrors"][0]["code"] == "TOO_MANY"), "{}", many.text);
    });
}

#[test]
fn a_key_counts_for_the_person_who_made_it() {
    with_database(async |world| {
        let world = world
            .with_settings(|config| {
                (config.outreach.new_account, config.outreach.per_day_of_age) = (2, 0);
            })
            .await;
        let olga = world.as_(OWNER_OF_ACME);
        let input = json!({ "organisationId": id_of(ACME), "name": "Bot", "permissions": ["MEMBER_INVITE", "ORGANISATION_READ"] });
        let key = olga.act("createApiKey", input, "secret").await["secret"].as_str().unwrap().to_owned();
        let invitation =
            |email: &str| json!({ "organisationId": id_of(ACME), "email": email, "roles": [{ "builtIn": "MEMBER" }] });
        olga.act("inviteMember", invitation("one@example.org"), "").await;
        let by_key = act(&world, "192.0.2.7", &key, "inviteMember", invitation("two@example.org"), "").await;
        assert_eq!(by_key.user_codes(), Vec::<&str>::new(), "{}", by_key.text);
        assert_eq!(olga.mistake("inviteMember", invitation("three@example.org")).await["code"], "TOO_MANY");
        let by_key = act(&world, "192.0.2.7", &key, "inviteMember", invitation("three@example.org"), "").await;
        assert_eq!(by_key.user_codes(), ["TOO_MANY"], "{}", by_key.text);
        // Others are not slowed down.
        world
            .as_(OWNER_OF_LUND)
            .act(
                "inviteMember",
                json!({ "organisationId": id_of(LUND),
            "email": "three@example.org", "roles": [{ "builtIn": "MEMBER" }] }),
                "",
            )
            .await;
    });
}

#[test]
fn a_network_and_the_installation_have_bounds_of_their_own() {
    with_database(async |world| {
        let world =
            world.with_settings(|config| (config.outreach.network, config.outreach.installation) = (2, 3)).await;
        let mut tokens = Vec::new();
        for number in 0..4 {
            let token = fresh(&world, &format!("m{number}@evil.example")).await;
            let organisation = organisation(&world, "192.0.2.1", &token, "Club").await;
            tokens.push((token, organisation));
        }
        let tried = async |who: usize, from: &str, email: &str| {
            let (token, organisation) = &tokens[who];
            let answer = invite(&world, from, token, organisation, email).await;
            let code = answer.user_codes().first().map(ToString::to_string);
            (code, answer.text)
        };
        assert_eq!(tried(0, "192.0.2.1", "a@example.org").await.0, None);
        assert_eq!(tried(1, "192.0.2.200", "b@example.org").await.0, None);
        let (code, text) = tried(2, "192.0.2.3", "c@example.org").await;
        assert!(code.as_deref() == Some("TOO_MANY") && text.contains("from your network"), "{text}");
        assert_eq!(tried(2, "198.51.100.3", "c@example.org").await.0, None);
        let (code, text) = tried(3, "203.0.113.3", "d@example.org").await;
        assert!(code.as_deref() == Some("TOO_MANY") && text.contains("from this platform"), "{text}");
        assert_eq!(world.db_count("invitation WHERE email = 'd@example.org'").await, 0);
    });
}

#[test]
fn mails_at_the_same_moment_do_not_pass_the_bound() {
    with_database(async |world| {
        let token = fresh(&world, "mallory@evil.example").await;
        let mut organisations = Vec::new();
        for number in 0..30 {
            organisations.push(organisation(&world, "192.0.2.7", &token, &format!("Club {number}")).await);
        }
        let tries = organisations.iter().enumerate().map(async |(number, organisation)| {
            invite(&world, "192.0.2.7", &token, organisation, &format!("g{number}@victim.example")).await
        });
        let answers = join_all(tries).await;
        let sent = answers.iter().filter(|answer| answer.user_codes().is_empty()).count();
        assert_eq!(sent, 20, "{:?}", answers.iter().map(|answer| &answer.text).collect::<Vec<_>>());
        assert_eq!(world.db_count("invitation WHERE email LIKE 'g%@victim.example'").await, 20);
    });
}

#[test]
fn sign_ups_of_a_whole_network_are_bounded() {
    with_database(async |world| {
        let world = world.with_settings(|config| config.accounts.requests_per_network = 3).await;
        let from = async |address: &str, number: usize| {
            let input = newcomer(&format!("n{number}@victim.example"));
            let answer = world.send_from(Some(address), None, SIGN_UP, input).await;
            error(&answer).to_owned()
        };
        for number in 1..=3 {
            assert_eq!(from(&format!("2001:db8:7:{number}::1"), number).await, "none");
        }
        assert_eq!(from("2001:db8:7:9::1", 4).await, "TOO_MANY_ATTEMPTS");
        assert_eq!(from("2001:db8:8::1", 5).await, "none");
        assert!(world.mails("n4@victim.example").await.is_empty());
        world.app.clock.advance(TimeDelta::hours(1));
        assert_eq!(from("2001:db8:7:9::1", 4).await, "none");
    });
}

#[test]
fn names_in_mails_to_outsiders_are_quoted_and_hold_no_link() {
    with_database(async |world| {
        let lure = "Win at https://evil.example/now or write to win＠evil．example evil.example";
        let update = json!({ "organisationId": id_of(ACME), "name": lure });
        let olga = world.as_(OWNER_OF_ACME);
        olga.act("updateOrganisation", update, "").await;
        olga.act("updateProfile", json!({ "name": "Ann www.evil.example" }), "").await;
        olga.act(
            "inviteMember",
            json!({ "organisationId": id_of(ACME), "email": "one@example.org", "locale": "DE",
            "roles": [{ "builtIn": "MEMBER" }] }),
            "",
        )
        .await;
        olga.act("offerOwnership", json!({ "organisationId": id_of(ACME), "email": "two@example.org" }), "").await;
        olga.act(
            "proposePartnership",
            json!({ "organisationId": id_of(ACME), "side": "CLIENT",
            "to": { "email": "three@example.org" }, "delegation": { "preset": "OVERVIEW" },
            "message": "See https://evil.example" }),
            "",
        )
        .await;
        for (address, shown) in [
            ("one", "„Win at … or write to … evil example“"),
            ("two", "“Win at … or write to … evil example”"),
            ("three", "“Win at … or write to … evil example”"),
        ] {
            let mails = world.mails(&format!("{address}@example.org")).await;
            assert_eq!(mails.len(), 1);
            assert!(
                mails[0].contains(shown) && !mails[0].contains("evil.") && !mails[0].contains("evil．"),
                "{}",
                mails[0]
            );
        }
        assert!(world.mails("one@example.org").await[0].contains("„Ann …“ lädt Sie"));
    });
}
