//! Files in the data directory: written completely or not at all, and readable by their owner only.

use std::fs::DirBuilder;
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
}
