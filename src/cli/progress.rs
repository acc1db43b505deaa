//! Progress on standard error. On a terminal a line for each blob that is being read, with bytes, rate
//! and time left, and the total below them; elsewhere, as in the log of a pipeline, one plain line for
//! each image. Nothing at all with `--quiet` or `--no-progress`, and never anything on standard output.

use super::tell;
use anstyle::Style;
use indicatif::{BinaryBytes, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use residue::model::{Ahead, Meter, Progress};
use residue::report::visible;
use std::env;
use std::io::{self, IsTerminal as _};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Characters of a label that are shown.
const LABEL: usize = 30;
/// A stream whose size is known; lines fit into 80 columns.
const SIZED: &str =
    "{msg:30!} {bytes:>10} / {total_bytes:<10} {binary_bytes_per_sec:>12} {eta:>4} left";
/// A stream of any size.
const UNSIZED: &str = "{msg:30!} {bytes:>10}              {binary_bytes_per_sec:>12}";
/// All of them, if nobody knows how much it will be.
const TOTAL: &str =
    "{msg:30} {bytes:>10}              {binary_bytes_per_sec:>12} {elapsed:>4} so far";
/// How often lines are drawn while nothing comes in.
const TICK: Duration = Duration::from_millis(500);

/// How progress is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Lines that change in place.
    Drawn,
    /// A line for each image.
    Written,
    /// Not at all.
    Silent,
}

/// Tells progress.
pub(super) struct Display {
    form: Form,
    lines: MultiProgress,
    total: ProgressBar,
    /// All bytes that will be read, as long as every target says how many.
    ahead: Mutex<Option<u64>>,
}

/// A blob's line and the total.
struct Line {
    own: ProgressBar,
    total: ProgressBar,
    lines: MultiProgress,
}

impl Form {
    fn of(is_wanted: bool) -> Self {
        let in_ci = env::var_os("CI").is_some_and(|value| !value.is_empty());
        match is_wanted {
            false => Self::Silent,
            true if in_ci || !io::stderr().is_terminal() => Self::Written,
            true => Self::Drawn,
        }
    }
}

impl Display {
    /// A display, or one that tells nothing.
    pub(super) fn new(is_wanted: bool) -> Self {
        Self::in_form(Form::of(is_wanted))
    }

    fn in_form(form: Form) -> Self {
        let target = match form {
            Form::Drawn => ProgressDrawTarget::stderr(),
            Form::Written | Form::Silent => ProgressDrawTarget::hidden(),
        };
        let lines = MultiProgress::with_draw_target(target);
        let total = lines.add(ProgressBar::no_length());
        total.set_style(style(TOTAL));
        total.set_message("total");
        if form == Form::Drawn {
            total.enable_steady_tick(TICK);
        }
        Self {
            form,
            lines,
            total,
            ahead: Mutex::new(Some(0)),
        }
    }

    /// Wipes the display.
    pub(super) fn finish(&self) {
        self.total.finish_and_clear();
        // What is left on the terminal then is only cosmetic.
        let _ = self.lines.clear();
    }

    /// Adds to the total what a target has; one that does not say leaves it without an end.
    fn lengthen(&self, bytes: Option<u64>) {
        let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        *ahead = ahead.zip(bytes).map(|(all, more)| all.saturating_add(more));
        match *ahead {
            Some(all) => {
                self.total.set_length(all);
                self.total.set_style(style(SIZED));
            }
            None => {
                self.total.unset_length();
                self.total.set_style(style(TOTAL));
            }
        }
    }
}

impl Progress for Display {
    fn begin(&self, label: &str, bytes: Option<u64>) -> Box<dyn Meter> {
        let own = match bytes {
            Some(bytes) => ProgressBar::new(bytes).with_style(style(SIZED)),
            None => ProgressBar::no_length().with_style(style(UNSIZED)),
        };
        let own = self.lines.insert_before(&self.total, own);
        own.set_message(tail(label));
        Box::new(Line {
            own,
            total: self.total.clone(),
            lines: self.lines.clone(),
        })
    }

    fn expect(&self, target: &str, ahead: Option<Ahead>) {
        match self.form {
            Form::Drawn => self.lengthen(ahead.and_then(|ahead| ahead.bytes)),
            Form::Written => tell(Style::new().dimmed(), "reading", &told(target, ahead)),
            Form::Silent => {}
        }
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

/// An image in one line, whatever it is called.
fn told(target: &str, ahead: Option<Ahead>) -> String {
    let target = visible(target.as_bytes());
    let Some(ahead) = ahead else {
        return target;
    };
    let counted = |number, noun| match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    };
    let images = counted(ahead.images, "image");
    let layers = counted(ahead.layers, "layer");
    match ahead.bytes {
        Some(bytes) => format!("{target}: {images}, {layers}, {}", BinaryBytes(bytes)),
        None => format!("{target}: {images}, {layers}"),
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

    fn ahead(bytes: Option<u64>) -> Option<Ahead> {
        Some(Ahead {
            images: 2,
            layers: 1,
            bytes,
        })
    }

    #[test]
    fn a_long_label_keeps_the_layer() {
        let label = "build/a/very/long/path, layer 3 (sha256:7babfdb74022)";
        assert_eq!(tail(label), "…layer 3 (sha256:7babfdb74022)");
        assert_eq!(tail("app.tar"), "app.tar");
        assert_eq!(tail("\x1b"), "\\u{1b}");
    }

    #[test]
    fn the_templates_are_valid_and_a_layer_counts_for_the_total() {
        let display = Display::new(false);
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

    #[test]
    fn the_end_of_all_is_known_as_long_as_every_target_says_its_size() {
        let display = Display::in_form(Form::Silent);
        display.lengthen(Some(10));
        display.lengthen(Some(u64::MAX));
        assert_eq!(display.total.length(), Some(u64::MAX));
        display.lengthen(None);
        display.lengthen(Some(1));
        assert_eq!(display.total.length(), None);
    }

    #[test]
    fn an_image_is_told_in_one_line() {
        assert_eq!(told("app:1", None), "app:1");
        assert_eq!(
            told("a\n::error::b\u{202e}", None),
            r"a\n::error::b\u{202e}"
        );
        assert_eq!(told("app:1", ahead(None)), "app:1: 2 images, 1 layer");
        assert_eq!(
            told("app:1", ahead(Some(1536))),
            "app:1: 2 images, 1 layer, 1.50 KiB"
        );
    }
}
