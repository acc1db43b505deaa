//! Reads a JSON report the way its users do, by field name, and says in full what is missing.

use jsonschema::Validator;
use serde_json::Value;
use std::sync::LazyLock;

/// The published schema; every report of every test is held to it.
static SCHEMA: LazyLock<Validator> = LazyLock::new(|| {
    let schema = include_str!("../../docs/report.schema.json");
    jsonschema::draft202012::new(&serde_json::from_str(schema).unwrap()).unwrap()
});

/// A report made with `--show-secrets`.
#[derive(Debug)]
pub struct Report(pub Value);

/// One finding of it.
#[derive(Debug)]
pub struct Finding<'a>(pub &'a Value);

/// One place of a finding.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a>(pub &'a Value);

impl Report {
    /// Reads a report.
    ///
    /// # Errors
    /// When it is not JSON or not of the schema.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let report = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let errors = SCHEMA.iter_errors(&report);
        let errors: Vec<_> = errors
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        match errors.is_empty() {
            true => Ok(Self(report)),
            false => Err(errors.join("\n")),
        }
    }

    /// All findings.
    pub fn findings(&self) -> Vec<Finding<'_>> {
        list(&self.0["findings"]).iter().map(Finding).collect()
    }

    /// The finding of a secret; there must be exactly one.
    #[track_caller]
    pub fn finding(&self, secret: &str) -> Finding<'_> {
        let mut found = self.matching(secret);
        assert!(
            found.len() == 1,
            "{} findings of {secret} in {:#}",
            found.len(),
            self.0
        );
        found.remove(0)
    }

    /// Whether a secret was found at all.
    pub fn has(&self, secret: &str) -> bool {
        !self.matching(secret).is_empty()
    }

    fn matching(&self, secret: &str) -> Vec<Finding<'_>> {
        let mut findings = self.findings();
        let unescaped = |text: &str| text.replace("\\n", "\n").trim().to_owned();
        findings.retain(|finding| unescaped(finding.plain()) == unescaped(secret));
        findings
    }

    /// Whether everything that was asked for was read.
    pub fn complete(&self) -> bool {
        self.0["complete"].as_bool().unwrap()
    }

    /// The kinds of the gaps, sorted, each once.
    pub fn gaps(&self) -> Vec<&str> {
        self.kinds("gaps")
    }

    /// The kinds of the notes, sorted, each once.
    pub fn notes(&self) -> Vec<&str> {
        self.kinds("notes")
    }

    /// Insists that the scan is incomplete for one of these reasons and for no other.
    #[track_caller]
    pub fn expect_gap_among(&self, kinds: &[&str]) {
        let gaps = self.gaps();
        let expected = gaps.iter().all(|gap| kinds.contains(gap));
        assert!(expected && !gaps.is_empty(), "{:#}", self.0["coverage"]);
        assert!(!self.complete());
    }

    fn kinds(&self, class: &str) -> Vec<&str> {
        let entries = list(&self.0["coverage"][class]).iter();
        let mut kinds: Vec<_> = entries.map(|entry| string(&entry["kind"])).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    /// A counter of the coverage: `layers`, `bytes`, ...
    pub fn counted(&self, counter: &str) -> u64 {
        let scanned = &self.0["coverage"]["scanned"];
        scanned[counter]
            .as_u64()
            .unwrap_or_else(|| panic!("no counter {counter} in {scanned:#}"))
    }

    /// Insists on the kinds of gaps, and on `complete` telling the same.
    #[track_caller]
    pub fn expect_gaps(&self, kinds: &[&str]) {
        assert_eq!(self.gaps(), kinds, "{:#}", self.0["coverage"]);
        assert_eq!(self.complete(), kinds.is_empty());
    }
}

impl<'a> Finding<'a> {
    /// The secret itself.
    pub fn plain(&self) -> &'a str {
        string(&self.0["secret"]["plain"])
    }

    /// The rule's id.
    pub fn rule(&self) -> &'a str {
        string(&self.0["rule"])
    }

    /// `low` to `confirmed`.
    pub fn confidence(&self) -> &'a str {
        string(&self.0["confidence"])
    }

    /// All places.
    pub fn places(&self) -> Vec<Place<'a>> {
        list(&self.0["occurrences"]).iter().map(Place).collect()
    }

    /// The paths of all places, in the order of the report.
    pub fn paths(&self) -> Vec<&'a str> {
        self.places().iter().map(Place::path).collect()
    }

    /// The place in a file on disk; there must be exactly one.
    #[track_caller]
    pub fn in_file(&self, path: &str) -> Place<'a> {
        self.only(|place| place.layer().is_none() && place.path() == path)
    }

    /// The places in the git history.
    pub fn in_history(&self) -> Vec<Place<'a>> {
        let mut places = self.places();
        places.retain(|place| !place.0["git"].is_null());
        places
    }

    /// The place at a path of the git history; there must be exactly one.
    #[track_caller]
    pub fn committed(&self, path: &str) -> Place<'a> {
        self.only(|place| !place.0["git"].is_null() && place.path() == path)
    }

    /// The place in a file of a layer; there must be exactly one.
    #[track_caller]
    pub fn at(&self, layer: u64, path: &str) -> Place<'a> {
        self.only(|place| place.layer() == Some(layer) && place.path() == path)
    }

    /// The place of a kind (`config`, `history`, ...); there must be exactly one.
    #[track_caller]
    pub fn in_the(&self, kind: &str) -> Place<'a> {
        self.only(|place| place.kind() == kind)
    }

    #[track_caller]
    fn only(&self, wanted: impl Fn(&Place<'_>) -> bool) -> Place<'a> {
        let mut places = self.places();
        places.retain(wanted);
        assert!(
            places.len() == 1,
            "{} such places in {:#}",
            places.len(),
            self.0
        );
        places[0]
    }
}

impl<'a> Place<'a> {
    /// The kind of place: `file`, `config`, ...
    pub fn kind(&self) -> &'a str {
        string(&self.0["where"])
    }

    /// The path in a layer or the pointer in a document.
    pub fn path(&self) -> &'a str {
        string(&self.0["path"])
    }

    /// Line and column.
    pub fn position(&self) -> (u64, u64) {
        let number = |field: &str| self.0[field].as_u64().unwrap();
        (number("line"), number("column"))
    }

    /// A field of what the git history tells, as `introduced/id`.
    pub fn git(&self, pointer: &str) -> &'a Value {
        let git = &self.0["git"];
        git.pointer(&format!("/{pointer}"))
            .unwrap_or_else(|| panic!("no {pointer} in {git:#}"))
    }

    /// The layer's position from the bottom.
    pub fn layer(&self) -> Option<u64> {
        self.0["layer"]["index"].as_u64()
    }

    /// The layer's instruction.
    pub fn instruction(&self) -> &'a str {
        string(&self.0["layer"]["instruction"])
    }

    /// `present`, `deleted` or `overwritten`.
    pub fn state(&self) -> &'a str {
        string(&self.0["state"])
    }

    /// The position of the layer that hid it.
    pub fn hidden_by(&self) -> Option<u64> {
        self.0["changed_by"]["index"].as_u64()
    }
}

#[track_caller]
fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

#[track_caller]
fn string(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no string: {value}"))
}
