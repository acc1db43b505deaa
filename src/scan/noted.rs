//! Notes as they are written down. What was judged of many versions of one text is written once, as it is
//! held once in memory: a secret of a thousand commits is a thousand short entries.

use super::spot::Spot;
use crate::model::{Identity, Judged, LayerId, Match, Origin, Position, Setting};
use crate::unpack::sums::FileSums;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// What was found in one text.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) spot: Spot,
    pub(super) matches: Vec<Match>,
    pub(super) sums: Option<FileSums>,
}

/// Notes, as they are written down.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Noted {
    judged: Vec<Judged>,
    texts: Vec<NotedText>,
    /// The last second at which something in it had expired already.
    expired: Option<i64>,
    /// The first second after which something more expires.
    expires: Option<i64>,
}

#[derive(Debug, Serialize, Deserialize)]
struct NotedText {
    spot: Spot,
    matches: Vec<NotedMatch>,
    sums: Option<FileSums>,
}

/// A match, with the number of what was judged.
#[derive(Debug, Serialize, Deserialize)]
struct NotedMatch {
    rule: usize,
    span: Range<u64>,
    position: Position,
    carried: bool,
    judged: usize,
    aliases: Vec<String>,
    setting: Option<Setting>,
}

/// What was found in a text of a layer or an object, and the hashes of the file.
pub(super) type Told = (Origin, Vec<Match>, Option<FileSums>);

impl Noted {
    /// These texts, without the bytes of any secret.
    pub(super) fn of(texts: &[Text], identity: &Identity, now: i64) -> Self {
        let mut judged = Vec::new();
        let mut numbers: HashMap<*const Judged, usize> = HashMap::new();
        let mut noted = |found: &Match| NotedMatch {
            rule: found.rule,
            span: found.span.clone(),
            position: found.position,
            carried: found.carried,
            judged: *numbers
                .entry(Arc::as_ptr(&found.judged))
                .or_insert_with(|| {
                    judged.push(found.judged.sealed(identity));
                    judged.len() - 1
                }),
            aliases: found.aliases.clone(),
            setting: found.setting.clone(),
        };
        let texts = texts.iter().map(|text| NotedText {
            spot: text.spot.clone(),
            matches: text.matches.iter().map(&mut noted).collect(),
            sums: text.sums,
        });
        let texts = texts.collect();
        let moments: Vec<i64> = judged
            .iter()
            .flat_map(|judged| &judged.expires)
            .copied()
            .collect();
        Self {
            expired: moments.iter().copied().filter(|&at| at < now).max(),
            expires: moments.iter().copied().filter(|&at| at >= now).min(),
            texts,
            judged,
        }
    }

    /// Reads notes that may speak of `rules` rules; `None` if they make no sense, or something has expired
    /// since, or has not yet.
    pub(super) fn read(noted: &[u8], rules: usize, now: i64) -> Option<Self> {
        let noted: Self = postcard::from_bytes(noted).ok()?;
        let mut matches = noted.texts.iter().flat_map(|text| &text.matches);
        let are_known = matches.all(|found| {
            found.rule < rules && found.judged < noted.judged.len() && is_sound(found)
        });
        let are_words = noted.judged.iter().all(has_words);
        let holds =
            noted.expired.is_none_or(|at| at < now) && noted.expires.is_none_or(|at| now <= at);
        (are_known && are_words && holds).then_some(noted)
    }

    /// The matches text by text: those of a layer, or without one of objects. `None` if they are of
    /// something else.
    pub(super) fn told(self, layer: Option<LayerId>) -> Option<Vec<Told>> {
        let judged: Vec<Arc<Judged>> = self.judged.into_iter().map(Arc::new).collect();
        let texts = self.texts.into_iter().map(|text| {
            let matches = text.matches.into_iter().map(|found| Match {
                rule: found.rule,
                span: found.span,
                position: found.position,
                carried: found.carried,
                judged: Arc::clone(&judged[found.judged]),
                aliases: found.aliases,
                setting: found.setting,
            });
            Some((text.spot.origin(layer)?, matches.collect(), text.sums))
        });
        texts.collect()
    }
}

/// Whether a match could come from a text: whoever has no key of his own shares it with everybody, who
/// may then have written the notes.
fn is_sound(found: &NotedMatch) -> bool {
    const FAR: u64 = 1 << 60;
    let Position {
        offset,
        line,
        column,
    } = found.position;
    let numbers = [found.span.end, offset, line, column];
    numbers.iter().all(|&at| at < FAR) && found.span.start <= found.span.end
}

/// Whether the names of encodings are such.
fn has_words(judged: &Judged) -> bool {
    let is_of_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let mut encodings = judged.encodings.iter();
    encodings.all(|name| name.bytes().all(is_of_word))
}
