//! What is written to the owner of an address.
//!
//! Neither letter holds anything that the sender of the request has typed: it would be a way to write to strangers.

use crate::mail::Letter;

/// To somebody who has just signed up.
pub fn welcome(public_url: &str) -> Letter {
    Letter::about("Welcome")
        .say(format!("An account was made for this address at {public_url}."))
        .say("If it was not you who signed up, you need not do anything.")
}

/// To somebody who has an account already, and for whom somebody signed up again.
pub fn already_signed_up(public_url: &str) -> Letter {
    Letter::about("You already have an account")
        .say(format!(
            "Somebody wanted to sign up with this address at {public_url}. You have an account there already, and \
             nothing in it has changed: sign in with your password."
        ))
        .say("If it was not you who wanted to sign up, you need not do anything.")
}
