//! The report that people read: one block for each secret, worst first; of several images a table;
//! then what was scanned and what was not, and last the verdict, where a terminal leaves the eye.
//!
//! Colours are written always; the writer strips them where they are not wanted. The layout is
//! 100 columns wide whatever the terminal, so that the same input gives the same bytes.

use super::View;
use page::Page;
use std::collections::HashSet;
use std::io::{self, Write};

mod finding;
mod history;
mod matrix;
mod number;
mod page;
mod relatives;
mod summary;

/// Writes the report.
pub(super) fn render(view: &View, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(out);
    let images: usize = view.targets.iter().map(|target| target.images.len()).sum();
    let several = images > 1 || view.targets.len() > 1;
    let mut advised = HashSet::new();
    for finding in &view.findings {
        finding::write(finding, several, &mut page)?;
        if advised.insert(&finding.rule) {
            finding::advice(finding, &mut page)?;
        } else {
            finding::advice_above(finding, &mut page)?;
        }
        finding::places_advice(finding, &mut page)?;
        page.blank()?;
    }
    matrix::write(view, &mut page)?;
    summary::write(view, &mut page)
}

#[cfg(test)]
mod tests {
    use crate::model::Policy;
    use crate::report::{View, sample};

    #[test]
    fn a_report_with_everything() {
        insta::assert_snapshot!(sample::rendered("human", &sample::view()));
    }

    #[test]
    fn a_report_with_nothing() {
        insta::assert_snapshot!(sample::rendered("human", &sample::clean_view()));
    }

    #[test]
    fn advice_is_given_once_for_each_rule() {
        let mut outcome = sample::outcome();
        let (rule, advice) = (
            outcome.findings[0].rule.clone(),
            "Deactivate the key in IAM",
        );
        outcome.findings[1].rule = rule.clone();
        outcome.findings[1].remediation = outcome.findings[0].remediation.clone();
        let view = View::new(&outcome, &Policy::default(), false);
        let text = sample::rendered("human", &view);
        assert_eq!(text.matches(advice).count(), 1, "{text}");
        assert!(
            text.contains(&format!("the same as for the {rule} above")),
            "{text}"
        );
    }

    #[test]
    fn scanned_text_gives_no_orders_to_a_ci_system() {
        let text = sample::rendered("human", &sample::hostile_view());
        assert!(!text.contains("##["), "{text}");
        let order = |line: &&str| line.trim_start().starts_with("::");
        assert_eq!(text.lines().find(order), None);
        assert!(text.contains(r"\::add-mask::"), "{text}");
    }
}
