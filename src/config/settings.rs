//! The settings of a scan with where each comes from. Flags outweigh the environment, that the
//! target's file, that the user's file, that the defaults; lists add up.

use super::FailOn;
use crate::model::{Confidence, Kind, LimitChange, Limits, Policy};
use crate::report::{FORMATS, Format};
use std::fmt;
use std::time::Duration;

/// A value and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set<T> {
    /// What holds.
    pub value: T,
    /// Who said so.
    pub from: From,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum From {
    /// Nobody said anything.
    Default,
    /// A file and line.
    File(String),
    /// An environment variable.
    Environment,
    /// A flag, or the environment variable that stands for it.
    Flag,
}

impl fmt::Display for From {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Default => "default",
            Self::File(location) => location,
            Self::Environment => "environment",
            Self::Flag => "flag",
        })
    }
}

impl From {
    /// A value from here, if there is one.
    pub fn said<T>(&self, value: Option<T>) -> Option<Set<T>> {
        let from = self.clone();
        value.map(|value| Set { value, from })
    }

    /// The entries of a list from here.
    pub fn listed<T: Clone>(&self, values: &[T]) -> Vec<Set<T>> {
        let said = values.iter().map(|value| Set {
            value: value.clone(),
            from: self.clone(),
        });
        said.collect()
    }
}

/// What one file, or the flags together, ask for.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// Format of the report.
    pub format: Option<Set<&'static Format>>,
    /// Globs of files to leave out.
    pub exclude: Vec<Set<String>>,
    /// Whether git's ignore files count.
    pub respect_gitignore: Option<Set<bool>>,
    /// Wall-clock time after which the scan stops.
    pub timeout: Option<Set<Duration>>,
    /// Worker threads; 0 means one for each processor.
    pub threads: Option<Set<usize>>,
    /// Bytes for decoder windows and text in flight.
    pub max_memory: Option<Set<u64>>,
    /// How deep archives are opened inside each other.
    pub depth: Option<Set<usize>>,
    /// Limits with other values; of one limit the last counts.
    pub limits: Vec<Set<LimitChange>>,
    /// The least severity that fails.
    pub fail_on: Option<Set<FailOn>>,
    /// The least confidence that is shown.
    pub min_confidence: Option<Set<Confidence>>,
    /// Whether notes fail too.
    pub strict: Option<Set<bool>>,
    /// Kinds of gap that are accepted.
    pub allow_gap: Vec<Set<Kind>>,
}

/// What holds in the end.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Format of the report.
    pub format: Set<&'static Format>,
    /// Globs of files to leave out.
    pub exclude: Vec<Set<String>>,
    /// Whether git's ignore files count.
    pub respect_gitignore: Set<bool>,
    /// Wall-clock time after which the scan stops.
    pub timeout: Set<Option<Duration>>,
    /// Worker threads; 0 means one for each processor.
    pub threads: Set<usize>,
    /// Bytes for decoder windows and text in flight.
    pub max_memory: Set<u64>,
    /// How deep archives are opened inside each other.
    pub depth: Set<usize>,
    /// Limits with other values; of one limit the last counts.
    pub limits: Vec<Set<LimitChange>>,
    /// The least severity that fails.
    pub fail_on: Set<FailOn>,
    /// The least confidence that is shown.
    pub min_confidence: Set<Confidence>,
    /// Whether notes fail too.
    pub strict: Set<bool>,
    /// Kinds of gap that are accepted.
    pub allow_gap: Vec<Set<Kind>>,
}

impl<T> Set<T> {
    /// A value that a file states at this place.
    pub fn stated(value: T, location: String) -> Self {
        let from = From::File(location);
        Self { value, from }
    }

    fn default(value: T) -> Self {
        let from = From::Default;
        Self { value, from }
    }

