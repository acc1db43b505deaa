//! Changes to a file as a unified diff, for `git apply` and `patch -p1`. A diff quotes the lines that go,
//! secrets and all; so what people are shown is a copy in which they are masked, and only the patch itself
//! is exact.

use super::visible::visible;
use crate::model::Secret;
use similar::TextDiff;

/// Shortest line of a secret that is masked, in bytes; shorter ones stand everywhere.
const LEAST: usize = 4;

/// What turns a file's text into another.
#[derive(Debug)]
pub struct Patch(String);

impl Patch {
    /// The changes of the file of this name, which is a path from where the patch is applied. Empty if
    /// there are none.
    pub fn new(name: &str, old: &str, new: &str) -> Self {
        let lines = |text| -> Vec<&str> { str::split_inclusive(text, '\n').collect() };
        let mut config = TextDiff::configure();
        // Only `\n` ends a line, as it does for those who apply it.
        let diff = config
            .newline_terminated(true)
            .diff_slices(&lines(old), &lines(new));
        let name = name.trim_start_matches("./").trim_start_matches('/');
        let (old, new) = (format!("a/{name}"), format!("b/{name}"));
        Self(diff.unified_diff().header(&old, &new).to_string())
    }

    /// The patch as it can be applied: it quotes secrets.
    pub fn exact(&self) -> &str {
        &self.0
    }

    /// The patch to be looked at: with secrets masked and control characters visible.
    pub fn shown<'s>(&self, secrets: impl Iterator<Item = &'s Secret>) -> String {
        let mut text = self.0.clone();
        let mut known: Vec<(String, String)> = secrets.flat_map(masks).collect();
        // A secret can be a part of another.
        known.sort_by_key(|(line, _)| std::cmp::Reverse(line.len()));
        for (line, mask) in known {
            text = text.replace(&line, &mask);
        }
        let words = |line: &str| -> String {
            let parts = line.trim_end_matches('\r').split('\t');
            let parts = parts.map(|part| visible(part.as_bytes()));
            parts.collect::<Vec<_>>().join("\t")
        };
        text.split('\n').map(words).collect::<Vec<_>>().join("\n")
    }
}

/// The lines of a secret, each with what is shown of it.
fn masks(secret: &Secret) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(secret.expose());
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| line.len() >= LEAST);
    let mask = |line: &str| Secret::new(line.as_bytes()).masked();
    lines.map(|line| (line.to_owned(), mask(line))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_is_a_unified_diff_from_the_root() {
        let old = "one\ntwo\r\nthree\rfour\nfive";
        let patch = Patch::new("./dir/x", old, "one\nthree\rfour\nfive\n");
        assert_eq!(
            patch.exact(),
            "--- a/dir/x\n+++ b/dir/x\n@@ -1,4 +1,3 @@\n one\n-two\r\n three\rfour\n-five\n\
             \\ No newline at end of file\n+five\n"
        );
        assert_eq!(Patch::new("x", old, old).exact(), "");
    }

    #[test]
    fn what_is_shown_has_no_secret_and_no_control_character() {
        let secret = Secret::new(b"hunter2hunter2\nxy\nsecond-line");
        let old = "a\tb \x1b[2J\nk: hunter2hunter2\n   second-line\nxy\n";
        let shown = Patch::new("x", old, "a\tb \x1b[2J\nxy\n").shown([secret].iter());
        assert!(
            !shown.contains("hunter2hunter2") && !shown.contains("second-line"),
            "{shown}"
        );
        assert!(
            shown.contains("-k: hu*") && shown.contains("a\tb \\x1b[2J"),
            "{shown}"
        );
        assert!(shown.contains("\n xy\n"), "{shown}");
    }
}
