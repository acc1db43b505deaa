//! What the tests build their inputs from and judge the answers with.
//!
//! Inputs are made in memory, from the byte up, so that a test can also make what no tool would
//! write; they are the same on every run. Secrets are made from a seed and never stored. The same
//! kit makes `testdata/sample` and the inputs of the benches.

#![allow(dead_code, reason = "each test takes its own part of the kit")]
#![allow(unused_imports, reason = "likewise")]
#![allow(unreachable_pub, reason = "a module of several crates, public in none")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "an input that cannot be made is a failed test; a skipped one says so"
)]

pub mod archive;
pub mod attestation;
pub mod authority;
pub mod bundle;
pub mod certificate;
pub mod cli;
pub mod codec;
pub mod docker;
pub mod engine;
pub mod entry;
pub mod fake;
pub mod git;
#[cfg(unix)]
pub mod hook;
pub mod image;
pub mod index;
pub mod kept;
pub mod layer;
pub mod packages;
pub mod parcel;
pub mod registry;
pub mod report;
pub mod running;
pub mod sample;
pub mod secrets;
pub mod shop;
pub mod tokens;

pub use archive::{Store, Zip};
pub use bundle::{Bundle, Node};
pub use cli::{Run, residue};
pub use codec::Codec;
pub use entry::Entry;
pub use git::Repo;
pub use image::{Blob, Image};
pub use index::Index;
pub use layer::Layer;
pub use report::{Finding, Report};
pub use running::Running;
pub use secrets::Secrets;
