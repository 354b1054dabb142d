//! Files in the data directory: written completely or not at all, and readable by their owner only.
//!
//! Whoever works with the embedded database shares its directory until the process ends, and a restore claims it for
//! itself. The locks are on the directory itself, so they need no file, and end with the process however it ends.

use std::fs::{DirBuilder, File, TryLockError};
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// Creates the directory and its parents if they are missing.
pub fn make(directory: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// Writes a new file. If several processes try at once, one succeeds.
pub fn write_new(directory: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    make(directory)?;
    let mut file = NamedTempFile::new_in(directory)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist_noclobber(directory.join(name))?;
    Ok(())
}

/// Reads a file, and creates it first if it is missing. If several processes start at once, one creates it and all read
/// it.
pub fn read_or_make(directory: &Path, name: &str, make: impl FnOnce() -> String) -> io::Result<String> {
    let path = directory.join(name);
    if !path.exists() {
        match write_new(directory, name, make().as_bytes()) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    std::fs::read_to_string(path)
}

/// Makes the names of files in the directory durable.
pub fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Shares the directory with others until the file is dropped; `None` if somebody has claimed it.
pub fn share(directory: &Path) -> io::Result<Option<File>> {
    lock(directory, File::try_lock_shared)
}

/// Claims the directory for this process until the file is dropped; `None` if somebody uses it.
pub fn claim(directory: &Path) -> io::Result<Option<File>> {
    lock(directory, File::try_lock)
}

fn lock(directory: &Path, how: fn(&File) -> Result<(), TryLockError>) -> io::Result<Option<File>> {
    let opened = File::open(directory)?;
    match how(&opened) {
        Ok(()) => Ok(Some(opened)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_written_once_and_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("a/b");
        write_new(&inner, "secret", b"first").unwrap();
        assert_eq!(write_new(&inner, "secret", b"second").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(inner.join("secret")).unwrap(), b"first");
        assert_eq!(std::fs::read_dir(&inner).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&inner.join("secret")), 0o600);
            assert_eq!(mode(&inner), 0o700);
        }
    }

    #[test]
    fn many_share_a_directory_and_one_claims_it() {
        let folder = tempfile::tempdir().unwrap();
        let first = share(folder.path()).unwrap();
        let second = share(folder.path()).unwrap();
        assert!(first.is_some() && second.is_some() && claim(folder.path()).unwrap().is_none());
        drop((first, second));
        let claimed = claim(folder.path()).unwrap();
        assert!(claimed.is_some() && share(folder.path()).unwrap().is_none());
        drop(claimed);
        assert!(share(folder.path()).unwrap().is_some());
    }
}
