//! Who may do what: the resolver against a second one, the sample world as a table, and what is taken away.

mod matrix;
mod resolver;
mod revoked;
