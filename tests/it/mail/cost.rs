//! How many statements the mails of a mutation take.

use serde_json::Value;
use tenantry::access::Actor;
use tenantry::base::db::counted;
use tenantry::base::id::Type;
use tenantry::mail::Letter;
use tenantry::oversight::audit::{self, Doer, Event};
use uuid::Uuid;

use super::*;
use crate::world::{HUB, with_database};

#[test]
fn the_log_and_the_outbox_add_three_statements_to_a_mutation_however_many_mails_there_are() {
    with_database(async |world| {
        let (random, now) = (Random::system(), world.app.clock.now());
        let request = world.app.request(Actor::Anonymous);
        let (nothing, without) = counted(request.transaction(async |_| Ok(()))).await;
        nothing.unwrap();
        for mails in [1, 3, 100] {
            let letters: Vec<_> = (0..mails)
                .map(|number| {
                    let address = format!("ada{number}@example.org");
                    (Recipient { user: None, address, locale: Locale::De }, Letter::about("Hallo").say("Hallo"))
                })
                .collect();
            let event = Event::done("signUp", HUB.id(), None)
                .by(Doer::user(Uuid::nil(), "Ada"))
                .to(Type::Organisation.id(HUB.id()))
                .changing(Value::Null, Value::Null);
            let work = request.transaction(async |work| {
                let tx = work.tx;
                audit::record(&request.work(tx), event).await?;
                Ok(mail::queue(tx, &random, now, letters).await?)
            });
            let (done, with) = counted(Box::pin(work)).await;
            done.unwrap();
            assert_eq!(with - without, 3, "{mails} mails");
        }
    });
}
