//! Mail that arrives.

use tenantry::base::config::SmtpTls;
use tenantry::mail::Letter;

use super::server::{Manners, Server};
use super::*;
use crate::world::with_database;

#[test]
fn the_welcome_mail_is_sent_over_an_encrypted_connection() {
    with_database(async |world| {
        let server = Server::start(usual()).await;
        let worker = worker(&world, &settings(&world, &server));
        sign_up(&world, "ada@example.org", "SV").await;
        let letter = world.mails("ada@example.org").await.remove(0);
        assert_eq!(deliver(&world, &worker).await, SENT);
        assert_eq!(deliver(&world, &worker).await, NOTHING);
        let [mail] = &server.arrived()[..] else { panic!("one mail") };
        assert!(mail.was_encrypted);
        assert_eq!((mail.from.as_str(), mail.to.as_str()), ("FROM:<mail@tenantry.example>", "TO:<ada@example.org>"));
        let (text, html) = mail.bodies();
        assert_eq!(format!("{}\n{text}", mail.header("Subject")), letter);
        // The language that was chosen.
        assert!(html.contains("<html lang=\"sv\">"), "{html}");
        assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
        let row = row(&world).await;
        assert!(row.is_sent && row.bodies.is_empty() && row.attempts == 1 && row.last_error.is_none());
    });
}

#[test]
fn text_in_any_language_arrives_unchanged() {
    with_database(async |world| {
        let server = Server::start(usual()).await;
        let worker = worker(&world, &settings(&world, &server));
        let long = format!("{}\n.\n..\n", "Räksmörgås åt alla ".repeat(100));
        let url = format!("https://portal.example/invitation?token={}", "aB3=".repeat(40));
        let letter = Letter::about(" Grüße aus Åre – 🦆".repeat(6).trim()).say(&long).link("Öffnen", &url);
        queue(&world, "zoe@exämple.org", &letter).await;
        assert_eq!(deliver(&world, &worker).await, SENT);
        let mail = &server.arrived()[0];
        assert!(mail.raw.is_ascii() && mail.raw.split(|byte| *byte == b'\n').all(|line| line.len() < 1000));
        assert_eq!(mail.to, "TO:<zoe@xn--exmple-cua.org>");
        assert_eq!(mail.header("Subject"), letter.subject);
        let (text, html) = mail.bodies();
        assert_eq!(text, letter.text());
        assert!(html.contains(&url) && html.contains("Räksmörgås") && html.contains("<html lang=\"en\">"), "{html}");
    });
}

#[test]
fn mail_to_an_address_beyond_ascii_needs_a_server_that_accepts_it() {
    with_database(async |world| {
        let letter = Letter::about("Hej").say("Hej");
        let server = Server::start(Manners { takes_utf8: true, ..usual() }).await;
        queue(&world, "zoë@example.org", &letter).await;
        assert_eq!(deliver(&world, &worker(&world, &settings(&world, &server))).await, SENT);
        assert!(server.arrived()[0].to.starts_with("TO:<zoë@example.org>"));
        let server = Server::start(usual()).await;
        queue(&world, "zoë@example.org", &letter).await;
        assert_eq!(deliver(&world, &worker(&world, &settings(&world, &server))).await, GIVEN_UP);
        assert_eq!(world.texts("SELECT last_error FROM outgoing_mail WHERE failed_at IS NOT NULL").await.len(), 1);
        assert!(server.arrived().is_empty());
    });
}

#[test]
fn mail_is_sent_over_implicit_tls_or_in_the_clear_to_the_same_machine() {
    with_database(async |world| {
        for tls in [SmtpTls::Implicit, SmtpTls::None] {
            let server = Server::start(Manners { tls, ..usual() }).await;
            let mut config = settings(&world, &server);
            config.mail.smtp.tls = tls;
            queue(&world, "ada@example.org", &Letter::about("Hej")).await;
            assert_eq!(deliver(&world, &worker(&world, &config)).await, SENT);
            assert_eq!(server.arrived()[0].was_encrypted, tls == SmtpTls::Implicit);
        }
    });
}

#[test]
fn a_mail_counts_as_sent_even_if_the_server_hangs_up_without_goodbye() {
    with_database(async |world| {
        let server = Server::start(Manners { is_silent_at_the_end: true, ..usual() }).await;
        let mut config = settings(&world, &server);
        config.mail.smtp.timeout_seconds = 1;
        let worker = worker(&world, &config);
        queue(&world, "ada@example.org", &Letter::about("Hej")).await;
        assert_eq!(deliver(&world, &worker).await, SENT);
        assert_eq!(server.arrived().len(), 1);
    });
}

#[test]
fn without_a_mail_server_each_mail_becomes_a_file() {
    with_database(async |world| {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::clone(&world.app.config);
        folder.path().clone_into(&mut config.data_dir);
        let worker = worker(&world, &config);
        for number in 0..20 {
            queue(&world, &format!("ada{number}@example.org"), &Letter::about("Hej").say("Hej")).await;
        }
        assert_eq!(deliver(&world, &worker).await, Round { sent: 20, ..NOTHING });
        assert_eq!(std::fs::read_dir(folder.path().join("mail")).unwrap().count(), 20);
        assert_eq!(world.texts("SELECT recipient FROM outgoing_mail WHERE body_text <> ''").await.len(), 0);
    });
}

#[test]
fn old_sent_mails_are_removed_and_waiting_ones_are_kept() {
    with_database(async |world| {
        let server = Server::start(usual()).await;
        let config = settings(&world, &server);
        let worker = worker(&world, &config);
        queue(&world, "sent@example.org", &Letter::about("Hej")).await;
        assert_eq!(deliver(&world, &worker).await, SENT);
        world.app.clock.advance(chrono::TimeDelta::days(29));
        queue(&world, "new@example.org", &Letter::about("Hej")).await;
        assert_eq!(deliver(&world, &worker).await, SENT);
        server.answer_recipient("451 later");
        queue(&world, "waits@example.org", &Letter::about("Hej")).await;
        assert_eq!(deliver(&world, &worker).await, DELAYED);
        let kept = "SELECT recipient FROM outgoing_mail ORDER BY recipient";
        worker.tidy(world.app.clock.now()).await.unwrap();
        assert_eq!(world.texts(kept).await, ["new@example.org", "sent@example.org", "waits@example.org"]);
        world.app.clock.advance(chrono::TimeDelta::days(2));
        worker.tidy(world.app.clock.now()).await.unwrap();
        assert_eq!(world.texts(kept).await, ["new@example.org", "waits@example.org"]);
        world.app.clock.advance(chrono::TimeDelta::days(90));
        worker.tidy(world.app.clock.now()).await.unwrap();
        assert_eq!(world.texts(kept).await, ["waits@example.org"]);
    });
}
