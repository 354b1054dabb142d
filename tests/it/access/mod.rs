//! Who may do what: the resolver against a naive one, the matrix of the sample world, and revoked access.

mod matrix;
mod resolver;
mod revoked;
