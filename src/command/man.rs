//! `tenantry man`: the manual pages.

use std::fs;
use std::io::{Write, stdout};
use std::path::PathBuf;

use clap::{Args, CommandFactory};
use clap_mangen::{Man, generate_to};

use super::{Cli, Failure};

/// Print the manual page, or write one for each command.
///
/// The Debian package installs all of them.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tenantry man | man -l -
  tenantry man --folder /usr/local/share/man/man1

This needs neither a database nor settings.")]
pub struct Arguments {
    /// Write a page for the program and for each command into this folder.
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

/// Runs the command.
pub fn run(arguments: Arguments) -> Result<(), Failure> {
    let Some(folder) = arguments.folder else {
        let mut text = Vec::new();
        let written = Man::new(Cli::command()).render(&mut text);
        // The reader may have closed the pipe.
        let _ = stdout().write_all(&text);
        return written.map_err(|error| Failure(format!("The manual page cannot be written: {error}.")));
    };
    let written = fs::create_dir_all(&folder).and_then(|()| generate_to(Cli::command(), &folder));
    written.map_err(|error| Failure(format!("The manual pages cannot be written to {}: {error}.", folder.display())))
}
