//! One place of one secret as a SARIF result.

use super::model::{
    ArtifactLocation, Line, Location, LogicalLocation, Message, PhysicalLine, PhysicalLocation,
    Region, RelatedLocation, ResultProperties, SarifResult, Suppression, SuppressionProperties,
};
use super::{rule, uri};
use crate::model::{SuppressionKind, Where};
use crate::report::view::{self, BuildLine, Finding, History, Layer, Occurrence};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The result. `count` tells apart results of one secret at one path: other layers, other lines.
pub(super) fn of<'a>(
    finding: &'a Finding,
    place: &'a Occurrence,
    rule_index: usize,
    count: usize,
) -> SarifResult<'a> {
    SarifResult {
        rule_id: &finding.rule,
        rule_index,
        level: rule::level(finding.severity),
        baseline_state: finding.change.map(baseline_state),
        message: Message {
            text: message(finding, place),
        },
        locations: [location(finding, place)],
        related_locations: place.dockerfile.as_ref().map(|line| [related(line)]),
        partial_fingerprints: BTreeMap::from([
            (
                "primaryLocationLineHash",
                format!("{}:{count}", path_hash(finding, place)),
            ),
            ("secretHash/v1", finding.fingerprint.clone()),
        ]),
        suppressions: None,
        properties: properties(finding, place),
    }
}

/// The word of the standard for a change.
fn baseline_state(change: &str) -> &'static str {
    match change {
        "new" => "new",
        "moved" => "updated",
        "gone" => "absent",
        _ => "unchanged",
    }
}

/// Why a place is left out, as SARIF has it; none if it is not.
pub(super) fn suppressions<'a>(finding: &'a Finding, place: &Occurrence) -> Vec<Suppression<'a>> {
    let found = place
        .suppression
        .and_then(|number| finding.suppressed.get(number));
    found.map(suppression).into_iter().collect()
}

fn suppression(found: &view::Suppression) -> Suppression<'_> {
    Suppression {
        kind: match found.kind {
            SuppressionKind::Inline => "inSource",
            _ => "external",
        },
        status: "accepted",
        justification: match found.reason.as_str() {
            "" => format!("suppressed by {}", found.source),
            reason => reason.to_owned(),
        },
        properties: SuppressionProperties {
            by: found.kind.name(),
            source: &found.source,
            owner: found.owner.as_deref(),
            until: found.until.as_deref(),
        },
    }
}

fn message(finding: &Finding, place: &Occurrence) -> String {
    let mut text = format!(
        "{} {} in {}",
        finding.title,
        finding.secret.masked,
        place.spot()
    );
    let within = match &place.layer {
        Some(layer) => write!(text, " of layer {}{}", layer.index, by(layer)),
        None if place.kind == Where::File.name() => Ok(()),
        None if !place.in_image() => write!(text, " ({})", place.kind),
        None => write!(text, " of the image's {}", place.kind),
    };
    let written = match place.encoding() {
        Some(encoding) => write!(text, ", in {encoding}"),
        None => Ok(()),
    };
    let fate = match (place.state, &place.changed_by) {
        (Some(state), Some(later)) => {
            let (by, index) = (by(later), later.index);
            write!(
                text,
                "; {state} in layer {index}{by}, but still recoverable"
            )
        }
        _ => place
            .git
            .as_ref()
            .map_or(Ok(()), |git| past(&mut text, git)),
    };
    let vendored = match &place.vendored {
        Some(package) => write!(text, "; {}", package.told()),
        None => Ok(()),
    };
    let inherited = match &place.inherited {
        Some(base) => write!(text, "; inherited from {base}"),
        None => Ok(()),
    };
    // Writing to a string cannot fail.
    let _ = within.and(written).and(fate).and(vendored).and(inherited);
    text
}

