//! An export whose reader loses the right to it while it is sent, and one that nobody takes.

use axum::body::Body;
use futures_util::StreamExt;

use super::export::request;
use crate::database::with_database;
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
fn an_export_breaks_off_when_the_right_to_it_is_taken_away() {
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
fn an_export_reads_no_further_ahead_of_who_does_not_take_it_than_two_pages() {
    with_database(async |world| {
        let world = world.with_settings(|config| config.limits.export_rows = 1).await;
        world.db_crowd(&HUB, 0..40).await;
        let hub = tenantry::id::Type::Organisation.id(HUB.id()).0;
        let answer = world.begin(request(&world, HUB.owner, &hub, "").await).await;
        let mut body = Body::into_data_stream(answer.into_body());
        body.next().await.unwrap().unwrap();
        // What goes on by itself comes to rest.
        let mut before = world.db().statements();
        for _ in 0..100 {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            let now = world.db().statements();
            if now == before {
                break;
            }
            before = now;
        }
        // Not a tenth of what the whole takes.
        let at_rest = before;
        rest(&mut body).await;
        let whole = world.db().statements();
        assert!(whole - at_rest > 400, "{at_rest} statements at rest, {whole} for all");
    });
}
