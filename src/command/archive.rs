//! The file of a backup: a tar archive of the database, the keys beside it and, as its last part, a list of both with
//! their hashes. A file without that list is cut off, and one whose hashes differ is damaged.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use ring::digest::{Context, SHA256};
use sea_orm::prelude::DateTimeUtc;
use serde::{Deserialize, Serialize};
use tar::{Archive, Builder, Header};

use crate::base::config::Config;
use crate::people::session::Tokens;
use crate::people::user::SecretKeys;

/// The name of the database in the archive.
pub const DATABASE: &str = "tenantry.db";
/// The name of the list.
const CONTENTS: &str = "backup.json";
/// The form of the archive. Another form gets another number.
const FORMAT: u32 = 1;
/// The list and the keys are smaller than this.
const SMALL: u64 = 65_536;
/// Progress is logged after this many bytes.
const STEP: u64 = 1 << 28;

/// What is in an archive.
#[derive(Debug, Serialize, Deserialize)]
pub struct Contents {
    format: u32,
    /// The version of the program that wrote it.
    program: String,
    /// The moment whose data it holds.
    pub made: DateTimeUtc,
    files: Vec<Part>,
}

/// A file in the archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Part {
    name: String,
    bytes: u64,
    sha256: String,
}

impl Contents {
    /// The names of the keys.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|part| part.name.as_str()).filter(|name| *name != DATABASE)
    }

    /// The size of the database.
    pub fn database_bytes(&self) -> u64 {
        self.files.iter().filter(|part| part.name == DATABASE).map(|part| part.bytes).sum()
    }
}

/// The files in the data folder that a restore needs beside the database.
pub fn key_files(config: &Config) -> [PathBuf; 2] {
    [Tokens::key_file(config), SecretKeys::key_file(config)]
}

/// The name of a key in the archive.
pub fn name_of(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Hashes and counts what is read.
struct Hashed<R> {
    source: R,
    hash: Context,
    bytes: u64,
}

impl<R: Read> Hashed<R> {
    fn new(source: R) -> Self {
        Self { source, hash: Context::new(&SHA256), bytes: 0 }
    }

    fn part(self, name: &str) -> Part {
        let hash = self.hash.finish();
        let mut sha256 = String::with_capacity(64);
        for byte in hash.as_ref() {
            // Writing to a string does not fail.
            let _ = write!(sha256, "{byte:02x}");
        }
        Part { name: name.to_owned(), bytes: self.bytes, sha256 }
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.hash.update(buffer.get(..count).unwrap_or_default());
        let before = self.bytes;
        self.bytes += count as u64;
        if before / STEP < self.bytes / STEP {
            tracing::info!(megabytes = self.bytes >> 20, "the backup goes on");
        }
        Ok(count)
    }
}

fn header(bytes: u64, made: DateTimeUtc) -> Header {
    let mut header = Header::new_gnu();
    header.set_size(bytes);
    header.set_mode(0o600);
    header.set_mtime(u64::try_from(made.timestamp()).unwrap_or_default());
    header
}

/// Writes the database and the keys.
pub fn write(file: &File, database: &Path, keys: &[PathBuf], made: DateTimeUtc) -> io::Result<()> {
    let mut archive = Builder::new(BufWriter::with_capacity(1 << 20, file));
    let named = keys.iter().map(|key| (name_of(key), key.as_path()));
    let mut files = Vec::new();
    for (name, path) in std::iter::once((DATABASE.to_owned(), database)).chain(named) {
        let source = File::open(path)?;
        let mut header = header(source.metadata()?.len(), made);
        let mut source = Hashed::new(BufReader::with_capacity(1 << 20, source));
        archive.append_data(&mut header, &name, &mut source)?;
        files.push(source.part(&name));
    }
    let contents = Contents { format: FORMAT, program: env!("CARGO_PKG_VERSION").to_owned(), made, files };
    let list = serde_json::to_vec_pretty(&contents)?;
    archive.append_data(&mut header(list.len() as u64, made), CONTENTS, list.as_slice())?;
    archive.into_inner()?.flush()
}

/// Reads the whole archive, compares its hashes, and writes its files into the folder if there is one.
pub fn read(config: &Config, file: &Path, into: Option<&Path>) -> Result<Contents, String> {
    let shown = file.display();
    let source = File::open(file).map_err(|error| format!("{shown} cannot be read: {error}."))?;
    let broken = |error: io::Error| format!("{shown} is no backup, or it is damaged: {error}.");
    let mut archive = Archive::new(BufReader::with_capacity(1 << 20, source));
    let known = key_files(config).map(|key| name_of(&key));
    let (mut found, mut contents) = (Vec::new(), None);
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        let name = entry.path().map_err(broken)?.to_string_lossy().into_owned();
        let is_small = entry.size() <= SMALL;
        match name.as_str() {
            CONTENTS if is_small => {
                let mut text = String::new();
                entry.read_to_string(&mut text).map_err(broken)?;
                contents = Some(text);
            }
            name if name == DATABASE || is_small && known.iter().any(|known| known == name) => {
                let mut source = Hashed::new(&mut entry);
                match into {
                    Some(folder) => extract(&mut source, &folder.join(name)).map_err(|error| {
                        format!("{name} cannot be taken out of {shown} to {}: {error}.", folder.display())
                    })?,
                    None => drop(io::copy(&mut source, &mut io::sink()).map_err(broken)?),
                }
                found.push(source.part(name));
            }
            _ => return Err(format!("{shown} is no backup of Tenantry: it holds {name:?}.")),
        }
    }
    let contents = contents.ok_or_else(|| format!("{shown} is cut off: it lacks the list at its end."))?;
    let contents: Contents = serde_json::from_str(&contents).map_err(|error| broken(error.into()))?;
    if contents.format != FORMAT {
        return Err(format!("{shown} was written by tenantry {}. Use that version.", contents.program));
    }
    if contents.files != found || found.first().is_none_or(|part| part.name != DATABASE) {
        return Err(format!("{shown} is damaged: its files are not those of its list."));
    }
    Ok(contents)
}

fn extract(source: &mut impl Read, to: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    io::copy(source, &mut file)?;
    file.sync_all()
}
