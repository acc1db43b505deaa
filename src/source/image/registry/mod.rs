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
mod agents;
mod auth;
mod blob;
mod client;
mod credentials;
mod document;
mod error;
mod listing;
mod mirrors;
mod pace;
mod policy;
mod referrers;
mod registries;
mod resolver;
mod retry;
mod schema1;
mod store;
mod tls;

pub use access::{Access, AccessError};

pub(super) use error::RegistryError;
pub(super) use listing::Asking;
pub(super) use registries::Registries;
pub(super) use store::Registry;
