//! Files of people, groups and log-ins by HTTP.

use axum::body::{Body, Bytes};
use axum::http::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use futures_util::stream;
use serde_json::{Value, json};

use crate::world::*;

const NDJSON: &str = "application/x-ndjson";

fn path(parameters: &str) -> String {
    format!("/organisations/{}/directory?{parameters}", id_of(ACME))
}

/// Sends a file that arrives in small pieces.
async fn send(world: &World, caller: Caller, parameters: &str, media: &str, file: &str) -> HttpAnswer {
    let mut request = Request::post(path(parameters)).header(CONTENT_TYPE, media);
    if let Some(bearer) = world.as_(caller).credential().await {
        request = request.header(AUTHORIZATION, format!("Bearer {bearer}"));
    }
    let pieces: Vec<_> =
        file.as_bytes().chunks(777).map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece))).collect();
    world.send(request.body(Body::from_stream(stream::iter(pieces))).unwrap()).await
}

/// The lines of an answer.
fn lines(answer: &HttpAnswer) -> Vec<Value> {
    assert_eq!(answer.headers[CONTENT_TYPE], NDJSON, "{}", answer.body);
    answer.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The refused lines and the counts of an import that is complete.
async fn import(world: &World, parameters: &str, media: &str, file: &str) -> (Vec<Value>, Value) {
    let answer = send(world, OWNER_OF_ACME, parameters, media, file).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.body);
    let mut lines = lines(&answer);
    let last = lines.pop().unwrap();
    assert_eq!(last["complete"], true, "{last}");
    (lines, last)
}

fn people(count: usize) -> String {
    let line = |number| {
        format!("{{\"externalId\":\"p{number}\",\"name\":\"P {number}\",\"email\":\"p{number}@acme.example\"}}\n")
    };
    (0..count).map(line).collect::<Vec<_>>().concat()
}

async fn active(world: &World) -> i64 {
    world.db_count("directory_person WHERE state = 'ACTIVE' AND email LIKE '%@acme.example'").await
}

/// The message of the error of an answer, and its status.
fn error(answer: &HttpAnswer) -> (u16, String) {
    let body: Value = serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("{}", answer.body));
    (answer.status.as_u16(), body["errors"][0]["message"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned())
}

#[test]
fn a_file_of_people_is_imported_in_parts_and_names_the_lines_that_were_refused() {
    with_database(async |world| {
        let mut file = people(1_203);
        file += "\n{\"externalId\":\"p7\",\"name\":\"Again\"}\n{\"externalId\":\"q\",\"name\":\" \"}";
        let (refused, counts) = import(&world, "syncId=1&mode=FULL&kind=people", NDJSON, &file).await;
        assert_eq!(counts["lines"], 1_205, "{counts}");
        assert_eq!((&counts["created"], &counts["updated"], &counts["refused"]), (&json!(1_203), &json!(1), &json!(1)));
        let expected = json!({ "line": 1206, "externalId": "q", "code": "INVALID_INPUT" });
        assert_eq!(refused.len(), 1);
        for (name, value) in expected.as_object().unwrap() {
            assert_eq!(&refused[0][name], value, "{refused:?}");
        }
        // Parts of 500: three events of the actor.
        let events = "audit_event WHERE action = 'syncDirectory' AND outcome = 'DONE' AND actor_kind = 'USER'";
        assert_eq!(world.db_count(events).await, 3);
        // The same synchronisation cannot be completed twice.
        let again = send(&world, OWNER_OF_ACME, "syncId=1&mode=FULL&kind=people", NDJSON, &file).await;
        assert_eq!(
            (again.status.as_u16(), &lines(&again)[0]["error"]["code"]),
            (400, &json!("STALE_STATE")),
            "{again:?}"
        );
        // A shorter file is stopped by the guard, after its first parts were written.
        let answer = send(&world, OWNER_OF_ACME, "syncId=2&mode=FULL&kind=people", NDJSON, &people(600)).await;
        let last = lines(&answer).pop().unwrap();
        assert_eq!(
            (answer.status.as_u16(), &last["complete"], &last["error"]["code"]),
            (400, &json!(false), &json!("DIRECTORY_GUARD"))
        );
        // The first part has given the address back.
        assert_eq!(active(&world).await, 1_203);
        let (_, counts) =
            import(&world, "syncId=2&mode=FULL&kind=people&confirmRemovals=603", NDJSON, &people(600)).await;
        assert_eq!((&counts["deleted"], active(&world).await), (&json!(603), 600), "{counts}");
        let exact = people(500);
        let (_, counts) = import(&world, "syncId=3&mode=PATCH&kind=people", NDJSON, &exact).await;
        assert_eq!((&counts["unchanged"], &counts["updated"]), (&json!(500), &json!(0)), "{counts}");
    });
}

