//! Platforms, `os/arch[/variant]`, compared the way containerd does: other names of one
//! architecture are one, and the variant that an architecture implies can be left out.

use serde_json::Value;
use std::fmt;

/// A platform in normal form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Platform {
    os: String,
    arch: String,
    variant: Option<String>,
}

/// Other names of an architecture, and the variant they imply.
const ALIASES: [(&str, &str, Option<&str>); 10] = [
    ("x86_64", "amd64", None),
    ("x86-64", "amd64", None),
    ("i386", "386", None),
    ("i486", "386", None),
    ("i586", "386", None),
    ("i686", "386", None),
    ("aarch64", "arm64", None),
    ("armhf", "arm", Some("v7")),
    ("armel", "arm", Some("v6")),
    ("loongarch64", "loong64", None),
];

/// What a missing variant means.
const IMPLIED: [(&str, &str); 2] = [("arm64", "v8"), ("arm", "v7")];

impl Platform {
    /// Puts the parts into normal form. Empty parts, and the `unknown/unknown` that attestation
    /// manifests carry, are no platform.
    fn new(os: &str, arch: &str, variant: Option<&str>) -> Option<Self> {
        let (os, arch) = (os.to_lowercase(), arch.to_lowercase());
        if os.is_empty() || arch.is_empty() || (os == "unknown" && arch == "unknown") {
            return None;
        }
        let alias = ALIASES.iter().find(|entry| entry.0 == arch);
        let arch = alias.map_or(arch, |entry| entry.1.to_owned());
        let variant = variant
            .filter(|variant| !variant.is_empty())
            .or(alias.and_then(|entry| entry.2))
            .map(|variant| match variant.strip_prefix('v') {
                Some(_) => variant.to_owned(),
                None => format!("v{variant}"),
            });
        Some(Self { os, arch, variant })
    }

    /// What a user typed; `None` if it is not two or three parts.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text.split('/').collect::<Vec<_>>()[..] {
            [os, arch] => Self::new(os, arch, None),
            [os, arch, variant] if !variant.is_empty() => Self::new(os, arch, Some(variant)),
            _ => None,
        }
    }

    /// The platform in a descriptor's `platform` or at the top of an image config.
    pub(super) fn of(value: &Value) -> Option<Self> {
        let part = |key| value.get(key).and_then(Value::as_str);
        Self::new(part("os")?, part("architecture")?, part("variant"))
    }

    /// Whether a request for `self` is met by `other`. Without a variant any will do, except where
    /// leaving it out names one already.
    pub(super) fn admits(&self, other: &Self) -> bool {
        self.os == other.os
            && self.arch == other.arch
            && (self.meant().is_none() || self.meant() == other.meant())
    }

    /// The variant, also where it is left out because the architecture implies it.
    fn meant(&self) -> Option<&str> {
        let implied = || IMPLIED.iter().find(|entry| entry.0 == self.arch);
        self.variant
            .as_deref()
            .or_else(|| implied().map(|entry| entry.1))
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.arch)?;
        match &self.variant {
            Some(variant) => write!(f, "/{variant}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_names_of_a_platform_are_the_same_platform() {
        for (typed, normal) in [
            ("linux/x86_64", "linux/amd64"),
            ("Linux/AMD64", "linux/amd64"),
            ("linux/aarch64", "linux/arm64"),
            ("linux/arm64/8", "linux/arm64/v8"),
            ("linux/armhf", "linux/arm/v7"),
            ("linux/armel", "linux/arm/v6"),
            ("linux/arm/v6", "linux/arm/v6"),
            ("linux/amd64/v3", "linux/amd64/v3"),
        ] {
            assert_eq!(Platform::parse(typed).unwrap().to_string(), normal);
        }
    }

    #[test]
    fn what_is_no_platform_is_refused() {
        for text in [
            "",
            "linux",
            "linux/",
            "/amd64",
            "a/b/c/d",
            "unknown/unknown",
            "linux/arm/",
        ] {
            assert_eq!(Platform::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_request_without_variant_takes_what_it_implies() {
        let admits = |asked, given| {
            let asked = Platform::parse(asked).unwrap();
            asked.admits(&Platform::parse(given).unwrap())
        };
        assert!(admits("linux/amd64", "linux/amd64/v2"));
        assert!(admits("linux/arm64", "linux/arm64/v8"));
        assert!(admits("linux/arm64/v8", "linux/arm64"));
        assert!(!admits("linux/arm", "linux/arm/v6"));
        assert!(!admits("linux/amd64/v3", "linux/amd64"));
        assert!(!admits("linux/amd64", "windows/amd64"));
    }
}
