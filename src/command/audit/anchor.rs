//! `tenantry audit anchor`: prints the ends of all logs, and compares kept ones with the logs of today.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use super::STEP;
use crate::base::clock::Clock;
use crate::base::db::Db;
use crate::base::id::Type;
use crate::command::{Failure, say};
use crate::oversight::audit::{Anchor, Standing, store};

/// Anchors that are read at a time.
const PAGE: u64 = 1000;
/// The beginning of the last line, which has the number of lines before it.
const END: &str = "# end, logs: ";

/// Prints the newest event of each log.
pub async fn print(db: &Db) -> Result<(), Failure> {
    say(format_args!("# tenantry audit anchor, {}", Clock::default().now().format("%F %T UTC")));
    let (mut after, mut count) = (None, 0_u64);
    loop {
        let anchors = store::anchors(db, after, PAGE).await?;
        let Some(last) = anchors.last() else { break };
        after = Some(last.organisation);
        for anchor in anchors {
            say(&anchor);
            count += 1;
        }
    }
    say(format_args!("{END}{count}"));
    Ok(())
}

/// What was found in a file.
#[derive(Default)]
struct Found {
    anchors: u64,
    removed: u64,
    broken: u64,
    /// Lines since the last end.
    open: u64,
}

/// Compares a file with the logs, line by line.
pub async fn check(db: &Db, file: &Path) -> Result<(), Failure> {
    let shown = file.display();
    let unreadable = |error| Failure(format!("{shown} cannot be read: {error}."));
    let lines = BufReader::new(File::open(file).map_err(unreadable)?).lines();
    let now = Clock::default().now();
    let mut found = Found::default();
    for (index, line) in lines.enumerate() {
        let line = line.map_err(unreadable)?;
        let malformed = || Failure(format!("{shown}, line {}: this is no anchor.", index + 1));
        if let Some(count) = line.strip_prefix(END) {
            if count.parse() != Ok(found.open) {
                return Err(Failure(format!(
                    "{shown}, line {}: lines are missing before this one. It says {count}, and there are {}.",
                    index + 1,
                    found.open
                )));
            }
            found.open = 0;
            continue;
        }
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let anchor = Anchor::read(&line).ok_or_else(malformed)?;
        let present = store::present(db, &anchor).await?;
        found.add(&anchor, &anchor.compare(present.as_ref(), now));
    }
    found.conclude(file)
}

impl Found {
    fn add(&mut self, anchor: &Anchor, standing: &Standing) {
        self.open += 1;
        self.anchors += 1;
        if self.anchors.is_multiple_of(STEP) {
            tracing::info!(anchors = self.anchors, "comparing");
        }
        match standing {
            Standing::Holds => {}
            Standing::Removed => self.removed += 1,
            Standing::Broken(reason) => {
                self.broken += 1;
                let organisation = Type::Organisation.id(anchor.organisation).0;
                say(format_args!("{organisation}: event {}: {reason}.", anchor.sequence));
            }
        }
    }

    fn conclude(self, file: &Path) -> Result<(), Failure> {
        let Self { anchors, removed, broken, open } = self;
        if broken > 0 {
            return Err(Failure(format!("Anchors that do not hold: {broken} of {anchors}. The lines above say why.")));
        }
        if open > 0 {
            return Err(Failure(format!("{} is cut off: its last line is missing.", file.display())));
        }
        if anchors == 0 {
            return Err(Failure(format!("{} holds no anchors, so nothing was compared.", file.display())));
        }
        say(format_args!("All anchors hold: {anchors}, of which removed by retention: {removed}."));
        say("Events after them, and details, are checked by `tenantry audit verify`.");
        Ok(())
    }
}
