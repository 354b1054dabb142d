//! Erasing an account, and changing a profile.

use serde_json::json;
use tenantry::base::id::Type;
use tenantry::base::random::Random;
use tenantry::mail::Worker;

use crate::world::accounts::*;
use crate::world::*;

const ERASE: &str = "mutation { eraseAccount { erased userErrors { code message } } }";

#[test]
fn an_erased_account_leaves_no_name_behind() {
    with_database(async |world| {
        let email = "zoe.unmistakable@example.org";
        let mut input = newcomer(email);
        input["input"]["name"] = json!("Zoe Unmistakable");
        world.send_as(None, SIGN_UP, input).await.ok();
        let link = world.link(email).await;
        assert_eq!(error(&verify(&world, None, &link, Some(PASSWORD)).await), "none");
        let token =
            access(&log_in_from(&world, Some("192.0.2.77"), json!({ "email": email, "password": PASSWORD })).await);
        let create =
            "mutation { createOrganisation(input: {name: \"Wheels\", kind: COMPANY}) { organisation { id } } }";
        let created = world.send_as(Some(&token), create, json!({})).await;
        let id = Type::Organisation.parse(&created.at("createOrganisation/organisation/id").as_str().unwrap().into());
        log_in(&world, email, "a wrong password").await.ok();

        let answer = world.send_as(Some(&token), ERASE, json!({})).await;
        assert_eq!(answer.ok()["eraseAccount"], json!({ "erased": true, "userErrors": [] }));
        world.send_as(Some(&token), ERASE, json!({})).await.refused("UNAUTHENTICATED");
        assert_eq!(error(&log_in(&world, email, PASSWORD).await), "WRONG_CREDENTIALS");
        let mails = world.mails(email).await;
        assert!(mails.len() == 1 && mails[0].starts_with("Your account was erased"), "{mails:?}");
        world.db_execute("DELETE FROM outgoing_mail", []).await;
        let dump = format!("{:?}", world.db_dump().await);
        for named in ["Unmistakable", "unmistakable", "192.0.2.77"] {
            assert!(!dump.contains(named), "{named}");
        }
        // Both organisations are closed, each with an event, and the logs can still be verified.
        let sql = "SELECT state FROM organisation o JOIN organisation_halt h ON h.organisation_id = o.id \
             WHERE h.closed_at IS NOT NULL";
        assert_eq!(world.texts(sql).await, ["CLOSED", "CLOSED"]);
        let events = world.texts("SELECT action FROM audit_event WHERE action = 'closeOrganisation'").await;
        assert_eq!(events.len(), 2);
        let finding = tenantry::oversight::audit::verify(world.db(), id.unwrap(), |_| ()).await.unwrap();
        assert_eq!((finding.events, finding.forgotten, finding.fault), (2, 2, None));
        // The address is free for somebody new.
        world.send_as(None, SIGN_UP, newcomer(email)).await.ok();
        access(&log_in(&world, email, PASSWORD).await);
    });
}

#[test]
fn the_last_owner_of_a_shared_organisation_cannot_be_erased() {
    with_database(async |world| {
        let before = world.db_dump().await;
        for (who, named) in [(OWNER_OF_ACME, "Acme"), (OWNER_OF_OPERATOR, "perator")] {
            world.db_reset().await;
            let answer = world.as_(who).run(ERASE, json!({})).await;
            assert_eq!(error(&answer), "LAST_OWNER", "{}", answer.text);
            let message = answer.at("eraseAccount/userErrors/0/message").as_str().unwrap();
            assert!(message.contains(named), "{message}");
        }
        world.db_reset().await;
        world.as_(OWNER_OF_ACME).run("{ viewer { name } }", json!({})).await.ok();
        world.as_(OWNER_OF_ACME).run(ERASE, json!({})).await.ok();
        let mut after = world.db_dump().await;
        let mut before = before;
        for table in ["session", "refresh_token", "user", "log_in_attempt"] {
            before.remove(table);
            after.remove(table);
        }
        assert_eq!(before, after);
        // With another owner, the account can be erased.
        let sql = "UPDATE membership_role SET builtin = 'OWNER' WHERE membership_id IN \
             (SELECT id FROM membership WHERE user_id = $1)";
        world.db_execute(sql, [ADMIN_OF_ACME.person().id.into()]).await;
        assert_eq!(error(&world.as_(OWNER_OF_ACME).run(ERASE, json!({})).await), "none");
        let sql = "SELECT state FROM organisation WHERE name LIKE '%Acme%' AND state <> 'ACTIVE'";
        assert_eq!(world.texts(sql).await.len(), 0);
    });
}

