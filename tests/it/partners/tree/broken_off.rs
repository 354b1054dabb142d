//! Exports that stop: the reader loses the permission, reads too slowly, or too many run at once.

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use futures_util::StreamExt;
use serde_json::{Value, json};

use super::export::request;
use crate::world::*;

/// The bytes of an answer, page by page, until it ends or breaks off.
async fn rest(
    body: &mut (impl futures_util::Stream<Item = Result<axum::body::Bytes, axum::Error>> + Unpin),
) -> (usize, bool) {
    let mut pages = 0;
    while let Some(page) = body.next().await {
        match page {
            Ok(_) => pages += 1,
            Err(_) => return (pages, true),
        }
    }
    (pages, false)
}

#[test]
fn an_export_stops_when_its_permission_is_taken_away() {
    with_database(async |world| {
        let world = world.with_settings(|config| config.limits.export_rows = 1).await;
        let fjord = id_of(FJORD);
        let begin = async |caller: Caller| {
            let answer = world.begin(request(&world, caller, &fjord, "").await).await;
            let mut body = Body::into_data_stream(answer.into_body());
            assert!(body.next().await.unwrap().is_ok());
            body
        };
        let mut whole = begin(OWNER_OF_FJORD).await;
        let (pages, is_broken) = rest(&mut whole).await;
        assert!(pages >= 4 && !is_broken, "{pages} pages came");

        let mut support = begin(SUPPORT_OF_FJORD).await;
        let mut key = begin(KEY_OF_FJORD).await;
        let left = "DELETE FROM membership_role WHERE membership_id IN (SELECT id FROM membership WHERE user_id = $1)";
        world.db_execute(left, [SUPPORT_OF_FJORD.person().id.into()]).await;
        world.db_execute("UPDATE api_key SET revoked_at = $1", [now().into()]).await;
        for (who, body) in [("support", &mut support), ("key", &mut key)] {
            let (after, is_broken) = rest(body).await;
            assert!(is_broken && after < pages, "{who}: {after} of {pages} pages came after");
        }
    });
}

#[test]
fn an_export_reads_at_most_two_pages_ahead_of_a_slow_reader() {
    with_database(async |world| {
        let world = world.with_settings(|config| config.limits.export_rows = 1).await;
        world.db_crowd(&HUB, 0..40).await;
        let hub = tenantry::base::id::Type::Organisation.id(HUB.id()).0;
        let answer = world.begin(request(&world, HUB.owner, &hub, "").await).await;
        let mut body = Body::into_data_stream(answer.into_body());
        body.next().await.unwrap().unwrap();
        // Wait until background work has finished.
        let mut before = world.db().statements();
        for _ in 0..100 {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            let now = world.db().statements();
            if now == before {
                break;
            }
            before = now;
        }
        // Less than a tenth of the whole export.
        let at_rest = before;
        rest(&mut body).await;
        let whole = world.db().statements();
        assert!(whole - at_rest > 400, "{at_rest} statements at rest, {whole} for all");
    });
}

#[test]
fn the_number_of_concurrent_exports_is_limited() {
    with_database(async |world| {
        let world = world.with_settings(|config| config.limits.export_rows = 1).await;
        let fjord = id_of(FJORD);
        let begin = async || world.begin(request(&world, OWNER_OF_FJORD, &fjord, "").await).await;
        let mut waiting = Vec::new();
        for _ in 0..32 {
            let answer = begin().await;
            assert_eq!(answer.status(), StatusCode::OK);
            waiting.push(answer.into_body());
        }
        let refused = world.send(request(&world, OWNER_OF_FJORD, &fjord, "").await).await;
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{}", refused.body);
        assert_eq!(refused.headers[RETRY_AFTER], "10");
        let body: Value = serde_json::from_str(&refused.body).unwrap();
        let error = &body["errors"][0]["extensions"];
        assert_eq!((&error["code"], &error["limit"]), (&json!("LIMITED"), &json!(32)));
        world.as_(OWNER_OF_FJORD).run("{ viewer { name } }", json!({})).await.ok();
        // An abandoned export frees its slot as soon as the server notices.
        drop(waiting.pop());
        let mut next = begin().await;
        for _ in 0..100 {
            if next.status() == StatusCode::OK {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            next = begin().await;
        }
        let (pages, is_broken) = rest(&mut Body::into_data_stream(next.into_body())).await;
        assert!(pages > 4 && !is_broken, "{pages} pages came");
    });
}
