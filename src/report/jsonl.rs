//! The report as lines of JSON, for tools that read one record at a time: a line with `type`
//! `finding` for each secret, and at the end one with `type` `summary` that has the rest. A file
//! without that last line was cut off.

use super::View;
use super::view::{Coverage, Finding, Hidden, Since, Suppressed, Target, Tool};
use serde::Serialize;
use std::io::{self, Write};

/// One line.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line<'a> {
    Finding(&'a Finding),
    Summary(Summary<'a>),
}

/// The fields of the JSON report but `findings`.
#[derive(Serialize)]
struct Summary<'a> {
    schema_version: u32,
    tool: &'a Tool,
    key_id: &'a str,
    complete: bool,
    targets: &'a [Target],
    coverage: &'a Coverage,
    hidden: &'a Hidden,
    suppressed: &'a Suppressed,
    findings: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<&'a Since>,
}

/// Writes the lines.
pub(super) fn render(view: &View, out: &mut dyn Write) -> io::Result<()> {
    for finding in &view.findings {
        put(&Line::Finding(finding), out)?;
    }
    let summary = Summary {
        schema_version: view.schema_version,
        tool: &view.tool,
        key_id: &view.key_id,
        complete: view.complete,
        targets: &view.targets,
        coverage: &view.coverage,
        hidden: &view.hidden,
        suppressed: &view.suppressed,
        findings: view.findings.len(),
        since: view.since.as_ref(),
    };
    put(&Line::Summary(summary), out)
}

fn put(line: &Line<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line)?;
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use crate::report::sample;
    use serde_json::Value;

    #[test]
    fn the_lines_hold_what_the_document_holds() {
        let view = sample::view();
        let document: Value = serde_json::from_str(&sample::rendered("json", &view)).unwrap();
        let mut lines: Vec<Value> = sample::rendered("jsonl", &view)
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let kinds: Vec<Value> = lines
            .iter_mut()
            .map(|line| line.as_object_mut().unwrap().remove("type").unwrap())
            .collect();
        assert_eq!(kinds, ["finding", "finding", "summary"]);
        let mut summary = lines.pop().unwrap();
        assert_eq!(summary["findings"], lines.len());
        summary["findings"] = Value::Array(lines);
        assert_eq!(summary, document);
    }
}
