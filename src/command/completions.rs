//! `tenantry completions`: what a shell needs to complete commands.

use std::io::{Write, stdout};

use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

use super::Cli;

/// Print what a shell needs to complete commands and options.
///
/// The Debian package installs it for bash, zsh and fish.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tenantry completions bash > /etc/bash_completion.d/tenantry
  tenantry completions zsh > /usr/local/share/zsh/site-functions/_tenantry
  tenantry completions fish > ~/.config/fish/completions/tenantry.fish

This needs neither a database nor settings.")]
pub struct Arguments {
    /// The shell.
    shell: Shell,
}

/// Runs the command.
pub fn run(arguments: &Arguments) {
    let mut text = Vec::new();
    generate(arguments.shell, &mut Cli::command(), "tenantry", &mut text);
    // The reader may have closed the pipe.
    let _ = stdout().write_all(&text);
}
