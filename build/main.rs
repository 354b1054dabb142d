//! Brings what a browser gets into the server: the playground and the console. `src/http/assets.rs` serves both.
//!
//! Both are built with npm at the versions and hashes of their lock files. Nothing is written into the sources. A machine
//! without npm still gets a working server: the playground then loads GraphiQL from a CDN, and `/console` says how to get
//! the console.

mod asset;
mod console;
mod npm;
mod playground;

use std::path::{Path, PathBuf};
use std::{env, io};

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    playground::bring(root, &out)?;
    console::bring(root, &out)
}
