//! What speaks against a private key beyond its own text: what holds its public half, the keys that
//! stand in the same scan, and the package that it comes with. Keys of tests come with certificates that name
//! nobody, long expired and signed by an authority whose key lies beside them. A real one may have any of
//! that, so each takes one step; a package and something else, which have nothing to do with each other,
//! together make it low.

use super::vendored::package;
use crate::detect::gates::host::is_nobodys;
use crate::model::{Certificate, Confidence, Finding, Holder, Package};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Private keys of a package from which on it is one that is about keys. Fewer may be what a server is
/// started with: SSH has a key of each of four kinds.
const MANY: usize = 5;

/// What is said of a key whose holders name nobody.
const NOBODYS: &str = "it is an example: what holds its public half names nobody";

/// Weighs the private keys of a scan; `is_key` knows them by their rules.
pub(super) fn weigh(findings: &mut [Finding], is_key: impl Fn(&str) -> bool) {
    let scan = Scanned::of(findings, &is_key);
    let keys = findings.iter_mut().filter(|finding| is_key(&finding.rule));
    keys.for_each(|finding| scan.weigh(finding));
}

/// What the keys of a scan tell of each other.
struct Scanned {
    /// Whom the certificates of its private keys name.
    subjects: BTreeSet<String>,
    /// How many private keys each public package has.
    of_packages: BTreeMap<Arc<Package>, usize>,
}

impl Scanned {
    fn of(findings: &[Finding], is_key: impl Fn(&str) -> bool) -> Self {
        let mut of_packages: BTreeMap<Arc<Package>, usize> = BTreeMap::new();
        let keys = findings.iter().filter(|finding| is_key(&finding.rule));
        for package in keys.filter_map(package) {
            *of_packages.entry(Arc::clone(package)).or_default() += 1;
        }
        let subjects = findings.iter().flat_map(certificates);
        Self {
            subjects: subjects.map(|one| one.subject.clone()).collect(),
            of_packages,
        }
    }

    fn weigh(&self, finding: &mut Finding) {
        if finding.confidence == Confidence::Low {
            return;
        }
        if is_of_nobody(finding) {
            finding.confidence = Confidence::Low;
            finding.is_example = true;
            return finding.reasons.push(NOBODYS.to_owned());
        }
        let mut doubts = self.doubts(finding);
        let steps = doubts.len();
        let package = package(finding).cloned();
        let keys = package
            .as_ref()
            .and_then(|package| self.of_packages.get(package));
        if let Some(keys) = keys.filter(|&&keys| keys >= MANY) {
            doubts.push(format!(
                "its package ships {keys} private keys, as one does that is about keys"
            ));
        }
        finding.confidence = match package.is_some() && !doubts.is_empty() {
            true => Confidence::Low,
            false => (0..steps).fold(finding.confidence, |confidence, _| confidence.lowered()),
        };
        finding.reasons.extend(doubts);
    }

    /// What the certificates of a key say against it, each by itself. How old they are and whom they leave
    /// out says nothing of a key that a line of SSH gives to somebody.
    fn doubts(&self, finding: &Finding) -> Vec<String> {
        let all = |so: &dyn Fn(&Certificate) -> bool| {
            let mut certificates = certificates(finding).peekable();
            certificates.peek().is_some() && certificates.all(so)
        };
        let is_certified_only = !holders(finding).any(|holder| match holder {
            Holder::Bare(comment) => !comment.is_empty() && !is_nobodys(comment),
            Holder::Certificate(_) => false,
        });
        let is_issued_here =
            |one: &Certificate| !one.is_self_signed && self.subjects.contains(&one.issuer);
        let doubts = [
            (
                all(&|one| one.is_expired),
                "every certificate of it has expired",
            ),
            (
                is_certified_only && all(&|one| one.is_long_over),
                "and that more than five years ago",
            ),
            (
                all(&|one| one.is_self_signed),
                "every certificate of it is signed with itself",
            ),
            (
                is_certified_only && all(&names_nothing),
                "no certificate of it names a host or anybody",
            ),
            (
                is_certified_only && all(&|one| one.is_endless),
                "every certificate of it is made to be good for more than thirty years",
            ),
            (
                all(&is_issued_here),
                "the private key of the authority that issued its certificates stands in the same scan",
            ),
        ];
        let doubts = doubts.into_iter().filter(|(speaks, _)| *speaks);
        doubts.map(|(_, why)| why.to_owned()).collect()
    }
}

fn holders(finding: &Finding) -> impl Iterator<Item = &Holder> {
    let held = finding.key_pair.iter().flat_map(|pair| &pair.held);
    held.map(|(_, holder)| &**holder)
}

fn certificates(finding: &Finding) -> impl Iterator<Item = &Certificate> {
    holders(finding).filter_map(|holder| match holder {
        Holder::Certificate(certificate) => Some(certificate),
        Holder::Bare(_) => None,
    })
}

/// Whether somebody is named, and none of them is anybody.
fn is_of_nobody(finding: &Finding) -> bool {
    let mut names = holders(finding).flat_map(names).peekable();
    names.peek().is_some() && names.all(|name| is_nobodys(&name))
}

/// Whom a holder names: the alternative names of a certificate, and only without them the subject's
/// common name (RFC 9525, section 2); the comment behind a public key.
fn names(holder: &Holder) -> Vec<String> {
    match holder {
        Holder::Bare(comment) if comment.is_empty() => Vec::new(),
        Holder::Bare(comment) => vec![comment.clone()],
        Holder::Certificate(certificate) if certificate.names.is_empty() => {
            common_names(certificate).map(str::to_owned).collect()
        }
        Holder::Certificate(certificate) => certificate.names.clone(),
    }
}

fn names_nothing(certificate: &Certificate) -> bool {
    certificate.names.is_empty() && common_names(certificate).next().is_none()
}

fn common_names(certificate: &Certificate) -> impl Iterator<Item = &str> {
    let attributes = certificate.subject.split(',');
    attributes.filter_map(|attribute| attribute.trim().strip_prefix("CN="))
}
