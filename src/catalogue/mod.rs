//! What is sold: a `subscription` of a product, and the `service` that it gives.

pub mod service;
pub mod subscription;
