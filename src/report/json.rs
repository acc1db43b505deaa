//! The report as one JSON document: the view as it is, in a stable order of fields
//! (`docs/report.schema.json`).

use super::View;
use std::io::{self, Write};

/// Writes the document.
pub(super) fn render(view: &View, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, view)?;
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use crate::model::{Confidence, Kind, Policy, Severity};
    use crate::report::{View, sample};
    use serde_json::{Value, json};

    fn schema() -> Value {
        serde_json::from_str(include_str!("../../docs/report.schema.json")).unwrap()
    }

    fn parsed(view: &View) -> Value {
        serde_json::from_str(&sample::rendered("json", view)).unwrap()
    }

    #[test]
    fn a_report_with_everything() {
        insta::with_settings!({filters => vec![(env!("CARGO_PKG_VERSION"), "[version]")]}, {
            insta::assert_snapshot!(sample::rendered("json", &sample::view()));
        });
    }

    #[test]
    fn every_report_keeps_to_the_schema() {
        let validator = jsonschema::draft202012::new(&schema()).unwrap();
        let plain = View::new(&sample::outcome(), &Policy::default(), true);
        for view in [
            sample::view(),
            sample::clean_view(),
            sample::hostile_view(),
            plain,
        ] {
            let report = parsed(&view);
            let errors: Vec<String> = validator
                .iter_errors(&report)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert_eq!(errors, [""; 0]);
        }
    }

    #[test]
    fn the_schema_refuses_what_is_no_report() {
        let validator = jsonschema::draft202012::new(&schema()).unwrap();
        let mut report = parsed(&sample::view());
        report["findings"][0]["occurrences"][0]["where"] = json!("nowhere");
        assert!(!validator.is_valid(&report));
    }

    #[test]
    fn the_schema_knows_every_word() {
        let schema = schema();
        let words = |pointer: &str| schema.pointer(pointer).cloned().unwrap();
        let kinds: Vec<&str> = Kind::all().map(Kind::name).collect();
        assert_eq!(words("/$defs/shortfall/properties/kind/enum"), json!(kinds));
        let severities = Severity::ALL.map(Severity::name);
        assert_eq!(words("/$defs/severity/enum"), json!(severities));
        let confidences = Confidence::ALL.map(Confidence::name);
        assert_eq!(words("/$defs/confidence/enum"), json!(confidences));
    }

    #[test]
    fn the_plain_secret_is_there_only_on_demand() {
        let outcome = sample::outcome();
        let shown = parsed(&View::new(&outcome, &Policy::default(), true));
        assert_eq!(
            shown["findings"][0]["secret"]["plain"],
            json!(sample::secret())
        );
        let masked = parsed(&sample::view());
        assert_eq!(masked["findings"][0]["secret"].get("plain"), None);
        assert_eq!(
            masked["findings"][0]["secret"]["length"],
            json!(sample::secret().len())
        );
    }
}
