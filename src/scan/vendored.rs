//! What it means for a secret that a package manager put it where it stands: everybody who can install
//! the package has it, so that it most likely is an example or the key of a test.

use crate::model::{Confidence, Finding, Package, Rule};
use std::sync::Arc;

/// The least specificity of rules that know a secret by a shape of its own.
const OWN_SHAPE: u8 = 100;
/// The proof of rules whose secrets have a shape too, and yield to those who name the issuer.
const WEB_TOKEN: &str = "jwt";

/// Whether what a rule finds may be an example or the key of a test: keys and tokens that are known by
/// their own shape. An assigned password never is one, because what a package assigns is what runs.
pub(super) fn is_shipped(rule: &Rule) -> bool {
    let is_web_token = rule.validator.as_deref() == Some(WEB_TOKEN);
    rule.specificity >= OWN_SHAPE || is_web_token
}

/// The public package whose unchanged files are the only places of a secret; the first of several.
pub(super) fn package(finding: &Finding) -> Option<&Arc<Package>> {
    let packages = finding.occurrences.iter().map(|seen| {
        let package = seen.place.package.as_ref();
        package.filter(|package| package.is_public)
    });
    packages.collect::<Option<Vec<_>>>()?.into_iter().next()
}

/// Believes one step less in a secret that stands in unchanged files of public packages only. One place
/// elsewhere, and it is somebody's own.
pub(super) fn weigh(finding: &mut Finding) {
    let is_shown = finding.confidence > Confidence::Low;
    if let Some(package) = package(finding).filter(|_| is_shown) {
        let why = format!(
            "stands only in files that packages installed and nobody changed, as {package}"
        );
        finding.confidence = finding.confidence.lowered();
        finding.reasons.push(why);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Ecosystem, Identity, Occurrence, Place, Position, Secret, Severity, Where};

    /// A place in a file of a package, public or not, or in one of no package.
    fn seen(is_public: Option<bool>) -> Occurrence {
        let package = |is_public| Package {
            name: "libexample".into(),
            version: Some("1.0-1".into()),
            ecosystem: Ecosystem::Dpkg,
            is_public,
        };
        let place = Place {
            package: is_public.map(package).map(Arc::new),
            ..Place::new("app".into(), Where::File, b"key.pem"[..].into())
        };
        let position = Position {
            offset: 0,
            line: 1,
            column: 1,
        };
        Occurrence::new(place, position)
    }

    fn weighed(confidence: Confidence, places: &[Option<bool>]) -> (Confidence, usize) {
        let secret = Secret::new(b"a key");
        let mut finding = Finding {
            fingerprint: Identity::default().fingerprint(secret.expose()),
            rule: "private-key".to_owned(),
            title: String::new(),
            severity: Severity::High,
            confidence,
            is_example: false,
            reasons: Vec::new(),
            aliases: Vec::new(),
            secret,
            written: Vec::new(),
            parts: Vec::new(),
            remediation: String::new(),
            reference: None,
            occurrences: places.iter().copied().map(seen).collect(),
            key_pair: None,
            change: None,
            known: false,
        };
        weigh(&mut finding);
        (finding.confidence, finding.reasons.len())
    }

    #[test]
    fn only_what_public_packages_alone_hold_is_believed_less() {
        use Confidence::{Confirmed, High, Low, Medium};
        assert_eq!(weighed(Confirmed, &[Some(true)]), (High, 1));
        assert_eq!(weighed(High, &[Some(true), Some(true)]), (Medium, 1));
        assert_eq!(weighed(Low, &[Some(true)]), (Low, 0));
        assert_eq!(weighed(High, &[Some(true), Some(false)]), (High, 0));
        assert_eq!(weighed(High, &[Some(true), None]), (High, 0));
        assert_eq!(weighed(High, &[]), (High, 0));
    }
}
