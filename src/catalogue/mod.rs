//! What is sold: a `subscription` to a product, and the `service` that it provides.

pub mod service;
pub mod subscription;