#[test]
fn two_owners_erased_at_once_do_not_orphan_an_organisation() {
    with_database(async |world| {
        let sql = "UPDATE membership_role SET builtin = 'OWNER' WHERE membership_id IN \
             (SELECT id FROM membership WHERE user_id = $1)";
        world.db_execute(sql, [ADMIN_OF_ACME.person().id.into()]).await;
        for who in [OWNER_OF_ACME, ADMIN_OF_ACME] {
            world.as_(who).run("{ viewer { name } }", json!({})).await.ok();
        }
        let (one, other) = (world.as_(OWNER_OF_ACME), world.as_(ADMIN_OF_ACME));
        let (one, other) = futures_util::join!(one.run(ERASE, json!({})), other.run(ERASE, json!({})));
        let mut outcomes = [error(&one), error(&other)];
        outcomes.sort_unstable();
        assert_eq!(outcomes, ["LAST_OWNER", "none"]);
    });
}

#[test]
fn name_and_language_change_independently() {
    with_database(async |world| {
        let update = async |fields: &str| {
            let query = format!(
                "mutation {{ updateProfile(input: {{{fields}}}) {{ user {{ name }} userErrors {{ code }} }} }}"
            );
            world.as_(SOLE_PERSON).run(&query, json!({})).await
        };
        assert_eq!(update("name: \"  Stig Berg \"").await.ok()["updateProfile"]["user"]["name"], "Stig Berg");
        assert_eq!(update("locale: DE").await.ok()["updateProfile"]["user"]["name"], "Stig Berg");
        assert_eq!(error(&update("name: \"\"").await), "INVALID_INPUT");
        let viewer = world.as_(SOLE_PERSON).run("{ viewer { name locale } }", json!({})).await;
        assert_eq!(viewer.ok()["viewer"], json!({ "name": "Stig Berg", "locale": "DE" }));
        ask_for_reset(&world, SOLE_PERSON.person().email).await.ok();
        assert!(world.mails(SOLE_PERSON.person().email).await[0].starts_with("Neues Passwort vergeben\n"));
    });
}

#[test]
fn acts_on_an_erased_person_no_longer_name_them() {
    with_database(async |world| {
        let roles = json!([{ "builtIn": "INVOICES" }]);
        let input = json!({ "membershipId": world.membership(ACME, VIEWER_OF_ACME).await, "roles": roles });
        world.as_(OWNER_OF_ACME).act("updateMember", input, "").await;
        let name = VIEWER_OF_ACME.name();
        let mentions = async || {
            let details = world.texts("SELECT COALESCE(details, '') FROM audit_event").await;
            details.iter().filter(|details| details.contains(name)).count()
        };
        assert_eq!(mentions().await, 1);
        assert_eq!(world.as_(VIEWER_OF_ACME).run(ERASE, json!({})).await.ok()["eraseAccount"]["erased"], true);
        assert_eq!(mentions().await, 0);
        // The log still says that a member is gone.
        let gone = "SELECT action FROM audit_event WHERE action = 'eraseAccount' AND way = 'OWN'";
        assert_eq!(world.texts(gone).await.len(), 1);
    });
}

