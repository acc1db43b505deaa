//! How the values of flags are written: names out of the library's tables. Sizes and durations are
//! written as in a configuration file, see `residue::config`.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use residue::config::FailOn;
use residue::model::{Confidence, Kind};
use residue::report::{FORMATS, Format};
use std::path::PathBuf;

/// A report beside the main one: `FORMAT=FILE`.
#[derive(Debug, Clone)]
pub(super) struct Report {
    pub(super) format: &'static Format,
    pub(super) file: PathBuf,
}

/// A severity or `never`.
pub(super) fn fail_on() -> impl TypedValueParser<Value = FailOn> {
    one_of(FailOn::words().map(PossibleValue::new), |word| {
        FailOn::try_from(word.to_owned()).ok()
    })
}

/// A confidence.
pub(super) fn confidence() -> impl TypedValueParser<Value = Confidence> {
    one_of(
        Confidence::ALL.map(|level| PossibleValue::new(level.name())),
        |word| {
            Confidence::ALL
                .into_iter()
                .find(|level| level.name() == word)
        },
    )
}

/// A kind of gap.
pub(super) fn kind() -> impl TypedValueParser<Value = Kind> {
    one_of(
        Kind::all().map(|kind| PossibleValue::new(kind.name())),
        Kind::from_name,
    )
}

/// A report format.
pub(super) fn format() -> impl TypedValueParser<Value = &'static Format> {
    one_of(
        FORMATS
            .iter()
            .map(|format| PossibleValue::new(format.name).help(format.help)),
        Format::from_name,
    )
}

fn one_of<T: Clone + Send + Sync + 'static>(
    words: impl IntoIterator<Item = PossibleValue>,
    parse: fn(&str) -> Option<T>,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(words)
        .try_map(move |word| parse(&word).ok_or_else(|| format!("`{word}` is unknown")))
}

/// `FORMAT=FILE`.
pub(super) fn report(text: &str) -> Result<Report, String> {
    let names = || {
        FORMATS
            .iter()
            .map(|format| format.name)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let (name, file) = text
        .split_once('=')
        .filter(|(_, file)| !file.is_empty())
        .ok_or("it is written FORMAT=FILE, as in sarif=residue.sarif")?;
    let format = Format::from_name(name)
        .ok_or_else(|| format!("`{name}` is no format; there are: {}", names()))?;
    if file == "-" {
        return Err(format!(
            "`-` is no file; `--format {name}` writes to standard output"
        ));
    }
    Ok(Report {
        format,
        file: file.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_its_format_and_file() {
        let good = report("sarif=out/a=b.sarif").unwrap();
        assert_eq!(
            (good.format.name, good.file),
            ("sarif", "out/a=b.sarif".into())
        );
        for bad in ["sarif", "sarif=", "xml=a.xml", "=a", "json=-"] {
            assert!(report(bad).is_err(), "{bad}");
        }
    }
}
