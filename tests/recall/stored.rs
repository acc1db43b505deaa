//! Every kind of secret where images, repositories and folders keep things: one run of the program
//! for each, with all secrets in it. What is at which place is told by the report.

use crate::Group;
use crate::encoded::wide;
use crate::kinds::{self, Kind};
use crate::kit::cli::{dir, put, text};
use crate::kit::report::Place;
use crate::kit::{Finding, Report};

/// A place with the secrets that were put there.
pub(crate) struct Spot {
    name: &'static str,
    /// Whether an occurrence stands there.
    is_at: Box<dyn Fn(Place<'_>) -> bool>,
    kinds: Vec<&'static Kind>,
}

impl Spot {
    pub(crate) fn new(
        name: &'static str,
        kinds: &[&'static Kind],
        is_at: impl Fn(Place<'_>) -> bool + 'static,
    ) -> Self {
        let (kinds, is_at) = (kinds.to_vec(), Box::new(is_at));
        Self { name, is_at, kinds }
    }
}

/// Every kind that is text, with its number.
pub(crate) fn texts() -> impl Iterator<Item = (usize, &'static Kind, &'static str)> {
    let kinds = kinds::ALL.iter().enumerate();
    kinds.filter_map(|(number, kind)| Some((number, kind, kind.as_str()?)))
}

/// Those of one line.
pub(crate) fn lines() -> impl Iterator<Item = (usize, &'static Kind, &'static str)> {
    let lines = texts().map(|(number, kind, text)| (number, kind, text.trim_end()));
    lines.filter(|(.., text)| !text.contains('\n'))
}

/// What a report shows of each spot.
pub(crate) fn groups(report: &Report, spots: &[Spot]) -> Vec<Group> {
    let findings = report.findings();
    let group = |spot: &Spot| {
        let at_spot = findings
            .iter()
            .filter(|finding| finding.places().into_iter().any(&spot.is_at));
        let shown: Vec<&str> = at_spot.map(Finding::plain).collect();
        let case = |kind: &&'static Kind| {
            let secret = String::from_utf8_lossy(&kind.secret);
            let is_it = |shown: &&str| shown.contains(secret.trim());
            (kind.rule.to_owned(), shown.iter().any(is_it))
        };
        Group::new(spot.name, spot.kinds.iter().map(case))
    };
    spots.iter().map(group).collect()
}

/// Files in UTF-16, in both orders, with and without a mark.
pub(crate) fn wide_files() -> Vec<Group> {
    type Order = fn(u16) -> [u8; 2];
    let orders: [(&str, Order); 2] = [("le", u16::to_le_bytes), ("be", u16::to_be_bytes)];
    let folder = tempfile::tempdir().expect("a folder");
    for (number, _, content) in texts() {
        for (name, order) in orders {
            let plain = wide(content.as_bytes(), order);
            let marked = [order(0xfeff).to_vec(), plain.clone()].concat();
            put(&folder, &format!("{name}/{number}"), plain);
            put(&folder, &format!("{name}-marked/{number}"), marked);
        }
    }
    let report = dir(["--no-repo-config", text(folder.path())])
        .run()
        .report();
    let kinds: Vec<_> = texts().map(|(_, kind, _)| kind).collect();
    let spot = |name, folder: &'static str| {
        Spot::new(name, &kinds, move |place| place.path().starts_with(folder))
    };
    let spots = [
        spot("UTF-16LE", "le/"),
        spot("UTF-16BE", "be/"),
        spot("UTF-16LE with a mark", "le-marked/"),
        spot("UTF-16BE with a mark", "be-marked/"),
    ];
    groups(&report, &spots)
}
