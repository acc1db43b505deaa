//! The words of an instruction's arguments, by the rules of the Dockerfile reference: blanks part them,
//! quotes and the escape sign join them, and an escaped line end or a comment in between counts for
//! nothing.

use std::ops::Range;

/// One word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Where it stands, quotes included.
    pub(super) span: Range<usize>,
    /// What it says.
    pub(super) text: String,
}

/// Reads words from a text.
struct Reader<'t> {
    text: &'t str,
    at: usize,
    end: usize,
    escape: char,
}

/// The words in `range` of a text, whose escape sign is `\` or a backtick. Where a parser says that something
/// ends may be in the middle of a character.
pub(super) fn words(text: &str, range: Range<usize>, escape: char) -> Vec<Word> {
    let [at, end] = [range.start, range.end].map(|at| text.floor_char_boundary(at));
    let mut reader = Reader {
        text,
        at,
        end: end.max(at),
        escape,
    };
    std::iter::from_fn(|| reader.word()).collect()
}

/// A text on one line: continuations and comments between them removed, blanks made one.
pub(super) fn on_one_line(text: &str, escape: char) -> String {
    let mut reader = Reader {
        text,
        at: 0,
        end: text.len(),
        escape,
    };
    let mut joined = String::with_capacity(text.len());
    while let Some(sign) = reader.peek() {
        if !reader.continuation() {
            joined.push(sign);
            reader.at += sign.len_utf8();
        }
    }
    let words: Vec<&str> = joined.split_whitespace().collect();
    words.join(" ")
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..self.end]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn word(&mut self) -> Option<Word> {
        while self.continuation() || self.peek()?.is_whitespace() {
            let blank = self.rest().chars().next().filter(|c| c.is_whitespace());
            self.at += blank.map_or(0, char::len_utf8);
        }
        let start = self.at;
        let (mut text, mut quote, mut end) = (String::new(), None, start);
        while let Some(sign) = self.peek() {
            if self.continuation() {
                continue;
            }
            if quote.is_none() && sign.is_whitespace() {
                break;
            }
            self.at += sign.len_utf8();
            match (sign, quote) {
                ('"' | '\'', None) => quote = Some(sign),
                (_, Some(open)) if sign == open => quote = None,
                _ if sign == self.escape && quote != Some('\'') => {
                    text.extend(self.peek());
                    self.at += self.peek().map_or(0, char::len_utf8);
                }
                _ => text.push(sign),
            }
            end = self.at;
        }
        let span = start..end;
        (!span.is_empty()).then_some(Word { span, text })
    }

    /// Passes over an escaped line end, and the comments and empty lines behind it.
    fn continuation(&mut self) -> bool {
        let Some(rest) = self.rest().strip_prefix(self.escape) else {
            return false;
        };
        let blank = rest.trim_start_matches([' ', '\t', '\r']);
        let Some(next) = blank.strip_prefix('\n') else {
            return false;
        };
        self.at = self.end - next.len();
        loop {
            let line = self.rest().split_inclusive('\n').next().unwrap_or("");
            let is_passed = line.trim_start().starts_with('#') || line == "\n" || line == "\r\n";
            if !is_passed {
                return true;
            }
            self.at += line.len();
        }
    }
}