#[test]
fn an_erased_address_is_nowhere_in_the_database() {
    with_database(async |world| {
        // The address has letters that HTML and SQL read in their own way.
        let (email, spelling) = ("ze_%unmistakable&co@exämple.org", "ZE_%UNMISTAKABLE&CO@xn--exmple-cua.org");
        let token = sign_up(&world, "Zoe Unmistakable", email).await;
        world.db_verify_address(email).await;
        let run = async |query: &str, variables| world.send_as(Some(&token), query, variables).await;
        let own =
            run("{ viewer { memberships(first: 1) { edges { node { organisation { id } } } } } }", json!({})).await;
        let own = own.at("viewer/memberships/edges/0/node/organisation/id").clone();
        let details = json!({ "input": { "organisationId": own, "legalName": "Zoe Unmistakable", "address": "Road 1",
            "country": "SE", "email": email, "currency": "SEK" } });
        let query = "mutation($input: UpdateBillingDetailsInput!) { tried: updateBillingDetails(input: $input) { \
             userErrors { code message } } }";
        assert_eq!(run(query, details).await.user_codes(), Vec::<&str>::new());
        // Others ask the address for something, in several spellings, and wait for the answer.
        let olga = world.as_(OWNER_OF_ACME);
        let invitation =
            json!({ "organisationId": id_of(ACME), "email": spelling, "roles": [{ "builtIn": "VIEWER" }] });
        let id = olga.act("inviteMember", invitation, "invitation { id }").await["invitation"]["id"].clone();
        let offer = json!({ "organisationId": id_of(ACME), "email": spelling });
        let transfer = olga.act("offerOwnership", offer, "transfer { id }").await["transfer"]["id"].clone();
        let proposal = json!({ "organisationId": id_of(ACME), "side": "CLIENT", "to": { "email": email },
            "delegation": { "preset": "OVERVIEW" } });
        let proposal = olga.act("proposePartnership", proposal, "proposal { id }").await["proposal"]["id"].clone();
        // The staff of the operator tell the owners of another organisation about the address.
        let recovery = json!({ "organisationId": id_of(LUND), "email": email, "reason": "The owner is gone" });
        world.as_(OWNER_OF_OPERATOR).act("recoverOwnership", recovery, "").await;
        ask_to_move(&world, SOLE_PERSON, spelling).await.ok();
        ask_for_reset(&world, spelling).await.ok();
        log_in(&world, spelling, "a wrong password").await.ok();
        let told = world.mails(OWNER_OF_LUND.person().email).await;
        assert!(told.last().unwrap().contains(email), "{told:?}");

        assert_eq!(run(ERASE, json!({})).await.ok()["eraseAccount"]["erased"], true);
        // What waits is over.
        let query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Invitation { state } \
             ... on OwnershipTransfer { transferState: state } ... on PartnershipProposal { proposalState: state } } }";
        let answer = olga.run(query, json!({ "ids": [id, transfer, proposal] })).await;
        let states = json!([{ "state": "ENDED" }, { "transferState": "ENDED" }, { "proposalState": "EXPIRED" }]);
        assert_eq!(answer.ok()["nodes"], states);
        // The last mail names the address until it is sent.
        assert_eq!(world.mails(email).await.len(), 1);
        assert_eq!(
            world.db_count("outgoing_mail WHERE subject || body_text || body_html LIKE '%unmistakable%'").await,
            0
        );
        let (db, clock) = (world.db().clone(), world.app.clock.clone());
        let worker = Worker::new(&world.app.config, db, clock, Random::seeded(7)).unwrap();
        worker.deliver_due(world.app.clock.now()).await.unwrap();
        let dump = world.db_dump().await;
        for (table, rows) in dump {
            let text = rows.join("\n").to_lowercase();
            for hidden in ["unmistakable", "exämple", "exmple-cua"] {
                assert!(!text.contains(hidden), "{table}: {text}");
            }
        }
    });
}
