//! Mail as files in the data directory, for development. The file names are ids, so they sort by time.

use std::io;
use std::path::PathBuf;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::message::Letterhead;
use super::{Mail, Transport, Undelivered};
use crate::base::data_dir;

/// Writes each mail to its own file.
pub struct Folder {
    path: PathBuf,
    letterhead: Letterhead,
}

impl Folder {
    /// Writes to this folder. The first mail creates it.
    pub const fn new(path: PathBuf, letterhead: Letterhead) -> Self {
        Self { path, letterhead }
    }
}

impl Transport for Folder {
    fn deliver(&self, mail: Mail) -> BoxFuture<'_, Result<(), Undelivered>> {
        async move {
            let name = format!("{}.eml", mail.id);
            let (folder, file) = (self.path.clone(), self.path.join(&name));
            let message = self.letterhead.write(mail)?.formatted();
            let write = move || data_dir::write_new(&folder, &name, &message);
            match tokio::task::spawn_blocking(write).await.unwrap_or_else(|error| Err(io::Error::other(error))) {
                Ok(()) => tracing::info!(file = %file.display(), "a mail was written to a file"),
                // It was written before, but the process ended before it recorded that.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(Undelivered::for_now(&format!("the file cannot be written: {error}"))),
            }
            Ok(())
        }
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::tests::{letterhead, mail};
    use super::*;

    #[tokio::test]
    async fn a_mail_becomes_one_file_however_often_it_is_delivered() {
        let folder = tempfile::tempdir().unwrap();
        let transport = Folder::new(folder.path().join("mail"), letterhead());
        for _ in 0..2 {
            transport.deliver(mail("ada@example.org")).await.unwrap();
        }
        let files: Vec<_> = std::fs::read_dir(folder.path().join("mail")).unwrap().map(Result::unwrap).collect();
        assert_eq!(files.len(), 1);
        assert_eq!(files[0].file_name().to_string_lossy(), "00000000-0000-0000-0000-000000000000.eml");
        assert!(std::fs::read_to_string(files[0].path()).unwrap().contains("\r\nTo: ada@example.org\r\n"));
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_created_is_a_reason_to_try_again() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let refused = Folder::new(file.path().join("mail"), letterhead()).deliver(mail("ada@example.org")).await;
        assert!(!refused.unwrap_err().is_final);
    }
}
