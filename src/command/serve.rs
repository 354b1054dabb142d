//! `tenantry serve`: starts the server, and shuts it down in an orderly way.

use std::io;
use std::path::Path;
use std::sync::Arc;

use clap::Args;
use futures_util::FutureExt;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::database::{IfMissing, make_data_dir, open_current};
use super::{Failure, say, seed::introduce, store};
use crate::access::Actor;
use crate::app::App;
use crate::base::clock::Clock;
use crate::base::config::Config;
use crate::base::db::Db;
use crate::base::memory::{clean_now_and_then, unlogged};
use crate::base::random::Random;
use crate::base::telemetry::Telemetry;
use crate::billing::document::worker::write_now_and_then;
use crate::billing::reminder::remind_now_and_then;
use crate::billing::run::worker::bill_now_and_then;
use crate::catalogue::subscription::renew_now_and_then;
use crate::directory::person::forget_now_and_then as forget_people_now_and_then;
use crate::graphql::trusted::Trusted;
use crate::http::{self, Console, Metrics, Options};
use crate::licence::assignment::settle_now_and_then;
use crate::licence::rule::apply_now_and_then;
use crate::licence::usage::count_now_and_then;
use crate::live::event::remove_now_and_then;
use crate::live::webhook;
use crate::mail;
use crate::oversight::audit::prune_now_and_then;
use crate::oversight::idempotency::forget_now_and_then;
use crate::partners::custody::keep_up_now_and_then;
use crate::people::session::{Tokens, sweep_now_and_then};
use crate::people::sign_in::log_now_and_then;
use crate::people::user::{Passwords, SecretKeys};
use crate::seed;

/// Run the server.
///
/// The console is at /console/, the API at /graphql, the playground at /playground, the schema at /schema.graphql, health
/// checks at /health/live and /health/ready, metrics for Prometheus at /metrics, and public keys at
/// /.well-known/jwks.json. After SIGTERM or
/// SIGINT, running requests get ten seconds to finish. The server sends mail while it runs; unsent mail stays in the
/// database.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tenantry serve --demo
  tenantry serve --listen 0.0.0.0:80 --config /etc/tenantry.toml
  DATABASE_URL=postgres://tenantry@localhost/tenantry tenantry serve")]
pub struct Arguments {
    /// Fill an empty database with demo data, and print the log-ins of its people.
    #[arg(long)]
    demo: bool,
    /// Address and port to listen on. It replaces `listen`.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
}

/// Runs the command.
pub async fn run(mut config: Config, arguments: Arguments, telemetry: Option<Telemetry>) -> Result<(), Failure> {
    raise_limit_of_files();
    let stop = stop().map_err(|error| Failure(format!("The signal handlers cannot be installed: {error}.")))?;
    let listener = listen(&mut config, arguments.listen).await?;
    make_data_dir(&config.data_dir)?;
    let (clock, random) = (Clock::default(), Random::system());
    // The keys are read after this: from here on, no restore replaces them.
    let db = open_current(&config, IfMissing::Create).await?;
    let tokens = Tokens::load(&config, &random)?;
    let secret_keys = SecretKeys::load(&config, &random)?;
    require_logged(&config, &db).await?;
    let trusted = trusted(&config.http.trusted_documents, Console::BUILT)?;
    let mail = mail::Worker::new(&config, db.clone(), clock.clone(), random.clone())?;
    let demo = if arguments.demo { Some(fill(&config, &db, &clock, &random).await?) } else { None };
    let metrics = Metrics::start(config.http.metrics, telemetry.as_ref())?;

    let url = config.public_url.clone();
    let (database, data_dir) = (config.database_name(), config.data_dir.display().to_string());
    let route = config.mail_route();
    if config.links_are_local() && !config.mail.smtp.host.is_empty() {
        tracing::warn!("links in mails lead to this machine only: set public_url or portal_url");
    }
    let app = App::new(config, db.clone(), clock, random.clone(), tokens, secret_keys);
    let webhooks =
        webhook::Worker::new(&app.config, app.db.clone(), app.clock.clone(), random.clone(), app.secret_keys.clone())?;
    let gate = http::Gate::new(&app.config.limits);
    let router = http::router(
        app.clone(),
        Options { demo, console: Console::BUILT, metrics, trusted, gate: Some(Arc::clone(&gate)) },
    );
    if arguments.demo {
        let console =
            if Console::BUILT.is_there() { format!("The console is at {url}/console/.\n") } else { String::new() };
        say(format_args!("\n{console}The playground is at {url}/playground, and the API at {url}/graphql."));
    }
    tracing::info!(%url, %database, mail = %route, %data_dir, "ready");
    let stop = stop.shared();
    let unattended = || app.request(Actor::Anonymous);
    tokio::select! {
        _ = async {
            tokio::join!(http::serve(listener, router, &app.hub, stop.clone()), mail.run(stop.clone()), webhooks.run(stop))
        } => {}
        () = gate.watch() => {}
        () = db.explain_slow() => {}
        () = Metrics::publish_now_and_then(&db) => {}
        () = app.tokens.keep_up(&app.config, &random) => {}
        () = app.secret_keys.keep_up(&app.config, &random) => {}
        () = app.key_uses.run(&app.db, &app.clock) => {}
        () = app.session_uses.run(&app.db, &app.clock) => {}
        () = prune_now_and_then(app.db.clone(), app.clock.clone()) => {}
        () = forget_now_and_then(app.db.clone(), app.clock.clone()) => {}
        () = sweep_now_and_then(app.db.clone(), app.clock.clone()) => {}
        () = clean_now_and_then(app.db.clone()) => {}
        () = log_now_and_then(app.db.clone(), random.clone(), app.clock.clone()) => {}
        () = Box::pin(app.hub.run(unattended)) => {}
        () = remove_now_and_then(app.db.clone(), app.clock.clone(), app.config.live.days) => {}
        () = Box::pin(renew_now_and_then(unattended)) => {}
        () = Box::pin(bill_now_and_then(unattended)) => {}
        () = Box::pin(forget_people_now_and_then(unattended)) => {}
        () = Box::pin(settle_now_and_then(unattended)) => {}
        () = Box::pin(apply_now_and_then(unattended)) => {}
        () = Box::pin(count_now_and_then(unattended)) => {}
        () = Box::pin(write_now_and_then(unattended)) => {}
        () = Box::pin(remind_now_and_then(unattended)) => {}
        () = Box::pin(keep_up_now_and_then(app.db.clone(), random.clone(), app.clock.clone())) => {}
    }
    for uses in [&app.key_uses, &app.session_uses] {
        if let Err(error) = uses.finish(&db).await {
            tracing::warn!(%error, "the last uses of API keys and sessions were not written");
        }
    }
    db.close().await;
    if let Some(telemetry) = telemetry {
        telemetry.end().await;
    }
    tracing::info!("ended");
    Ok(())
}

