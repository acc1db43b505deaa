//! Git repositories: where their objects lie and how they are read.

pub mod pack;
