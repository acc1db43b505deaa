//! Turns text into candidate findings.

pub mod gates;
pub mod validate;
