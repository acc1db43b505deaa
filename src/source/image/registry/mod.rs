//! Images in registries, read as they stream in (OCI distribution-spec v1.1, and what Docker's
//! registries did before it).
//!
//! To the rest a registry is an OCI layout: an `index.json` that names what the reference resolved
//! to and what refers to it, and blobs by digest. So a tag is followed once and everything after it
//! is pinned, and what is known about layouts holds here too.
//!
//! Who may be talked to, over what, and who may be told a password is decided in `policy` alone.

mod access;
mod address;
mod auth;
mod blob;
mod client;
mod credentials;
mod error;
mod listing;
mod mirrors;
mod policy;
mod referrers;
mod resolver;
mod retry;
mod store;
mod tls;

pub use access::{Access, AccessError};

pub(super) use error::RegistryError;
pub(super) use listing::Asking;
pub(super) use store::Registry;
