//! Progress on standard error: a line for each layer that is being read, with bytes and rate, and
//! the total below them. Nothing is drawn where nobody watches: not on a terminal, in CI, with
//! `--quiet`.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use residue::model::{Meter, Progress};

/// Characters of a label that are shown.
const LABEL: usize = 32;
/// A stream whose size is known.
const SIZED: &str = "{msg:32!} {bytes:>12} {binary_bytes_per_sec:>14} {percent:>5}% {bar:20}";
/// A stream of any size.
const UNSIZED: &str = "{msg:32!} {bytes:>12} {binary_bytes_per_sec:>14}";
/// All of them.
const TOTAL: &str = "{msg:32} {bytes:>12} {binary_bytes_per_sec:>14} {elapsed:>6}";

/// Draws progress.
pub(super) struct Display {
    lines: MultiProgress,
    total: ProgressBar,
}

/// A layer's line and the total.
struct Line {
    own: ProgressBar,
    total: ProgressBar,
    lines: MultiProgress,
}

impl Display {
    /// A display, or one that draws nothing.
    pub(super) fn new(quiet: bool) -> Self {
        let in_ci = std::env::var_os("CI").is_some_and(|value| !value.is_empty());
        let target = if quiet || in_ci {
            ProgressDrawTarget::hidden()
        } else {
            // Hides itself where standard error is no terminal.
            ProgressDrawTarget::stderr()
        };
        let lines = MultiProgress::with_draw_target(target);
        let total = lines.add(ProgressBar::no_length());
        total.set_style(style(TOTAL));
        total.set_message("total");
        Self { lines, total }
    }

    /// Wipes the display.
    pub(super) fn finish(&self) {
        self.total.finish_and_clear();
        // What is left on the terminal then is only cosmetic.
        let _ = self.lines.clear();
    }
}

impl Progress for Display {
    fn begin(&self, label: &str, bytes: Option<u64>) -> Box<dyn Meter> {
        let own = self
            .lines
            .insert_before(&self.total, ProgressBar::new(bytes.unwrap_or(0)));
        let template = if bytes.is_some() { SIZED } else { UNSIZED };
        own.set_style(style(template));
        own.set_message(tail(label));
        Box::new(Line {
            own,
            total: self.total.clone(),
            lines: self.lines.clone(),
        })
    }
}

impl Meter for Line {
    fn advance(&self, bytes: u64) {
        self.own.inc(bytes);
        self.total.inc(bytes);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.own.finish_and_clear();
        self.lines.remove(&self.own);
    }
}

/// The end of a label, where the layer is named; made visible, because it may hold what an image says
/// of itself.
fn tail(label: &str) -> String {
    let label: Vec<char> = label.escape_debug().collect();
    match label.len().checked_sub(LABEL) {
        None | Some(0) => label.into_iter().collect(),
        Some(cut) => std::iter::once('…')
            .chain(label.into_iter().skip(cut + 1))
            .collect(),
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_label_keeps_the_layer() {
        let label = "build/a/very/long/path, layer 3 (sha256:7babfdb74022)";
        assert_eq!(tail(label), "…, layer 3 (sha256:7babfdb74022)");
        assert_eq!(tail("app.tar"), "app.tar");
        assert_eq!(tail("\x1b"), "\\u{1b}");
    }

    #[test]
    fn the_templates_are_valid_and_a_layer_counts_for_the_total() {
        let display = Display::new(true);
        for bytes in [Some(10), None] {
            let meter = display.begin("layer 1\x1b[2J", bytes);
            meter.advance(4);
        }
        assert_eq!(display.total.position(), 8);
        for template in [SIZED, UNSIZED, TOTAL] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
        display.finish();
    }
}
