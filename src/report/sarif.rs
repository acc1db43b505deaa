//! SARIF 2.1.0, as code scanning services take it.
//!
//! One run for each target, so that each target is a category of its own; one result for each
//! place of a secret, because a result has the properties of one layer. GitHub refuses or cuts
//! files beyond its limits, so results are written by severity, shared out over runs, and what
//! still does not fit is counted in the report.

use super::View;
use super::view::{Finding, Occurrence, Shortfall};
use model::{
    AutomationDetails, Descriptor, Driver, Invocation, Log, Message, Notification, Run,
    RunProperties, SarifResult, Tool,
};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::io::{self, Write};

mod model;
mod result;
mod rule;
mod uri;

/// Results that GitHub keeps of one run.
const RESULTS: usize = 5_000;
/// Runs that GitHub takes in one file.
const RUNS: usize = 20;
/// The run that the targets share for which there is no run of their own.
const LAST: usize = RUNS - 1;
/// Where the schema is published.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// One place of one secret.
#[derive(Clone, Copy)]
struct Hit<'a> {
    finding: &'a Finding,
    place: &'a Occurrence,
    /// Number of the place among those of its finding.
    number: usize,
}

/// The results that make a run.
struct Share<'a> {
    /// The target that names the run.
    target: &'a str,
    /// Number of the run among those of the target.
    part: usize,
    hits: Vec<Hit<'a>>,
}

/// Writes the log.
pub(super) fn render(view: &View, out: &mut dyn Write) -> io::Result<()> {
    let (shares, left_out) = shares(view, RESULTS);
    let runs = shares
        .iter()
        .map(|share| run(view, share, left_out))
        .collect();
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs,
    };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

/// Shares the places out over runs of at most `most` results, and counts what is left out. Every
/// target gets its first run before any gets a second; from the twentieth target on they have to
/// share one.
fn shares(view: &View, most: usize) -> (Vec<Share<'_>>, usize) {
    let mut shares = Vec::new();
    for (group, target) in view.targets.iter().take(RUNS).enumerate() {
        let name: &str = match group {
            LAST if view.targets.len() > RUNS => "other targets",
            _ => &target.name,
        };
        let hits = hits(view, group);
        let first: Vec<_> = hits.iter().take(most).copied().collect();
        shares.push(Share {
            target: name,
            part: 0,
            hits: first,
        });
        let rest = hits.get(most..).unwrap_or_default().chunks(most);
        shares.extend(rest.zip(1..).map(|(chunk, part)| Share {
            target: name,
            part,
            hits: chunk.to_vec(),
        }));
    }
    shares.sort_by_key(|share| share.part);
    let beyond = shares.split_off(shares.len().min(RUNS));
    (shares, beyond.iter().map(|share| share.hits.len()).sum())
}

/// The places in one group of targets: the worst first, of each severity the first place of every
/// secret before the second of any, and what is suppressed last.
fn hits(view: &View, group: usize) -> Vec<Hit<'_>> {
    let mut hits: Vec<Hit<'_>> = Vec::new();
    for finding in view.all().chain(view.gone()) {
        let open = finding.occurrences.iter();
        let places = open.chain(&finding.suppressed_occurrences);
        let here = places.filter(|place| place.target_index.min(LAST) == group);
        hits.extend(here.enumerate().map(|(number, place)| Hit {
            finding,
            place,
            number,
        }));
    }
    hits.sort_by_key(|hit| {
        let is_suppressed = hit.place.suppression.is_some();
        (is_suppressed, Reverse(hit.finding.severity), hit.number)
    });
    hits
}

fn run<'a>(view: &'a View, share: &Share<'a>, left_out: usize) -> Run<'a> {
    let used: BTreeSet<&str> = share.hits.iter().map(|hit| &*hit.finding.rule).collect();
    let ids: Vec<&str> = used.into_iter().collect();
    Run {
        tool: Tool {
            driver: Driver {
                name: view.tool.name,
                version: view.tool.version,
                semantic_version: view.tool.version,
                rules: rule::all(&ids, view),
            },
        },
        automation_details: AutomationDetails {
            id: category(view, share),
        },
        invocations: [Invocation {
            execution_successful: view.complete,
            tool_execution_notifications: notifications(view, left_out),
        }],
        column_kind: "unicodeCodePoints",
        results: results(&share.hits, &ids),
        properties: RunProperties {
            key_id: &view.key_id,
            hidden_findings: view.hidden.findings,
            suppressed_findings: view.suppressed.findings,
            left_out_results: left_out,
        },
    }
}

/// The category of a run: all up to the last `/`. It holds no run id, because the same input has
/// to give the same bytes.
fn category(view: &View, share: &Share<'_>) -> String {
    match share.part {
        0 => format!("{}/{}/", view.tool.name, share.target),
        part => format!("{}/{}/part {}/", view.tool.name, share.target, part + 1),
    }
}

fn results<'a>(hits: &[Hit<'a>], ids: &[&str]) -> Vec<SarifResult<'a>> {
    let mut counts = std::collections::HashMap::new();
    // The standard wants the field on every result of a run or on none [3.27.23].
    let any = hits.iter().any(|hit| hit.place.suppression.is_some());
    hits.iter()
        .map(|hit| {
            let index = ids.binary_search(&&*hit.finding.rule).unwrap_or_default();
            let count: &mut usize = counts
                .entry((
                    &hit.finding.fingerprint,
                    hit.place.kind,
                    hit.place.full_path(),
                ))
                .or_default();
            *count += 1;
            SarifResult {
                suppressions: any.then(|| result::suppressions(hit.finding, hit.place)),
                ..result::of(hit.finding, hit.place, index, *count)
            }
        })
        .collect()
}

/// What the tool says about the scan: what was not read, and what is not written.
fn notifications(view: &View, left_out: usize) -> Vec<Notification<'_>> {
    let coverage = &view.coverage;
    let lists = [
        ("error", &coverage.gaps),
        ("warning", &coverage.accepted),
        ("note", &coverage.notes),
    ];
    let shortfalls = lists.into_iter().flat_map(|(level, list)| {
        list.iter()
            .map(move |shortfall| notification(level, shortfall.kind, told(shortfall)))
    });
    let cut = (left_out > 0).then(|| {
        let text = format!(
            "{left_out} results are left out: a file holds at most {RUNS} runs of {RESULTS} \
             results. The json report has all of them."
        );
        notification("warning", "left-out", text)
    });
    shortfalls.chain(cut).collect()
}

fn told(shortfall: &Shortfall) -> String {
    let Shortfall { place, detail, .. } = shortfall;
    format!("{place}: {detail}{}", shortfall.repeated())
}

fn notification<'a>(level: &'static str, id: &'a str, text: String) -> Notification<'a> {
    Notification {
        level,
        message: Message { text },
        descriptor: Descriptor { id },
    }
}

#[cfg(test)]
mod tests;
