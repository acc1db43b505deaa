//! How the values of flags are written: sizes, durations, names out of the library's tables.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use jiff::SignedDuration;
use residue::model::{Confidence, Kind, Limits, Severity};
use residue::report::{FORMATS, Format};
use std::path::PathBuf;
use std::time::Duration;

/// The least severity that fails, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FailOn(pub(super) Option<Severity>);

/// A report beside the main one: `FORMAT=FILE`.
#[derive(Debug, Clone)]
pub(super) struct Report {
    pub(super) format: &'static Format,
    pub(super) file: PathBuf,
}

/// The word for [`FailOn`] none.
const NEVER: &str = "never";

/// A severity or `never`.
pub(super) fn fail_on() -> impl TypedValueParser<Value = FailOn> {
    let names = Severity::ALL.map(Severity::name);
    let words = names.into_iter().chain([NEVER]).map(PossibleValue::new);
    PossibleValuesParser::new(words).map(|word| {
        let severity = Severity::ALL
            .into_iter()
            .find(|severity| severity.name() == word);
        FailOn(severity)
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

/// A duration such as `90s`, `5m` or `1h30m`; a number alone means seconds.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let seconds = text
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| format!("{text}s"));
    let parsed: Option<SignedDuration> = seconds.as_deref().unwrap_or(text).parse().ok();
    let duration = parsed.and_then(|parsed| Duration::try_from(parsed).ok());
    let duration = duration.filter(|duration| !duration.is_zero());
    duration.ok_or_else(|| "it is written as 30s, 5m or 1h30m".to_owned())
}

/// A size such as `256MiB`, `512m` or `1g`, in powers of 1024; a number alone means bytes.
pub(super) fn memory(text: &str) -> Result<u64, String> {
    let wrong = || "it is written as 256MiB, 512m or 1g".to_owned();
    let (number, unit) = leading_number(text).ok_or_else(wrong)?;
    let scale = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        _ => return Err(wrong()),
    };
    let bytes = number.checked_mul(scale).ok_or_else(wrong)?;
    if bytes < Limits::LEAST_MEMORY {
        let least = Limits::LEAST_MEMORY >> 20;
        return Err(format!("a scan needs at least {least}MiB"));
    }
    Ok(bytes)
}

fn leading_number(text: &str) -> Option<(u64, &str)> {
    let digits = text.len()
        - text
            .trim_start_matches(|char: char| char.is_ascii_digit())
            .len();
    let (number, rest) = text.split_at(digits);
    Some((number.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units() {
        let table = [
            ("30s", Some(30)),
            ("5m", Some(300)),
            ("1h30m", Some(5400)),
            ("45", Some(45)),
            ("0s", None),
            ("", None),
            ("5x", None),
            ("m", None),
            ("1h30", None),
            ("-5s", None),
            ("99999999999999999h", None),
        ];
        for (text, seconds) in table {
            assert_eq!(
                duration(text).ok(),
                seconds.map(Duration::from_secs),
                "{text}"
            );
        }
    }

    #[test]
    fn sizes_are_powers_of_1024() {
        let table = [
            ("256MiB", Some(256 << 20)),
            ("1g", Some(1 << 30)),
            ("512M", Some(512 << 20)),
            ("65536kb", Some(64 << 20)),
            ("33554432", Some(32 << 20)),
            ("1MiB", None),
            ("1t", None),
            ("1.5g", None),
            ("g", None),
            ("99999999999g", None),
        ];
        for (text, bytes) in table {
            assert_eq!(memory(text).ok(), bytes, "{text}");
        }
    }

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
