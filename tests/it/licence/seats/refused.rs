//! What rules and pins cannot say.

use super::*;

#[test]
fn rules_that_say_nothing_sensible_are_refused_with_their_place() {
    with_database(async |world| {
        db_seats(&world, 1, 0).await;
        let owner = world.as_(OWNER_OF_ACME);
        let with = |condition: Value| saving("office", 0, &[rule("A", Some(BASIC), &[condition])]);
        let group = Type::DirectoryGroup.id(ACME.id).0;
        let mut ceiling = rule("A", Some(BASIC), &[]);
        ceiling["ceiling"] = json!(-1);
        let mut days = saving("office", 0, &[]);
        days["graceDays"] = json!(91);
        let mut share = saving("office", 0, &[]);
        share["guardBasisPoints"] = json!(10_001);
        let cases = [
            (saving("nothing", 0, &[]), "UNKNOWN", "family"),
            (saving("office", 3, &[]), "STALE_STATE", "version"),
            (saving("office", 0, &vec![rule("A", None, &[]); 51]), "TOO_MANY", "rules"),
            (saving("office", 0, &[rule(" ", None, &[])]), "INVALID_INPUT", "rules.0.name"),
            (saving("office", 0, &[rule("A", Some(SCAN), &[])]), "UNKNOWN", "rules.0.featureId"),
            (saving("office", 0, &[rule("A", None, &vec![in_unit("/A"); 11])]), "TOO_MANY", "rules.0.conditions"),
            (saving("office", 0, &[ceiling]), "INVALID_INPUT", "rules.0.ceiling"),
            (with(json!({ "kind": "UNIT" })), "INVALID_INPUT", "rules.0.conditions.0.path"),
            (with(json!({ "kind": "UNIT", "path": "/A", "days": 3 })), "INVALID_INPUT", "rules.0.conditions.0.days"),
            (with(inactive(0)), "INVALID_INPUT", "rules.0.conditions.0.days"),
            (with(inactive(3_651)), "INVALID_INPUT", "rules.0.conditions.0.days"),
            (with(json!({ "kind": "GROUP", "groupId": group })), "UNKNOWN", "rules.0.conditions.0.groupId"),
            (with(json!({ "kind": "FIRST_LOG_IN_AFTER" })), "INVALID_INPUT", "rules.0.conditions.0.day"),
            (days, "INVALID_INPUT", "graceDays"),
            (share, "INVALID_INPUT", "guardBasisPoints"),
        ];
        for (input, code, field) in cases {
            let error = owner.mistake("saveLicenceRules", input).await;
            let path: Vec<&str> = error["field"].as_array().unwrap().iter().skip(1).filter_map(Value::as_str).collect();
            assert_eq!((error["code"].as_str().unwrap(), path.join(".").as_str()), (code, field));
        }
        assert_eq!(world.texts("SELECT family FROM licence_rule_set WHERE family = 'office'").await.len(), 0);
        let none = json!({ "organisationId": id_of(ACME), "family": "office", "digest": "" });
        assert_eq!(owner.mistake("applyLicenceRules", none).await["code"], "UNKNOWN");
    });
}

#[test]
fn a_rule_about_a_deleted_group_or_about_unknown_log_ins_is_not_applied() {
    with_database(async |world| {
        db_seats(&world, 5, 0).await;
        let group = json!({ "externalId": "g", "name": "Group", "members": [{ "personExternalId": "p000" }] });
        sync(&world, &[person(0, ""), person(1, "")], &[group]).await;
        let query = "query($id: ID!) { organisation(id: $id) { groups(first: 1) { edges { node { id } } } } }";
        let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": id_of(ACME) })).await;
        let id = answer.ok()["organisation"]["groups"]["edges"][0]["node"]["id"].clone();
        save(&world, "office", 0, &[rule("Group", Some(BASIC), &[json!({ "kind": "GROUP", "groupId": id })])]).await;
        assert_eq!(apply(&world, "office").await, ["Person 000: ASSIGN Office basic"]);
        sync(&world, &[], &[json!({ "externalId": "g", "isDeleted": true })]).await;
        let query = "query($id: ID!) { previewLicenceRules(licenceRuleSetId: $id) { digest } }";
        let answer = world.as_(OWNER_OF_ACME).run(query, json!({ "id": rules_of(&world, "office").await })).await;
        assert!(answer.text.contains("CONFLICT"), "{}", answer.text);
        assert!(answer.text.contains("The rule Group names a group that was deleted."), "{}", answer.text);
        let owner = world.as_(OWNER_OF_ACME);
        let blind = json!({ "organisationId": id_of(ACME), "family": "office", "digest": "" });
        assert_eq!(owner.mistake("applyLicenceRules", blind.clone()).await["code"], "UNKNOWN");
        save(&world, "office", 1, &[rule("Active", Some(BASIC), &[not(inactive(60))])]).await;
        assert_eq!(owner.mistake("applyLicenceRules", blind.clone()).await["code"], "DIRECTORY_STALE");
        log_in(&world, [0].into_iter(), 1).await;
        world.wait(chrono::TimeDelta::hours(169));
        assert_eq!(owner.mistake("applyLicenceRules", blind).await["code"], "DIRECTORY_STALE");
        log_in(&world, std::iter::empty(), 0).await;
        assert_eq!(apply(&world, "office").await, ["Person 001: ASSIGN Office basic"]);
    });
}

#[test]
fn pins_name_people_features_and_days_that_exist() {
    with_database(async |world| {
        db_seats(&world, 1, 0).await;
        let people = hire(&world, 1, "").await;
        let owner = world.as_(OWNER_OF_ACME);
        let valid = json!({ "organisationId": id_of(ACME), "personId": people[0], "featureId": id_of_feature(BASIC),
                            "note": "Because" });
        for (field, value, code) in [
            ("personId", json!(Type::DirectoryPerson.id(ACME.id)), "UNKNOWN"),
            ("featureId", json!(Type::Feature.id(ACME.id)), "UNKNOWN"),
            ("note", json!(" "), "INVALID_INPUT"),
            ("until", json!(day(0)), "INVALID_INPUT"),
        ] {
            let mut input = valid.clone();
            input[field] = value;
            let error = owner.mistake("pinLicence", input).await;
            assert_eq!((error["code"].as_str().unwrap(), error["field"][1].as_str().unwrap()), (code, field));
        }
    });
}
