//! The package that a file belongs to which nobody changed since it was installed.

use super::build::Builder;
use crate::model;
use serde::Serialize;

/// A package.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Vendored {
    /// Its name.
    pub package: String,
    /// Its version, where the records tell.
    pub version: Option<String>,
    /// Whose records tell of it: `dpkg`, `apk`, ...
    pub ecosystem: &'static str,
    /// Whether it is known to come from where everybody can get it.
    pub public: bool,
}

impl Vendored {
    /// As people read it: `vendored: openssl 3.0.1-2 (dpkg)`.
    pub fn told(&self) -> String {
        let version = self.version.as_deref();
        let version = version.map_or_else(String::new, |version| format!(" {version}"));
        format!("vendored: {}{version} ({})", self.package, self.ecosystem)
    }
}

impl Builder<'_> {
    /// A package, safe to show.
    pub(super) fn vendored(&self, package: &model::Package) -> Vendored {
        Vendored {
            package: self.text(&*package.name),
            version: package
                .version
                .as_ref()
                .map(|version| self.text(&**version)),
            ecosystem: package.ecosystem.name(),
            public: package.is_public,
        }
    }
}