    fn outweighed_by(&mut self, wish: Option<Self>) {
        if let Some(wish) = wish {
            *self = wish;
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        let policy = Policy::default();
        Self {
            format: Set::default(&FORMATS[0]),
            exclude: Vec::new(),
            respect_gitignore: Set::default(false),
            timeout: Set::default(None),
            threads: Set::default(0),
            max_memory: Set::default(Limits::default().memory),
            depth: Set::default(Limits::default().depth),
            limits: Vec::new(),
            fail_on: Set::default(FailOn(policy.fail_on)),
            min_confidence: Set::default(policy.min_confidence),
            strict: Set::default(policy.strict),
            allow_gap: Vec::new(),
        }
    }
}

impl Settings {
    /// Lets these wishes outweigh what held before.
    pub fn follow(&mut self, wishes: Wishes) {
        self.format.outweighed_by(wishes.format);
        self.exclude.extend(wishes.exclude);
        self.respect_gitignore
            .outweighed_by(wishes.respect_gitignore);
        let timeout = wishes.timeout.map(|Set { value, from }| Set {
            value: Some(value),
            from,
        });
        self.timeout.outweighed_by(timeout);
        self.threads.outweighed_by(wishes.threads);
        self.max_memory.outweighed_by(wishes.max_memory);
        self.depth.outweighed_by(wishes.depth);
        self.limits.extend(wishes.limits);
        self.fail_on.outweighed_by(wishes.fail_on);
        self.min_confidence.outweighed_by(wishes.min_confidence);
        self.strict.outweighed_by(wishes.strict);
        self.allow_gap.extend(wishes.allow_gap);
    }

    /// Follows a file of the scanned tree as far as it makes the gate no weaker and leaves nothing
    /// out. Returns the keys that were refused, with their places.
    pub(super) fn follow_tree(&mut self, mut wishes: Wishes) -> Vec<Set<&'static str>> {
        let mut refused = Refused(Vec::new());
        let least = |fail_on: FailOn| (fail_on.0.is_none(), fail_on.0);
        let (gate, shown) = (least(self.fail_on.value), self.min_confidence.value);
        refused.unless(&mut wishes.fail_on, "fail-on", |&wish| least(wish) <= gate);
        refused.unless(&mut wishes.min_confidence, "min-confidence", |&wish| {
            wish <= shown
        });
        let was_strict = self.strict.value;
        refused.unless(&mut wishes.strict, "strict", |&wish| wish || !was_strict);
        refused.unless(
            &mut wishes.respect_gitignore,
            "respect-gitignore",
            |&wish| !wish,
        );
        refused.unless(&mut wishes.timeout, "timeout", |_| false);
        refused.unless(&mut wishes.threads, "threads", |_| false);
        refused.unless(&mut wishes.max_memory, "max-memory", |_| false);
        refused.unless(&mut wishes.depth, "depth", |_| false);
        refused.all(&mut wishes.limits, "limits");
        refused.all(&mut wishes.exclude, "exclude");
        refused.all(&mut wishes.allow_gap, "allow-gap");
        self.follow(wishes);
        refused.0
    }

    /// Every limit by these settings.
    pub fn limits(&self) -> Limits {
        let mut limits = Limits {
            memory: self.max_memory.value,
            depth: self.depth.value,
            ..Limits::default()
        };
        for change in &self.limits {
            limits.change(change.value);
        }
        limits
    }

    /// What fails by these settings.
    pub fn policy(&self) -> Policy {
        Policy {
            fail_on: self.fail_on.value.0,
            fail_on_inherited: self.fail_on.value.0,
            min_confidence: self.min_confidence.value,
            strict: self.strict.value,
            allow_gaps: self.allow_gap.iter().map(|kind| kind.value).collect(),
            ..Policy::default()
        }
    }

    /// Every setting as (key, value, where it comes from); a list has a row for each entry.
    pub fn rows(&self) -> Vec<(&'static str, String, String)> {
        let timeout = |time: Duration| format!("{}s", time.as_secs_f64());
        let mut rows = vec![row("output.format", &self.format, |format| {
            format.name.to_owned()
        })];
        rows.extend(list("scan.exclude", &self.exclude, String::clone));
        rows.extend([
            row(
                "scan.respect-gitignore",
                &self.respect_gitignore,
                bool::to_string,
            ),
            row("scan.timeout", &self.timeout, |time| {
                time.map_or_else(|| "none".to_owned(), timeout)
            }),
            row("scan.threads", &self.threads, usize::to_string),
            row("scan.max-memory", &self.max_memory, u64::to_string),
            row("scan.depth", &self.depth, usize::to_string),
        ]);
        let change = |to: &LimitChange| format!("{}={}", to.limit.name, to.value);
        rows.extend(list("scan.limits", &self.limits, change));
        rows.extend([
            row("gate.fail-on", &self.fail_on, |fail| fail.name().to_owned()),
            row(
                "gate.min-confidence",
                &self.min_confidence,
                Confidence::to_string,
            ),
            row("gate.strict", &self.strict, bool::to_string),
        ]);
        let name = |kind: &Kind| kind.name().to_owned();
        rows.extend(list("gate.allow-gap", &self.allow_gap, name));
        rows
    }
}