#[test]
fn csv_has_people_groups_and_log_ins() {
    with_database(async |world| {
        let file = "externalId,email,name,unitPath,isActive,isDeleted,joinedOn\r\n\
                    1,ann@acme.example,\"Ann, \"\"the first\"\"\",/Sales/North,true,,2026-01-31\r\n\
                    2,,Bo,,false,,\r\n3,cy@acme.example,Cy,,,,\r\n3,other@acme.example,Cy,,,,\r\n";
        let (refused, counts) = import(&world, "syncId=1&mode=FULL&kind=people", "text/csv; charset=utf-8", file).await;
        assert_eq!(
            (&counts["created"], &refused[0]["line"], &refused[0]["code"]),
            (&json!(3), &json!(5), &json!("DUPLICATE"))
        );
        let people = "SELECT name || ' ' || unit_path || ' ' || state FROM directory_person WHERE external_id IN ('1', '2') ORDER BY 1";
        assert_eq!(world.texts(people).await, ["Ann, \"the first\" /Sales/North ACTIVE", "Bo  SUSPENDED"]);

        let groups = "externalId,name,personExternalId,groupExternalId\nteam,Team,1,\nboard,Board,2,\nteam,,2,\nteam,,,board\n\
                      empty,Empty,,\nbad,Bad,1,\nbad,,nobody,\n";
        let (refused, counts) = import(&world, "syncId=2&mode=FULL&kind=groups", "text/csv", groups).await;
        assert_eq!(
            (&counts["created"], &counts["lines"], &counts["refused"]),
            (&json!(3), &json!(7), &json!(2)),
            "{counts}"
        );
        let said: Vec<(&Value, &Value)> = refused.iter().map(|line| (&line["line"], &line["code"])).collect();
        assert_eq!(said, [(&json!(7), &json!("UNKNOWN")), (&json!(8), &json!("UNKNOWN"))]);
        assert!(refused[0]["message"].as_str().unwrap().contains("Line 8"), "{refused:?}");
        let members = "directory_group_member m JOIN directory_group g ON g.id = m.group_id AND g.external_id = 'team'";
        assert_eq!(world.db_count(members).await, 3);
        // A file of groups deletes no people, and a file of people no groups.
        assert_eq!(
            world.db_count("directory_person WHERE external_id IN ('1', '2', '3') AND state <> 'DELETED'").await,
            3
        );
        import(&world, "syncId=3&mode=FULL&kind=people", "text/csv", "externalId,name\n1,Ann\n2,Bo\n3,Cy\n").await;
        assert_eq!(world.db_count(members).await, 3);
        let (_, counts) =
            import(&world, "syncId=4&mode=FULL&kind=groups", "text/csv", "externalId,personExternalId\nteam,1\n").await;
        assert_eq!(
            (&counts["updated"], &counts["deleted"], world.db_count(members).await),
            (&json!(0), &json!(2), 1),
            "{counts}"
        );

        let log_ins = "externalId,email,at\n1,,2026-03-01T10:00:00Z\n,ann@acme.example,2026-03-02T10:00:00Z\nnobody,,2026-03-01T10:00:00Z\n";
        let (refused, counts) =
            import(&world, "kind=log-ins&completeUntil=2026-03-03T00:00:00Z", "text/csv", log_ins).await;
        assert_eq!(
            (&counts["recorded"], &refused[0]["line"], &refused[0]["externalId"]),
            (&json!(1), &json!(3), &json!("ann@acme.example")),
            "{refused:?}"
        );
        assert_eq!((refused.len(), &refused[1]["line"]), (2, &json!(4)));
        let until = "directory WHERE log_ins_until IS NOT NULL";
        assert!(world.db_count(until).await >= 1);
    });
}

