//! The build history of an image config: which instruction made which layer, and the build
//! arguments that classic builders and BuildKit write in front of a command (`|2 A=x B=y sh -c`).

use super::json;
use serde_json::Value;
use std::sync::Arc;

/// Longest instruction that is shown, in characters.
const SHOWN: usize = 200;
/// What a builder writes in front of an instruction that runs nothing.
const NO_OPERATION: &str = "#(nop) ";
/// The usual shell in front of a command.
const SHELL: &str = "/bin/sh -c ";
/// What BuildKit adds to each instruction.
const BUILDKIT: &str = "# buildkit";

/// One step of a build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    created_by: String,
    empty_layer: bool,
    /// Whether its builder makes a layer of each step that changes files, so that one without a layer
    /// changed none.
    pub(super) is_layered: bool,
}

impl Step {
    /// Reads the `history` of a config; absent keys have the specification's defaults.
    pub(super) fn all_of(config: &Value, faults: &mut Vec<String>) -> Vec<Self> {
        let by_docker = is_by_docker(config);
        json::items(config, "history", faults)
            .iter()
            .map(|step| Self {
                created_by: json::text(step, "created_by")
                    .unwrap_or_default()
                    .to_owned(),
                empty_layer: step.get("empty_layer") == Some(&Value::Bool(true)),
                is_layered: is_layered(step, by_docker),
            })
            .collect()
    }

    /// The instruction as [`bare`] has it.
    pub(super) fn bare(&self) -> String {
        bare(&self.created_by)
    }

    /// Reads one `v1Compatibility` text of a schema 1 manifest.
    pub(super) fn of_schema1(value: &Value) -> Self {
        let mut faults = Vec::new();
        let command = value
            .get("container_config")
            .map(|config| json::texts(config, "Cmd", &mut faults))
            .unwrap_or_default();
        Self {
            created_by: command.join(" "),
            empty_layer: value.get("throwaway") == Some(&Value::Bool(true)),
            is_layered: true,
        }
    }
}

/// Whether Docker made the image last, and no builder that may make one layer of many steps: buildah leaves a label,
/// and keeps what Docker said of the base image.
fn is_by_docker(config: &Value) -> bool {
    let version = config.get("docker_version").and_then(Value::as_str);
    let labels = config.get("config").and_then(|config| config.get("Labels"));
    let is_by_buildah = labels.is_some_and(|labels| labels.get("io.buildah.version").is_some());
    version.is_some_and(|version| !version.is_empty()) && !is_by_buildah
}

/// The same of one step: BuildKit signs each, and so does kaniko, which may make one layer of all.
fn is_layered(step: &Value, by_docker: bool) -> bool {
    let said = |key| step.get(key).and_then(Value::as_str).unwrap_or_default();
    said("comment").starts_with("buildkit") || (by_docker && said("author") != "kaniko")
}

/// The instruction that made each of `layers` layers. A history of another length cannot be
/// matched, and no attribution is better than a wrong one.
pub(super) fn instructions(steps: &[Step], layers: usize) -> Vec<Option<Arc<str>>> {
    let Some(filled) = filled(steps, layers) else {
        return vec![None; layers];
    };
    let shown = |step: &Step| shorten(&step.bare());
    let shown = filled.into_iter().map(|step| shown(&steps[step]));
    shown
        .map(|text| (!text.is_empty()).then(|| text.into()))
        .collect()
}

/// The indexes of the steps that made `layers` layers; `None` if the history is of another length.
pub(super) fn filled(steps: &[Step], layers: usize) -> Option<Vec<usize>> {
    let numbered = steps.iter().enumerate();
    let filled = numbered.filter(|(_, step)| !step.empty_layer);
    let filled: Vec<usize> = filled.map(|(index, _)| index).collect();
    (filled.len() == layers).then_some(filled)
}

