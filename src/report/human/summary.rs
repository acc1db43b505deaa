//! The end of the report: how many, what was scanned, what was not, and the verdict.

use super::finding::colour;
use super::number::{counted, size};
use super::page::{BAD, BOLD, DIM, GOOD, PLAIN, Page, Span, WARN, margin};
use crate::model::{Counter, Severity, Verdict};
use crate::report::View;
use crate::report::view::{Coverage, Shortfall};
use std::io;

/// Most shortfalls of one standing that are listed.
const LISTED: usize = 20;

/// Writes the end of the report.
pub(super) fn write(view: &View, page: &mut Page<'_>) -> io::Result<()> {
    page.rule()?;
    tally(view, page)?;
    page.field("scanned", PLAIN, &scanned(&view.coverage))?;
    coverage(view, page)?;
    verdict(view, page)
}

/// The number of findings by severity, and of those not shown.
fn tally(view: &View, page: &mut Page<'_>) -> io::Result<()> {
    let by_severity: Vec<(Severity, usize)> = Severity::ALL
        .into_iter()
        .rev()
        .map(|severity| {
            let all = view.findings.iter();
            let number = all.filter(|finding| finding.severity == severity).count();
            (severity, number)
        })
        .filter(|&(_, number)| number > 0)
        .collect();
    let total = match view.findings.len() {
        0 => "no secrets".to_owned(),
        number => counted(number as u64, "secrets"),
    };
    let shares: Vec<String> = by_severity
        .iter()
        .map(|(severity, number)| format!("{number} {severity}"))
        .collect();
    let label = margin("found");
    let mut spans: Vec<Span<'_>> = vec![(DIM, &label), (BOLD, &total)];
    for (number, (share, (severity, _))) in shares.iter().zip(&by_severity).enumerate() {
        spans.push((PLAIN, if number == 0 { ": " } else { ", " }));
        spans.push((colour(*severity), share));
    }
    page.line(&spans)?;
    hidden(view, page)
}

fn hidden(view: &View, page: &mut Page<'_>) -> io::Result<()> {
    match view.hidden.findings {
        0 => Ok(()),
        number => {
            let text = format!(
                "{number} more below {} confidence; `--min-confidence low` shows them",
                view.hidden.min_confidence
            );
            page.field("", DIM, &text)
        }
    }
}

/// The counters in one line. Files and bytes are told in any case; of what else there was none,
/// there was mostly none to be read.
fn scanned(coverage: &Coverage) -> String {
    let always = [Counter::Files.name(), Counter::Bytes.name()];
    let counts: Vec<String> = coverage
        .scanned
        .0
        .iter()
        .filter(|(name, number)| *number > 0 || always.contains(name))
        .map(|&(name, number)| match name {
            "bytes" => size(number),
            _ => counted(number, name),
        })
        .collect();
    counts.join(", ")
}

fn coverage(view: &View, page: &mut Page<'_>) -> io::Result<()> {
    let Coverage {
        gaps,
        accepted,
        notes,
        ..
    } = &view.coverage;
    match gaps.len() as u64 {
        0 => page.field("coverage", GOOD, "complete")?,
        number => page.field(
            "coverage",
            BAD,
            &format!("incomplete: {}", counted(number, "gaps")),
        )?,
    }
    list("gap", BAD, gaps, page)?;
    if let Some(gap) = gaps.first() {
        let text = format!("`--allow-gap {}` accepts this kind of gap", gap.kind);
        page.field("", DIM, &text)?;
    }
    list("accepted", WARN, accepted, page)?;
    list("note", DIM, notes, page)
}

fn list(
    label: &str,
    style: anstyle::Style,
    shortfalls: &[Shortfall],
    page: &mut Page<'_>,
) -> io::Result<()> {
    for shortfall in shortfalls.iter().take(LISTED) {
        let kind = format!("{}: ", shortfall.kind);
        page.line(&[
            (style, &margin(label)),
            (style, &kind),
            (PLAIN, &shortfall.place),
        ])?;
        page.field(
            "",
            PLAIN,
            &format!("{}{}", shortfall.detail, shortfall.repeated()),
        )?;
    }
    match shortfalls.len().saturating_sub(LISTED) {
        0 => Ok(()),
        more => page.field(
            label,
            style,
            &format!("and {more} more; the json format lists all"),
        ),
    }
}

/// What the gate says, with the exit code.
fn verdict(view: &View, page: &mut Page<'_>) -> io::Result<()> {
    let gate = &view.gate;
    let mut reasons = Vec::new();
    if let (Verdict::Found, Some(least)) = (gate.verdict, gate.fail_on) {
        let failing = counted(gate.failing as u64, "secrets");
        reasons.push(format!("{failing} of {least} severity or above"));
    }
    if !view.complete {
        reasons.push("not everything could be read".to_owned());
    }
    if reasons.is_empty() {
        reasons.push("everything was read and nothing fails".to_owned());
    }
    let (style, word) = match gate.exit {
        0 => (GOOD, "pass"),
        _ => (BAD, "FAIL"),
    };
    let text = format!("{} (exit code {})", reasons.join("; "), gate.exit);
    page.line(&[(style, &margin(word)), (PLAIN, &text)])
}
