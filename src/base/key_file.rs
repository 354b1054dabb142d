//! Files with several keys, each with the time from which it is used. So all nodes know a key before the first one uses it,
//! and a key is replaced without a restart: nodes read their files again and again.
//!
//! A line `From: 2026-03-15T12:00:00Z` stands before a key. Without it, the key is used from the beginning. Whoever reads
//! PEM skips such lines (RFC 7468).

use std::cmp::Reverse;
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::time::Duration;

use chrono::SecondsFormat;
use sea_orm::prelude::DateTimeUtc;
use tempfile::NamedTempFile;

use super::data_dir;

/// Nodes read their keys again after this time.
pub const PERIOD: Duration = Duration::from_secs(10);

/// What stands before the time of a key.
const FROM: &str = "From:";

/// The text of a key, and from when it is used. It has no `Debug`, so that it is never printed by mistake.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// From when it signs or seals; `None` is from the beginning.
    pub from: Option<DateTimeUtc>,
    /// PEM, or 32 bytes in base64.
    pub text: String,
}

/// The keys in a text. In PEM, whatever else stands between the keys is passed over.
pub fn read(text: &str) -> Result<Vec<Entry>, String> {
    let is_pem = text.contains("-----BEGIN");
    let (mut entries, mut from, mut block) = (Vec::new(), None, String::new());
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(time) = line.strip_prefix(FROM) {
            // The text is not repeated: a key may stand there by mistake.
            let parsed = time.trim().parse();
            from = Some(parsed.map_err(|_| "has a line From: without a time like 2026-03-15T12:00:00Z".to_owned())?);
            continue;
        }
        if line.starts_with("-----BEGIN") || !block.is_empty() {
            block += line;
            block.push('\n');
            if !line.starts_with("-----END") {
                continue;
            }
        } else if is_pem {
            continue;
        } else {
            line.clone_into(&mut block);
        }
        if is_pem && !block.contains("PRIVATE KEY") {
            block.clear();
            continue;
        }
        entries.push(Entry { from: from.take(), text: std::mem::take(&mut block) });
    }
    if block.is_empty() { Ok(entries) } else { Err("is cut off: a key has no end".to_owned()) }
}

/// The key in use comes first, then those before it, and at last those whose time has not come.
pub fn sort(entries: &mut [Entry], now: DateTimeUtc) {
    entries.sort_by_key(|entry| {
        let is_later = entry.from.is_some_and(|from| from > now);
        (is_later, Reverse(entry.from))
    });
}

/// Replaces the keys in a file. The file keeps its owner and its permissions.
pub fn write(path: &Path, entries: &[Entry]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let mut file = NamedTempFile::new_in(folder)?;
    for Entry { from, text } in entries {
        if let Some(from) = from {
            writeln!(file, "{FROM} {}", from.to_rfc3339_opts(SecondsFormat::Secs, true))?;
        }
        writeln!(file, "{}", text.trim_end())?;
    }
    let former = path.metadata()?;
    let permissions = former.permissions().mode() & 0o777;
    file.as_file().set_permissions(PermissionsExt::from_mode(permissions))?;
    let made = file.as_file().metadata()?;
    if (made.uid(), made.gid()) != (former.uid(), former.gid()) {
        chown(file.path(), Some(former.uid()), Some(former.gid()))?;
    }
    file.as_file().sync_all()?;
    file.persist(path)?;
    data_dir::sync(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEM: &str = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";

    fn at(text: &str) -> DateTimeUtc {
        text.parse().unwrap()
    }

    #[test]
    fn keys_are_read_with_their_times_and_written_as_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys");
        let text = format!("{PEM}\nFrom: 2026-03-15T12:00:00Z\n{PEM}");
        std::fs::write(&path, &text).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
        let entries = read(&text).unwrap_or_default();
        let times: Vec<_> = entries.iter().map(|entry| entry.from).collect();
        assert_eq!(times, [None, Some(at("2026-03-15T12:00:00Z"))]);
        assert!(entries.iter().all(|entry| entry.text == PEM));
        write(&path, &entries).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text.replace("\n\n", "\n"));
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o640);
        let public = "The key of a friend\n-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
        assert!(read(&format!("{public}{PEM}")).is_ok_and(|entries| entries.len() == 1 && entries[0].text == PEM));
        let secrets = read("From: 2026-03-15T12:00:00Z\nc2VjcmV0\n\nb3RoZXI=\n").unwrap_or_default();
        let texts: Vec<_> = secrets.iter().map(|entry| (entry.from, entry.text.as_str())).collect();
        assert_eq!(texts, [(Some(at("2026-03-15T12:00:00Z")), "c2VjcmV0"), (None, "b3RoZXI=")]);
        assert!(read("From: noon\nc2VjcmV0").is_err() && read("-----BEGIN PRIVATE KEY-----\nAAAA").is_err());
    }

    #[test]
    fn a_key_is_used_from_its_time_on() {
        let entry = |from: Option<&str>, text: &str| Entry { from: from.map(at), text: text.to_owned() };
        let first = |now: &str| {
            let mut entries = [
                entry(None, "first"),
                entry(None, "second"),
                entry(Some("2026-03-15T12:00:00Z"), "third"),
                entry(Some("2026-03-16T12:00:00Z"), "fourth"),
            ];
            sort(&mut entries, now.parse().unwrap());
            entries[0].text.clone()
        };
        assert_eq!(first("2026-03-15T11:59:59Z"), "first");
        assert_eq!(first("2026-03-15T12:00:00Z"), "third");
        assert_eq!(first("2026-03-17T12:00:00Z"), "fourth");
    }
}