type Row = (&'static str, String, String);

fn row<T>(key: &'static str, set: &Set<T>, shown: impl Fn(&T) -> String) -> Row {
    (key, shown(&set.value), set.from.to_string())
}

/// A row for each entry, or one that says there is none.
fn list<T>(key: &'static str, entries: &[Set<T>], shown: impl Fn(&T) -> String) -> Vec<Row> {
    match entries.is_empty() {
        true => vec![(key, "none".to_owned(), From::Default.to_string())],
        false => entries
            .iter()
            .map(|entry| row(key, entry, &shown))
            .collect(),
    }
}

/// The wishes of a tree that are not followed.
struct Refused(Vec<Set<&'static str>>);

impl Refused {
    fn unless<T>(
        &mut self,
        wish: &mut Option<Set<T>>,
        key: &'static str,
        harmless: impl FnOnce(&T) -> bool,
    ) {
        if let Some(wish) = wish.take_if(|wish| !harmless(&wish.value)) {
            let from = wish.from;
            self.0.push(Set { value: key, from });
        }
    }

    fn all<T>(&mut self, wishes: &mut Vec<Set<T>>, key: &'static str) {
        let first = std::mem::take(wishes).into_iter().next();
        self.unless(&mut first.map(Some).unwrap_or_default(), key, |_| false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::quantity;
    use crate::model::Severity;

    fn stated<T>(value: T) -> Option<Set<T>> {
        Some(Set::stated(value, "x.toml:1".to_owned()))
    }

    #[test]
    fn a_later_wish_outweighs_and_lists_add_up() {
        let mut settings = Settings::default();
        let glob = |glob: &str| Set::stated(glob.to_owned(), "x.toml:1".to_owned());
        let wishes = |threads, globs: &[&str]| Wishes {
            threads: stated(threads),
            exclude: globs.iter().copied().map(glob).collect(),
            ..Wishes::default()
        };
        settings.follow(wishes(3, &["a"]));
        settings.follow(wishes(5, &["b", "c"]));
        settings.follow(Wishes::default());
        assert_eq!(settings.threads.value, 5);
        let globs: Vec<_> = settings.exclude.iter().map(|glob| &*glob.value).collect();
        assert_eq!(globs, ["a", "b", "c"]);
        let row = settings
            .rows()
            .into_iter()
            .find(|row| row.0 == "scan.threads");
        assert_eq!(
            row,
            Some(("scan.threads", "5".to_owned(), "x.toml:1".to_owned()))
        );
    }

    #[test]
    fn a_tree_can_make_the_gate_stricter_only() {
        let table = [
            (Some(Severity::High), Some(Severity::Low), true),
            (Some(Severity::Low), Some(Severity::High), false),
            (Some(Severity::Critical), None, false),
            (None, Some(Severity::Critical), true),
        ];
        for (before, wish, followed) in table {
            let mut settings = Settings::default();
            settings.fail_on.value = FailOn(before);
            let wishes = Wishes {
                fail_on: stated(FailOn(wish)),
                ..Wishes::default()
            };
            let refused = settings.follow_tree(wishes);
            assert_eq!(refused.is_empty(), followed, "{before:?} {wish:?}");
            let expected = if followed { wish } else { before };
            assert_eq!(settings.fail_on.value, FailOn(expected));
        }
    }

    #[test]
    fn a_tree_cannot_leave_anything_out() {
        let wishes = Wishes {
            min_confidence: stated(Confidence::Confirmed),
            respect_gitignore: stated(true),
            timeout: stated(Duration::from_secs(1)),
            threads: stated(1000),
            max_memory: stated(1),
            depth: stated(0),
            limits: stated(quantity::limit("entries=1").unwrap())
                .into_iter()
                .collect(),
            exclude: stated("*".to_owned()).into_iter().collect(),
            allow_gap: stated(Kind::Corrupt).into_iter().collect(),
            strict: stated(true),
            format: stated(&FORMATS[1]),
            fail_on: None,
        };
        let mut settings = Settings::default();
        let refused = settings.follow_tree(wishes);
        let keys: Vec<_> = refused.iter().map(|refused| refused.value).collect();
        assert_eq!(
            keys,
            [
                "min-confidence",
                "respect-gitignore",
                "timeout",
                "threads",
                "max-memory",
                "depth",
                "limits",
                "exclude",
                "allow-gap"
            ]
        );
        assert!(settings.strict.value && settings.exclude.is_empty());
        assert_eq!(settings.format.value.name, "json");
    }
}