/// What a git history tells.
fn past(text: &mut String, git: &History) -> std::fmt::Result {
    if let Some(commit) = &git.introduced {
        write!(text, "; brought by commit {}", commit.short())?;
    }
    match &git.removed {
        Some(commit) => {
            let id = commit.short();
            write!(text, ", removed by {id}, but still in the history")
        }
        None => Ok(()),
    }
}

fn by(layer: &Layer) -> String {
    layer
        .brief
        .as_ref()
        .map_or_else(String::new, |brief| format!(" ({brief})"))
}

/// Names the secret at its path, whatever the line: code scanning follows an alert by it. The
/// fingerprint in it is keyed, so that it tells nothing about the secret.
fn path_hash(finding: &Finding, place: &Occurrence) -> String {
    let mut hash = Sha256::new();
    for field in [&finding.fingerprint, place.kind, &place.full_path()] {
        hash.update(field);
        hash.update([0]);
    }
    let digest = hash.finalize();
    digest[..8].iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn location<'a>(finding: &Finding, place: &'a Occurrence) -> Location<'a> {
    Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation {
                uri: uri::of(place),
            },
            region: Region {
                start_line: place.line,
                start_column: place.column,
                end_line: place.line,
                end_column: place.column + finding.secret.first_line.max(1) as u64,
            },
        },
        logical_locations: logical(place),
    }
}

/// The line of a Dockerfile.
fn related(line: &BuildLine) -> RelatedLocation {
    RelatedLocation {
        message: Message {
            text: "The instruction that put it there".to_owned(),
        },
        physical_location: PhysicalLine {
            artifact_location: ArtifactLocation {
                uri: uri::of_file("", &line.file),
            },
            region: Line {
                start_line: line.line,
            },
        },
    }
}

/// The image, and the layer or document in it; a file on disk needs no more than its address.
fn logical(place: &Occurrence) -> Vec<LogicalLocation<'_>> {
    if !place.in_image() {
        return Vec::new();
    }
    let image = match &place.platform {
        Some(platform) => format!("{} ({platform})", place.target),
        None => place.target.clone(),
    };
    let inner = match &place.layer {
        Some(layer) => LogicalLocation {
            name: format!("layer {}{}", layer.index, by(layer)),
            fully_qualified_name: format!("{image}/{}", layer.digest),
            kind: "layer",
        },
        None => LogicalLocation {
            name: place.path.clone(),
            fully_qualified_name: format!("{image}/{}/{}", place.kind, place.path),
            kind: place.kind,
        },
    };
    let outer = LogicalLocation {
        name: image.clone(),
        fully_qualified_name: image,
        kind: "image",
    };
    vec![inner, outer]
}

fn properties<'a>(finding: &'a Finding, place: &'a Occurrence) -> ResultProperties<'a> {
    let layer = place.layer.as_ref();
    let later = place.changed_by.as_ref();
    ResultProperties {
        target: &place.target,
        platform: place.platform.as_deref(),
        kind: place.kind,
        path: &place.path,
        member: place.member.as_deref(),
        encodings: &place.encodings,
        layer_index: layer.map(|layer| layer.index),
        layer_digest: layer.map(|layer| &*layer.digest),
        layer_diff_id: layer.and_then(|layer| layer.diff_id.as_deref()),
        instruction: layer.and_then(|layer| layer.instruction.as_deref()),
        state: place.state,
        changed_by_layer_index: later.map(|layer| layer.index),
        changed_by_instruction: later.and_then(|layer| layer.instruction.as_deref()),
        commit: place.commit.as_deref(),
        git: place.git.as_ref(),
        vendored: place.vendored.as_ref(),
        inherited: place.inherited.as_deref(),
        severity: finding.severity.name(),
        confidence: finding.confidence.name(),
        example: finding.example,
        known: finding.known,
        reasons: &finding.reasons,
        advice: &finding.advice,
        key_pair: finding.key_pair.as_ref(),
        redacted: &finding.secret.masked,
        secret: finding.secret.plain.as_deref(),
    }
}
