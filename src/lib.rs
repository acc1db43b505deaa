//! Finds the secrets that container images and repositories leave behind.
//!
//! ```text
//! source -> unpack -> detect -> suppress -> report
//! ```
//!
//! A *source* knows where bytes live and emits them with an origin; *unpack* turns them into text
//! within limits; *detect* turns text into candidate findings; *suppress* says which of them are known
//! or allowed; *report* writes what is left, redacted. `scan` wires them together.

pub mod cache;
pub mod config;
pub mod detect;
pub mod model;
pub mod recipe;
pub mod report;
pub mod ruleset;
pub mod scan;
pub mod source;
pub mod suppress;
pub mod unpack;
