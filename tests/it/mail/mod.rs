//! Mail leaves the outbox: by SMTP to a server, or into a folder.

mod cost;
mod delivered;
mod leased;
mod links;
mod refused;
mod server;

use sea_orm::QueryResult;
use serde_json::json;
use tenantry::base::config::{Config, SmtpTls};
use tenantry::base::locale::Locale;
use tenantry::base::random::Random;
use tenantry::mail::{self, Letter, Recipient, Round, Worker};

use crate::world::accounts::SIGN_UP;
use crate::world::{PASSWORD, World};
use server::{Manners, Server};

const PASSWORD_THERE: &str = "s3cret of the server";

/// A server as one has it: STARTTLS and a password.
fn usual() -> Manners {
    let login = Some(("tenantry", PASSWORD_THERE));
    Manners { tls: SmtpTls::Starttls, takes_utf8: false, login, is_silent_at_the_end: false }
}

/// Settings that fit the usual server.
fn settings(world: &World, server: &Server) -> Config {
    let mut config = Config::clone(&world.app.config);
    "Tenantry <mail@tenantry.example>".clone_into(&mut config.mail.from);
    let smtp = &mut config.mail.smtp;
    "localhost".clone_into(&mut smtp.host);
    smtp.port = server.port;
    smtp.root_certificate = server.root_certificate();
    "tenantry".clone_into(&mut smtp.user);
    PASSWORD_THERE.clone_into(&mut smtp.password);
    config
}

fn worker(world: &World, config: &Config) -> Worker {
    Worker::new(config, world.db().clone(), world.app.clock.clone(), Random::seeded(7)).unwrap()
}

/// Sends the mails that are due by the clock of the test.
async fn deliver(world: &World, worker: &Worker) -> Round {
    worker.deliver_due(world.app.clock.now()).await.unwrap()
}

const SENT: Round = Round { sent: 1, delayed: 0, given_up: 0 };
const DELAYED: Round = Round { sent: 0, delayed: 1, given_up: 0 };
const GIVEN_UP: Round = Round { sent: 0, delayed: 0, given_up: 1 };
const NOTHING: Round = Round { sent: 0, delayed: 0, given_up: 0 };

async fn sign_up(world: &World, email: &str, locale: &str) {
    let input = json!({ "email": email, "password": PASSWORD, "name": "Ada", "locale": locale });
    let answer = world.send_as(None, SIGN_UP, json!({ "input": input })).await;
    assert_eq!(answer.ok()["signUp"]["accepted"], true);
}

/// Puts a letter into the outbox.
async fn queue(world: &World, address: &str, letter: &Letter) {
    let random = Random::system();
    let to = Recipient { user: None, address: address.to_owned(), locale: Locale::En };
    let letters = [(to, letter.clone())];
    let queued = world.db().write(async |tx| Ok(mail::queue(tx, &random, world.app.clock.now(), letters).await?));
    queued.await.unwrap();
}

/// The state of the only mail in the outbox.
struct Row {
    is_sent: bool,
    is_given_up: bool,
    bodies: String,
    attempts: i32,
    last_error: Option<String>,
}

async fn row(world: &World) -> Row {
    let sql = "SELECT sent_at IS NOT NULL, failed_at IS NOT NULL, body_text || body_html, attempts, last_error \
               FROM outgoing_mail";
    let rows = world.db().rows(sql, Vec::new()).await.unwrap();
    assert_eq!(rows.len(), 1);
    let row: &QueryResult = &rows[0];
    Row {
        is_sent: row.try_get_by_index(0).unwrap(),
        is_given_up: row.try_get_by_index(1).unwrap(),
        bodies: row.try_get_by_index(2).unwrap(),
        attempts: row.try_get_by_index(3).unwrap(),
        last_error: row.try_get_by_index(4).unwrap(),
    }
}
