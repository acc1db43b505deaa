//! Asks everything that may suppress about every place of every finding.

use super::Suppressor;
use super::used::Used;
use crate::model::{
    Coverage, Finding, Kind, Occurrence, Remark, Shortfall, Suppression, SuppressionKind, Until,
    Where,
};
use std::sync::Arc;

impl Suppressor {
    /// Marks what is suppressed and what is known. Suppressions that are over and, if all was
    /// scanned, those that nothing needed are recorded as notes.
    pub fn judge(&self, findings: &mut [Finding], coverage: &Coverage) {
        let mut used = Used::of(self);
        for finding in findings {
            self.judge_one(finding, &mut used, coverage);
        }
        used.tell(self, coverage);
    }

    fn judge_one(&self, finding: &mut Finding, used: &mut Used, coverage: &Coverage) {
        let known = self.known(finding, used);
        finding.known = self.new_only && known.is_some();
        let known = known.filter(|_| !self.new_only);
        let named: Vec<Vec<usize>> = self
            .ignores
            .iter()
            .map(|ignores| ignores.for_finding(finding.fingerprint, &finding.rule))
            .collect();
        for place in &mut finding.occurrences {
            let inline = self.inline(place, &finding.rule, coverage);
            let ignored = self.ignored(place, &named, used);
            let allowed = place.suppression.take();
            place.suppression = inline.or(ignored).or_else(|| known.clone()).or(allowed);
        }
    }

    /// What the baseline says of a finding.
    fn known(&self, finding: &Finding, used: &mut Used) -> Option<Arc<Suppression>> {
        let baseline = self.baseline.as_ref()?;
        let known = baseline.contains(finding.fingerprint);
        known.then(|| {
            used.baseline.insert(finding.fingerprint);
            Arc::clone(baseline.suppression())
        })
    }

    /// What the first entry that fits says of a place; all that fit are in use. `named` are the
    /// entries of each file that speak of this secret and rule.
    fn ignored(
        &self,
        place: &Occurrence,
        named: &[Vec<usize>],
        used: &mut Used,
    ) -> Option<Arc<Suppression>> {
        let mut found = None;
        for (file, (ignores, named)) in self.ignores.iter().zip(named).enumerate() {
            for number in ignores.at_place(named, &place.place) {
                used.ignores[file][number] = true;
                let suppression = ignores.suppression(number);
                if found.is_none() && !self.is_over(suppression) {
                    found = Some(Arc::clone(suppression));
                }
            }
        }
        found
    }

    /// Whether the end of a suppression has come.
    pub(super) fn is_over(&self, suppression: &Suppression) -> bool {
        suppression.until.is_some_and(|day| day.is_over(self.now))
    }

    /// What the first remark that holds says of a place. Only the content of files has comments: the
    /// name of a file cannot speak for it, and what lies in an archive is somebody else's text.
    fn inline(
        &self,
        place: &Occurrence,
        rule: &str,
        coverage: &Coverage,
    ) -> Option<Arc<Suppression>> {
        if !self.inline || place.place.kind != Where::File || place.place.member.is_some() {
            return None;
        }
        let speaks = |remark: &&Remark| {
            remark.rules.is_empty() || remark.rules.iter().any(|named| named == rule)
        };
        let mut found = None;
        for remark in place.remarks.iter().filter(speaks) {
            match self.lapse(remark) {
                None => found = found.or_else(|| Some(Arc::new(suppression(remark)))),
                Some(why) => {
                    coverage.record(Shortfall::new(Kind::ExpiredSuppression, told(place), why))
                }
            }
        }
        found
    }

    /// Why a remark does not hold.
    fn lapse(&self, remark: &Remark) -> Option<String> {
        let name = remark.spelling.name();
        match remark.until {
            Until::Ever => None,
            Until::Day(day) if !day.is_over(self.now) => None,
            Until::Day(day) => Some(format!("the comment `{name}` held until {day}")),
            Until::Unclear => Some(format!(
                "the comment `{name}` names an end that is no date, so it does not hold; it is \
                 written until=YYYY-MM-DD"
            )),
        }
    }
}

/// A place, as people look for it.
fn told(place: &Occurrence) -> String {
    let path = place.place.full_path();
    let path = String::from_utf8_lossy(&path);
    format!("{}: {path}:{}", place.place.target, place.position.line)
}

fn suppression(remark: &Remark) -> Suppression {
    Suppression {
        kind: SuppressionKind::Inline,
        source: remark.spelling.name().to_owned(),
        reason: remark.reason.clone(),
        owner: None,
        until: match remark.until {
            Until::Day(day) => Some(day),
            Until::Ever | Until::Unclear => None,
        },
    }
}
