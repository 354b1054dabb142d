//! Receivers over TLS: those with a certificate of an authority that is trusted, and no others.

use std::path::Path;
use std::sync::Arc;

use futures_util::FutureExt;
use tenantry::base::config::Config;
use tenantry::live::webhook::LookUp;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::*;

const NAME: &str = "receiver.example";

/// An authority of one's own: its certificate in PEM, and a server with a certificate that it has signed for these names.
fn authority(names: &[&str]) -> (String, TlsAcceptor) {
    let mut of_authority = rcgen::CertificateParams::new(Vec::<String>::new()).unwrap();
    of_authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = rcgen::CertifiedIssuer::self_signed(of_authority, rcgen::KeyPair::generate().unwrap()).unwrap();
    let key = rcgen::KeyPair::generate().unwrap();
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let certificate = rcgen::CertificateParams::new(names).unwrap().signed_by(&key, &authority).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .unwrap();
    (authority.pem(), TlsAcceptor::from(Arc::new(config)))
}

/// A worker that trusts the authorities in a file. All names lead to this machine.
fn trusting(world: &World, file: &Path) -> Result<Worker, String> {
    let app = &world.app;
    let mut config = Config::clone(&app.config);
    file.clone_into(&mut config.live.webhook_ca_file);
    let here: LookUp = Arc::new(|_| async { Ok(vec!["127.0.0.1".parse().unwrap()]) }.boxed());
    let (clock, random, keys) = (app.clock.clone(), app.random.clone(), app.secret_keys.clone());
    Worker::looking_up(&config, app.db.clone(), clock, random, keys, here)
}

#[test]
fn a_receiver_with_a_certificate_of_a_trusted_authority_gets_events_over_tls() {
    with_database(async |world| {
        let world = opened(world).await;
        let folder = tempfile::tempdir().unwrap();
        let (certificate, acceptor) = authority(&[NAME]);
        let file = folder.path().join("authorities.pem");
        // Several can stand in one file.
        std::fs::write(&file, authority(&["elsewhere.example"]).0 + &certificate).unwrap();
        let receiver = Receiver::start_secure(acceptor).await;
        let mut input = hook(ACME, &receiver);
        input["url"] = json!(format!("https://{NAME}:{}/hook", receiver.port));
        let (webhook, secret) = create(&world, OWNER_OF_ACME, input.clone()).await;
        rename(&world, OWNER_OF_ACME, ACME, "Acme and sons").await;
        number(world.db(), &world.app.random, world.app.clock.now()).await.unwrap();
        // Without the file, only the authorities of browsers count.
        assert_eq!(trusting(&world, Path::new("")).unwrap().deliver_due().await.unwrap().delayed, 1);
        assert_eq!(receiver.count(), 0);
        let error = deliveries(&world, OWNER_OF_ACME, &webhook).await[0]["attempts"][0]["error"].clone();
        assert!(error.as_str().unwrap().contains("UnknownIssuer"), "{error}");

        world.wait(chrono::TimeDelta::minutes(1));
        assert_eq!(trusting(&world, &file).unwrap().deliver_due().await.unwrap().delivered, 1);
        let got = receiver.received();
        let [one] = &got[..] else { panic!("{got:?}") };
        assert_eq!((one.header(""), one.kind().as_str()), ("POST /hook HTTP/1.1", "organisation.changed"));
        assert_eq!(one.header("host"), format!("{NAME}:{}", receiver.port));
        let verifier = standardwebhooks::Webhook::new(&secret).unwrap();
        let timestamp = one.header("webhook-timestamp").parse().unwrap();
        let expected = verifier.sign(one.id(), timestamp, one.text.as_bytes()).unwrap();
        assert_eq!(one.header("webhook-signature"), expected);

        // The certificate is for one name.
        input["url"] = json!(format!("https://other.example:{}/hook", receiver.port));
        let (other, _) = create(&world, OWNER_OF_ACME, input).await;
        world.as_(OWNER_OF_ACME).act("testWebhook", json!({ "webhookId": other }), "delivery { id }").await;
        assert_eq!(trusting(&world, &file).unwrap().deliver_due().await.unwrap().delayed, 1);
        assert_eq!(receiver.count(), 1);
    });
}

#[test]
fn a_file_of_authorities_that_cannot_be_used_is_an_error_at_the_start() {
    with_database(async |world| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("authorities.pem");
        let said = |file: &Path| trusting(&world, file).err().unwrap();
        assert!(said(&file).starts_with("live.webhook_ca_file: "), "{}", said(&file));
        for content in [
            "",
            "no certificate",
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "-----BEGIN CERTIFICATE-----\nAAAA\n",
        ] {
            std::fs::write(&file, content).unwrap();
            assert!(said(&file).contains("authorities.pem: "), "{content}");
        }
    });
}
