//! Mail that is delayed, or never arrives.

use chrono::TimeDelta;
use tenantry::mail::Letter;

use super::server::{Manners, Server};
use super::*;
use crate::world::with_database;

const LINK: &str = "https://portal.example/reset-password?token=SECRET";

fn letter() -> Letter {
    Letter::about("Hej").say("Hej").link("Hej", LINK)
}

#[test]
fn a_connection_problem_delays_mail_and_logs_no_secret() {
    with_database(async |world| {
        // A wrong password; no encryption on offer; a certificate of somebody else; nobody there.
        let (usual_one, other) = (Server::start(usual()).await, Server::start(usual()).await);
        let open = Server::start(Manners { tls: SmtpTls::None, ..usual() }).await;
        let mut wrong_password = settings(&world, &usual_one);
        "wr0ng one".clone_into(&mut wrong_password.mail.smtp.password);
        let mut wrong_certificate = settings(&world, &usual_one);
        wrong_certificate.mail.smtp.root_certificate = other.root_certificate();
        let mut wrong_port = settings(&world, &usual_one);
        wrong_port.mail.smtp.port = 1;
        queue(&world, "ada@example.org", &letter()).await;
        for (attempt, (config, says)) in [
            (&wrong_password, "535"),
            (&settings(&world, &open), "STARTTLS"),
            (&wrong_certificate, "certificate"),
            (&wrong_port, "onnection"),
        ]
        .into_iter()
        .enumerate()
        {
            assert_eq!(deliver(&world, &worker(&world, config)).await, DELAYED, "{says}");
            // Not before its time.
            assert_eq!(deliver(&world, &worker(&world, config)).await, NOTHING);
            let row = row(&world).await;
            let told = row.last_error.unwrap();
            assert!(told.contains(says), "{told}");
            assert!(!told.contains("wr0ng") && !told.contains(PASSWORD_THERE), "{told}");
            assert!(!row.is_sent && !row.is_given_up && row.attempts == i32::try_from(attempt).unwrap() + 1);
            world.app.clock.advance(TimeDelta::minutes(10));
        }
        for server in [&usual_one, &other, &open] {
            assert!(server.arrived().is_empty());
        }
        assert_eq!(deliver(&world, &worker(&world, &settings(&world, &usual_one))).await, SENT);
        assert!(usual_one.arrived()[0].bodies().0.contains(LINK));
    });
}

#[test]
fn a_mail_refused_for_now_is_sent_later_and_once() {
    with_database(async |world| {
        let server = Server::start(usual()).await;
        let worker = worker(&world, &settings(&world, &server));
        queue(&world, "ada@example.org", &letter()).await;
        server.answer_recipient("451 4.3.0 mailbox busy");
        assert_eq!(deliver(&world, &worker).await, DELAYED);
        world.app.clock.advance(TimeDelta::seconds(44));
        assert_eq!(deliver(&world, &worker).await, NOTHING);
        world.app.clock.advance(TimeDelta::seconds(16));
        server.answer_text(&format!("452 4.2.2 full {LINK}"));
        assert_eq!(deliver(&world, &worker).await, DELAYED);
        assert!(!row(&world).await.last_error.unwrap().contains("SECRET"));
        world.app.clock.advance(TimeDelta::minutes(2));
        assert_eq!(deliver(&world, &worker).await, SENT);
        world.app.clock.advance(TimeDelta::days(1));
        assert_eq!(deliver(&world, &worker).await, NOTHING);
        assert_eq!(server.arrived().len(), 1);
    });
}

#[test]
fn mail_to_an_unknown_recipient_is_given_up_at_once() {
    with_database(async |world| {
        let server = Server::start(usual()).await;
        let worker = worker(&world, &settings(&world, &server));
        queue(&world, "nobody@example.org", &letter()).await;
        server.answer_recipient("550 5.1.1 no such user");
        assert_eq!(deliver(&world, &worker).await, GIVEN_UP);
        let row = row(&world).await;
        assert!(row.is_given_up && !row.is_sent && row.bodies.is_empty());
        assert!(row.last_error.unwrap().contains("5.1.1 no such user"));
        world.app.clock.advance(TimeDelta::days(1));
        assert_eq!(deliver(&world, &worker).await, NOTHING);
    });
}

#[test]
fn a_misconfigured_server_loses_no_mail_for_three_days() {
    with_database(async |world| {
        let server = Server::start(usual()).await;
        let worker = worker(&world, &settings(&world, &server));
        queue(&world, "ada@example.org", &letter()).await;
        let (begin, mut attempts) = (world.app.clock.now(), 0);
        loop {
            server.answer_recipient("554 5.7.1 relay access denied");
            let round = deliver(&world, &worker).await;
            attempts += i32::from(round != NOTHING);
            if round == GIVEN_UP {
                break;
            }
            assert!(!row(&world).await.bodies.is_empty());
            world.app.clock.advance(TimeDelta::minutes(20));
            assert!(attempts < 100);
        }
        let age = world.app.clock.now() - begin;
        assert!(age >= TimeDelta::days(3) && age < TimeDelta::days(4), "{age}");
        assert!((10..30).contains(&attempts), "{attempts}");
        assert!(row(&world).await.bodies.is_empty());
    });
}

#[test]
fn mail_waits_while_the_server_is_down_and_is_sent_afterwards() {
    with_database(async |world| {
        let server = Server::start(usual()).await;
        let (port, early) = (server.port, worker(&world, &settings(&world, &server)));
        drop(server);
        for number in 0..3 {
            queue(&world, &format!("ada{number}@example.org"), &letter()).await;
        }
        assert_eq!(deliver(&world, &early).await, Round { delayed: 3, ..NOTHING });
        let server = Server::on(port, usual()).await;
        // The new server has another certificate.
        assert_eq!(deliver(&world, &worker(&world, &settings(&world, &server))).await, NOTHING);
        world.app.clock.advance(TimeDelta::minutes(1));
        assert_eq!(deliver(&world, &worker(&world, &settings(&world, &server))).await, Round { sent: 3, ..NOTHING });
        assert_eq!(server.arrived().len(), 3);
    });
}

#[test]
fn a_silent_server_is_abandoned_after_the_timeout() {
    with_database(async |world| {
        let server = Server::start(Manners { tls: SmtpTls::None, ..usual() }).await;
        let gate = server.close_gate();
        let mut config = settings(&world, &server);
        config.mail.smtp.tls = SmtpTls::None;
        config.mail.smtp.timeout_seconds = 1;
        queue(&world, "ada@example.org", &letter()).await;
        assert_eq!(deliver(&world, &worker(&world, &config)).await, DELAYED);
        assert!(row(&world).await.last_error.unwrap().contains("in time"));
        gate.add_permits(1);
    });
}