/// Each stream needs an open file. Many systems allow a process more of them than it has at first.
fn raise_limit_of_files() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, maximum: limit.maximum }) {
            tracing::debug!(%error, "the limit of open files stays as it is");
        }
    }
}

/// Binds the port before anything is created or changed. Without a `public_url`, it is the bound address.
async fn listen(config: &mut Config, given: Option<String>) -> Result<TcpListener, Failure> {
    config.listen = given.unwrap_or_else(|| config.listen.clone());
    let listener = TcpListener::bind(&config.listen).await.map_err(|error| {
        let address = &config.listen;
        Failure(match error.kind() {
            io::ErrorKind::AddrInUse => {
                format!(
                    "{address} is in use by another program. Choose another port, for example --listen 127.0.0.1:8081"
                )
            }
            io::ErrorKind::PermissionDenied => {
                format!("This user may not listen on {address}. Choose a port above 1023 with --listen.")
            }
            _ => format!("The server cannot listen on {address}: {error}. --listen takes an address and a port."),
        })
    })?;
    if let (false, Ok(address)) = (config.has_public_url, listener.local_addr()) {
        config.public_url = format!("http://{address}");
    }
    config.public_url.truncate(config.public_url.trim_end_matches('/').len());
    Ok(listener)
}

/// Refuses to keep rows whose changes nobody would notice.
async fn require_logged(config: &Config, db: &Db) -> Result<(), Failure> {
    if !db.memory().is_on() {
        return Ok(());
    }
    let unlogged = unlogged(db).await?;
    if unlogged.is_empty() {
        return Ok(());
    }
    Err(Failure(format!(
        "In {}, changes of {} are not logged, because triggers are missing or disabled. Enable them with ALTER TABLE … \
         ENABLE ALWAYS TRIGGER ALL, or start with TENANTRY_CACHE__MEGABYTES=0, which keeps nothing in memory.",
        config.database_name(),
        unlogged.join(", ")
    )))
}

/// The documents of the folder and those of the console, if only trusted ones run.
fn trusted(folder: &Path, console: Console) -> Result<Option<Trusted>, Failure> {
    if folder.as_os_str().is_empty() {
        return Ok(None);
    }
    let mut trusted = Trusted::read(folder).map_err(|error| {
        let folder = folder.display();
        Failure(format!("The folder {folder} in http.trusted_documents cannot be read: {error}."))
    })?;
    let documents = console.documents().map_err(|error| {
        Failure(format!("The list of the documents of the console cannot be read: {error}. Build it again."))
    })?;
    for document in &documents {
        trusted.add(document);
    }
    Ok(Some(trusted))
}

/// Ensures that the demo data exists. Prints its people, and returns them as JSON for the playground.
async fn fill(config: &Config, db: &Db, clock: &Clock, random: &Random) -> Result<Arc<str>, Failure> {
    let mut people = seed::people();
    let is_filled = match people.first() {
        Some(person) => store::is_known(db, &person.email).await?,
        None => false,
    };
    if !is_filled {
        people = seed::demo(db, &Passwords::new(config), clock, random).await?;
    }
    introduce(&people);
    let list = people.iter().map(|person| {
        json!({"name": person.name, "email": person.email, "password": person.password, "story": person.story})
    });
    Ok(list.collect::<serde_json::Value>().to_string().into())
}

/// Completes when the process is asked to end.
fn stop() -> io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("ending after the running requests");
    })
}
