//! Mail as files, named by time and id.

use std::io;
use std::path::PathBuf;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::{Mail, Transport};
use crate::data_dir;

/// Puts each mail into a file of its own.
pub struct Folder(PathBuf);

impl Folder {
    /// Into this folder, which is made with the first mail.
    pub const fn new(path: PathBuf) -> Self {
        Self(path)
    }
}

impl Transport for Folder {
    fn deliver(&self, mail: Mail) -> BoxFuture<'_, io::Result<()>> {
        let folder = self.0.clone();
        async move {
            let name = format!("{}-{}.eml", mail.at.format("%Y%m%dT%H%M%SZ"), mail.id);
            let write = move || data_dir::write_new(&folder, &name, mail.to_rfc5322().as_bytes());
            tokio::task::spawn_blocking(write).await?
        }
        .boxed()
    }
}
