//! Lines on a page: a label on the left, wrapped text beside it, and the styles.
//!
//! CI systems obey lines of a job's output that begin with `::` and, anywhere in a line, `##[`.
//! Scanned text must not speak to them, so both are broken up here, where every line passes.

use anstyle::{AnsiColor, Style};
use std::io::{self, Write};

/// Columns of a page.
const WIDTH: usize = 100;
/// Columns of the margin that labels stand in.
const MARGIN: usize = 12;

/// For what is only there to guide the eye.
pub(super) const DIM: Style = Style::new().dimmed();
/// For plain text.
pub(super) const PLAIN: Style = Style::new();
/// For what a reader looks for.
pub(super) const BOLD: Style = Style::new().bold();
/// For what is well.
pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// For what needs a look.
pub(super) const WARN: Style = AnsiColor::Yellow.on_default();
/// For what is wrong.
pub(super) const BAD: Style = AnsiColor::Red.on_default().bold();

/// A stretch of text in one style.
pub(super) type Span<'t> = (Style, &'t str);

/// Writes lines.
pub(super) struct Page<'w> {
    out: &'w mut dyn Write,
}

impl<'w> Page<'w> {
    /// A page on a writer.
    pub(super) fn new(out: &'w mut dyn Write) -> Self {
        Self { out }
    }

    /// An empty line.
    pub(super) fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// A line of spans, never wrapped.
    pub(super) fn line(&mut self, spans: &[Span<'_>]) -> io::Result<()> {
        let mut at_start = true;
        for &(style, text) in spans {
            let text = text.replace("##[", r"##\[");
            let (space, words) = text.split_at(text.len() - text.trim_start().len());
            let guard = if at_start && words.starts_with("::") {
                "\\"
            } else {
                ""
            };
            at_start &= words.is_empty();
            write!(self.out, "{style}{space}{guard}{words}{style:#}")?;
        }
        writeln!(self.out)
    }

    /// A label in the margin and a text beside it, wrapped.
    pub(super) fn field(&mut self, label: &str, style: Style, text: &str) -> io::Result<()> {
        self.wrapped((DIM, &margin(label)), style, text)
    }

    /// A text beside some lead of its own; further lines are indented as far.
    pub(super) fn wrapped(&mut self, lead: Span<'_>, style: Style, text: &str) -> io::Result<()> {
        let indent = lead.1.chars().count();
        let rest = " ".repeat(indent);
        for (number, line) in wrap(text, WIDTH - indent).iter().enumerate() {
            let lead = if number == 0 { lead } else { (PLAIN, &*rest) };
            self.line(&[lead, (style, line)])?;
        }
        Ok(())
    }

    /// A rule across the page.
    pub(super) fn rule(&mut self) -> io::Result<()> {
        self.line(&[(DIM, &"─".repeat(WIDTH))])
    }
}

/// A label, padded to the width of the margin.
pub(super) fn margin(label: &str) -> String {
    format!("  {label:<width$}", width = MARGIN - 2)
}

/// Breaks a text between words. A longer word stands on a line of its own, unbroken, so that
/// paths and addresses can be copied.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut column = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            lines.push(String::new());
            column = 0;
        }
        if let Some(line) = lines.last_mut() {
            if column > 0 {
                line.push(' ');
                column += 1;
            }
            line.push_str(word);
            column += length;
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_wrapped_and_never_broken() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("a very-long-word b", 6), ["a", "very-long-word", "b"]);
        assert_eq!(wrap("", 8), [""]);
        assert_eq!(wrap("éé éé é", 5), ["éé éé", "é"]);
    }
}