#[test]
fn a_broken_file_names_its_line_and_deletes_nobody() {
    with_database(async |world| {
        import(&world, "syncId=0&mode=PATCH&kind=people", NDJSON, &people(3)).await;
        let before = world.db_dump().await;
        let long = format!("{{\"externalId\":\"{}\"}}", "x".repeat(70_000));
        for (media, file, part) in [
            (NDJSON, "{\"externalId\":\"p0\",\"name\":\"P\"}\n{\"externalId\":", "Line 2: It is not a JSON object."),
            (NDJSON, "\n{\"externalId\":\"p0\",\"nam\":\"P\"}", "Line 2: It is not as expected: unknown field `nam`"),
            (NDJSON, "{\"externalId\":\"p0\",\"name\":7}", "Line 1: It is not as expected: invalid type"),
            (NDJSON, &long, "Line 1: It has more than 65536 bytes."),
            ("text/csv", "externalId,nam\np0,P\n", "Line 1: There is no column \"nam\"."),
            ("text/csv", "externalId,name,isActive\np0,P,perhaps\n", "Line 2: isActive must be true or false."),
            ("text/csv", "externalId,name\np0,P,1\n", "Line 2: It has 3 values"),
            ("text/csv", "", "Line 1: The header line is missing."),
        ] {
            let answer = send(&world, OWNER_OF_ACME, "syncId=1&mode=FULL&kind=people", media, file).await;
            let last = lines(&answer).pop().unwrap();
            let found = (answer.status.as_u16(), last["error"]["message"].as_str().unwrap().to_owned());
            assert!(found.0 == 400 && found.1.starts_with(part), "{file:.40}: {found:?}");
        }
        assert_eq!(before, world.db_dump().await);
        // What came before the broken line is written, part by part, and the synchronisation stays open.
        let answer =
            send(&world, OWNER_OF_ACME, "syncId=2&mode=FULL&kind=people", NDJSON, &(people(700) + "nonsense")).await;
        let last = lines(&answer).pop().unwrap();
        assert!(last["error"]["message"].as_str().unwrap().starts_with("Line 701:"), "{last}");
        assert_eq!((&last["complete"], &last["lines"], active(&world).await), (&json!(false), &json!(700), 500));
        let (_, counts) = import(&world, "syncId=2&mode=FULL&kind=people", NDJSON, &people(700)).await;
        assert_eq!((&counts["deleted"], active(&world).await), (&json!(0), 700), "{counts}");
    });
}

#[test]
fn the_permission_is_asked_before_anything_is_read() {
    with_database(async |world| {
        let send_as = async |caller: Caller, parameters: &str, media: &str| {
            error(&send(&world, caller, parameters, media, "nonsense").await)
        };
        let parameters = "syncId=1&mode=FULL&kind=people";
        for (caller, status) in [(NOBODY, 401), (SOLE_PERSON, 404), (BOREAL.owner, 404), (VIEWER_OF_ACME, 403)] {
            let (found, message) = send_as(caller, parameters, NDJSON).await;
            assert_eq!(found, status, "{}: {message}", caller.name());
            assert!(!message.contains("Line"), "{message}");
        }
        for media in ["application/json", "text/plain", "application/xml"] {
            assert_eq!(send_as(OWNER_OF_ACME, parameters, media).await.0, 415, "{media}");
        }
        for wrong in [
            "syncId=1&mode=FULL",
            "syncId=1&mode=FULL&kind=person",
            "syncId=1&mode=full&kind=people",
            "mode=FULL&kind=people",
            "syncId=1&kind=people",
            "syncId=1&mode=FULL&kind=people&other=1",
            "kind=log-ins&completeUntil=2036-01-01T00:00:00Z",
            "syncId=1&mode=FULL&kind=people&confirmRemovals=many",
        ] {
            assert_eq!(send_as(OWNER_OF_ACME, wrong, NDJSON).await.0, 400, "{wrong}");
        }
        let request = world.as_(OWNER_OF_ACME).get(&path(parameters)).await;
        assert_eq!(world.send(request).await.status.as_u16(), 405);
        assert_eq!(active(&world).await, 0);
    });
}
