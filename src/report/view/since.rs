//! The comparison with an older image.

use super::Finding;
use super::build::Builder;
use crate::model::{self, Change, Policy};
use serde::Serialize;

/// What became of the secrets of an older image.
#[derive(Debug, Serialize)]
pub struct Since {
    /// The older image, as the user typed it.
    pub target: String,
    /// Secrets that it does not have.
    pub new: usize,
    /// Secrets that it has elsewhere.
    pub moved: usize,
    /// Secrets that stand where it has them; they are not listed.
    pub unchanged: usize,
    /// Secrets that it alone has, worst first.
    pub gone: Vec<Finding>,
}

impl Builder<'_> {
    /// What became of the secrets of an older image, if there is one to compare with.
    pub(super) fn since(&self, policy: &Policy) -> Option<Since> {
        let mut targets = self.outcome.targets.iter();
        let former = targets.find(|target| target.is_former)?;
        let is = |finding: &model::Finding, change| {
            let is_told = policy.believes(finding) && !finding.is_suppressed();
            is_told && finding.change == Some(change)
        };
        let count = |change| {
            let findings = self.outcome.findings.iter();
            findings.filter(|finding| is(finding, change)).count()
        };
        Some(Since {
            target: self.name(&former.name),
            new: count(Change::New),
            moved: count(Change::Moved),
            unchanged: count(Change::Unchanged),
            gone: self.findings(|finding| is(finding, Change::Gone)),
        })
    }
}