/// An instruction as it stood in the Dockerfile, as far as the history still tells: without build
/// arguments, the shell and comments of the builder, on one line.
fn bare(created_by: &str) -> String {
    let text = created_by.trim();
    let text = text.strip_suffix(BUILDKIT).unwrap_or(text);
    let bare = text.strip_prefix("RUN ").unwrap_or(text);
    let command = split_arguments(bare).map_or(bare, |(_, command)| command);
    let shell = command.strip_prefix(SHELL).map(str::trim_start);
    let words = match shell {
        Some(command) => match command.strip_prefix(NO_OPERATION) {
            Some(instruction) => instruction.to_owned(),
            None => format!("RUN {command}"),
        },
        None if command.len() < bare.len() => format!("RUN {command}"),
        None => text.to_owned(),
    };
    let line: Vec<&str> = words.split_whitespace().collect();
    line.join(" ")
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// The `NAME=value` texts in front of a command, and the command; all of the text is in one of them.
pub(super) fn apart(created_by: &str) -> (Vec<&str>, &str) {
    let text = created_by.trim();
    let bare = text.strip_prefix("RUN ").unwrap_or(text);
    split_arguments(bare).unwrap_or((Vec::new(), text))
}

/// Takes `|N NAME=value ... command` apart. Nothing is quoted in it, so a value ends where the
/// next name begins, and the last one at the shell or, without a shell, at its first blank.
fn split_arguments(text: &str) -> Option<(Vec<&str>, &str)> {
    let (count, rest) = text.strip_prefix('|')?.split_once(' ')?;
    let count: usize = count.parse().ok()?;
    let starts: Vec<usize> = argument_starts(rest).take(count).collect();
    let Some(&last) = starts.last() else {
        return Some((Vec::new(), rest));
    };
    let tail = &rest[last..];
    let end = tail
        .find(&format!(" {SHELL}"))
        .or_else(|| tail.find(" /"))
        .or_else(|| tail.find(' '))
        .map_or(rest.len(), |at| last + at);
    let ends = starts.iter().skip(1).map(|start| start - 1).chain([end]);
    let arguments = starts
        .iter()
        .zip(ends)
        .map(|(&start, end)| rest[start..end].trim())
        .collect();
    Some((arguments, rest[end..].trim_start()))
}

/// Where a blank, or the beginning, is followed by `NAME=`.
fn argument_starts(text: &str) -> impl Iterator<Item = usize> + '_ {
    let after_blank = text.match_indices(' ').map(|(at, _)| at + 1);
    std::iter::once(0)
        .chain(after_blank)
        .filter(|&start| begins_with_name(&text[start..]))
}

fn begins_with_name(text: &str) -> bool {
    let name = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    name.is_some_and(|end| {
        end > 0 && text[end..].starts_with('=') && !text.starts_with(|c: char| c.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn an_instruction_reads_like_its_dockerfile() {
        for (created_by, shown) in [
            (
                "/bin/sh -c #(nop) COPY dir:abc in /app ",
                "COPY dir:abc in /app",
            ),
            ("/bin/sh -c #(nop)  ENV A=b", "ENV A=b"),
            ("/bin/sh -c apk add   curl", "RUN apk add curl"),
            ("RUN /bin/sh -c make\n  all # buildkit", "RUN make all"),
            ("|2 A=b C=d /bin/sh -c make", "RUN make"),
            ("RUN |1 A=b /bin/sh -c make # buildkit", "RUN make"),
            (
                "|1 A=b /bin/bash -o pipefail -c make",
                "RUN /bin/bash -o pipefail -c make",
            ),
            ("COPY . . # buildkit", "COPY . ."),
            ("bazel build ...", "bazel build ..."),
            ("", ""),
        ] {
            assert_eq!(bare(created_by), shown, "{created_by}");
        }
        assert_eq!(shorten(&"é".repeat(300)).chars().count(), SHOWN + 1);
    }

    #[test]
    fn build_arguments_come_apart() {
        for (created_by, arguments) in [
            ("|1 TOKEN=abc /bin/sh -c make", vec!["TOKEN=abc"]),
            (
                "RUN |2 A=x y z TOKEN=a=b /bin/sh -c K=v make # buildkit",
                vec!["A=x y z", "TOKEN=a=b"],
            ),
            ("|1 A=/usr/bin /bin/bash -c x", vec!["A=/usr/bin"]),
            ("|1 EMPTY= /bin/sh -c x", vec!["EMPTY="]),
            ("|1 A=b", vec!["A=b"]),
            ("|0 /bin/sh -c x", vec![]),
            ("|99999999999999999999 A=b", vec![]),
            ("|x A=b", vec![]),
            ("|", vec![]),
            ("A=b", vec![]),
        ] {
            assert_eq!(apart(created_by).0, arguments, "{created_by}");
        }
    }

    #[test]
    fn layers_are_matched_in_order_or_not_at_all() {
        let config = json!({"history": [
            {"created_by": "/bin/sh -c one"},
            {"created_by": "ENV a", "empty_layer": true},
            {"created_by": "COPY two"},
        ]});
        let mut faults = Vec::new();
        let steps = Step::all_of(&config, &mut faults);
        assert_eq!(
            instructions(&steps, 2),
            [Some("RUN one".into()), Some("COPY two".into())]
        );
        assert_eq!(instructions(&steps, 1), [None]);
        assert_eq!(instructions(&steps, 3), [None, None, None]);
        assert_eq!(instructions(&[], 2), [None, None]);
        assert!(faults.is_empty());
    }

    proptest! {
        #[test]
        fn any_text_can_be_an_instruction(text in "(RUN )?\\|?[0-9]{0,2} ?([A-Z]=|é| |/|x){0,12}") {
            prop_assert!(shorten(&bare(&text)).chars().count() <= SHOWN + 1);
            for argument in apart(&text).0 {
                prop_assert!(argument.contains('=') && text.contains(argument));
            }
        }
    }
}
