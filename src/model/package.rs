//! A package that a package manager installed, as the image's own records tell.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// The package that put a file where it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    /// Its name, in the words of its ecosystem.
    pub name: Arc<str>,
    /// Its version, where the records tell.
    pub version: Option<Arc<str>>,
    /// Whose records tell of it.
    pub ecosystem: Ecosystem,
    /// Whether it is known to come from where everybody can get it. Only then does a file of it give
    /// nobody anything that he did not have.
    pub is_public: bool,
}

impl fmt::Display for Package {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if let Some(version) = &self.version {
            write!(f, " {version}")?;
        }
        write!(f, " ({})", self.ecosystem.name())
    }
}

/// The package managers whose records hold a hash of every file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Ecosystem {
    /// Debian and what descends from it.
    Dpkg,
    /// Alpine.
    Apk,
    /// Fedora, Red Hat, SUSE.
    Rpm,
    /// Python's wheels.
    Python,
    /// Crates that `cargo vendor` wrote.
    Cargo,
}

impl Ecosystem {
    /// The word that reports use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dpkg => "dpkg",
            Self::Apk => "apk",
            Self::Rpm => "rpm",
            Self::Python => "python",
            Self::Cargo => "cargo",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_named_with_its_version_and_ecosystem() {
        let mut package = Package {
            name: "libssl3".into(),
            version: Some("3.0.1-2".into()),
            ecosystem: Ecosystem::Dpkg,
            is_public: true,
        };
        assert_eq!(package.to_string(), "libssl3 3.0.1-2 (dpkg)");
        package.version = None;
        assert_eq!(package.to_string(), "libssl3 (dpkg)");
    }
}
