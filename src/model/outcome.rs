//! What a scan hands to the reports: everything, plain and sorted, nothing left to compute.

use super::{Coverage, Finding, Identity};

/// The result of one scan.
#[derive(Debug)]
pub struct Outcome {
    /// What was asked for, in the order it was asked for.
    pub targets: Vec<Target>,
    /// Every finding, also those below the shown confidence; sorted by severity, confidence,
    /// rule and fingerprint.
    pub findings: Vec<Finding>,
    /// What was read and what was not.
    pub coverage: Coverage,
    /// What the fingerprints were made with.
    pub identity: Identity,
}

/// One target, and the images found in it if it is not files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// As the user typed it.
    pub name: String,
    /// Where it was read from, if its name left a choice: an engine, a registry.
    pub via: Option<String>,
    /// Its images, each platform on its own.
    pub images: Vec<Image>,
    /// For files: the path that theirs begin at, seen from the current directory, and empty for
    /// that directory itself. `None` for images, whose paths lead to nothing on disk.
    pub base: Option<String>,
    /// Whether it is the older image that the others are compared with.
    pub is_former: bool,
}

/// One image of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// The tag or name inside the target, if there is one.
    pub name: Option<String>,
    /// `os/arch[/variant]`, where the image says.
    pub platform: Option<String>,
    /// Digest of the manifest, or of the config where a format has no manifest.
    pub digest: Option<String>,
    /// Number of layers.
    pub layers: usize,
}
