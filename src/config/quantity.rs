//! Durations and sizes, as flags and files write them.

use crate::model::{LIMITS, Limit, LimitChange, Limits, Unit};
use jiff::SignedDuration;
use std::time::Duration;

/// A duration such as `90s`, `5m` or `1h30m`; a number alone means seconds.
///
/// # Errors
/// How it is written, if it is not, or is zero.
pub fn duration(text: &str) -> Result<Duration, String> {
    let seconds = text
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| format!("{text}s"));
    let parsed: Option<SignedDuration> = seconds.as_deref().unwrap_or(text).parse().ok();
    let duration = parsed.and_then(|parsed| Duration::try_from(parsed).ok());
    let duration = duration.filter(|duration| !duration.is_zero());
    duration.ok_or_else(|| "it is written as 30s, 5m or 1h30m".to_owned())
}

/// Memory for a scan, as a size.
///
/// # Errors
/// How it is written, if it is not, and how much a scan needs, if it is less.
pub fn memory(text: &str) -> Result<u64, String> {
    let bytes = size(text)?;
    if bytes < Limits::LEAST_MEMORY {
        let least = Limits::LEAST_MEMORY >> 20;
        return Err(format!("a scan needs at least {least}MiB"));
    }
    Ok(bytes)
}

/// Another value for a limit, `NAME=VALUE`.
///
/// # Errors
/// Which limits there are, or how their values are written.
pub fn limit(text: &str) -> Result<LimitChange, String> {
    let (name, value) = text
        .split_once('=')
        .ok_or("it is written NAME=VALUE, as in entries=5000000")?;
    let limit = Limit::from_name(name).ok_or_else(|| {
        let names: Vec<_> = LIMITS.iter().map(|limit| limit.name).collect();
        format!("`{name}` is no limit; there are: {}", names.join(", "))
    })?;
    let value = match limit.unit {
        Unit::Bytes => size(value)?,
        Unit::Number => value.parse().map_err(|_| format!("{name} is a number"))?,
    };
    Ok(LimitChange { limit, value })
}

/// A size such as `256MiB`, `512m` or `1g`, in powers of 1024; a number alone means bytes.
fn size(text: &str) -> Result<u64, String> {
    let wrong = || "it is written as 256MiB, 512m or 1g".to_owned();
    let (number, unit) = leading_number(text).ok_or_else(wrong)?;
    let scale = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => 1 << 10,
        "m" | "mb" | "mib" => 1 << 20,
        "g" | "gb" | "gib" => 1 << 30,
        _ => return Err(wrong()),
    };
    number.checked_mul(scale).ok_or_else(wrong)
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
    fn limits_have_names_and_units() {
        let told = |text| limit(text).map(|change| (change.limit.name, change.value));
        assert_eq!(told("entries=7"), Ok(("entries", 7)));
        assert_eq!(told("window-bytes=8MiB"), Ok(("window-bytes", 8 << 20)));
        for wrong in [
            "entries",
            "entries=",
            "entries=1g",
            "entries=-1",
            "depth=1",
            "=1",
            "ratio=1.5",
        ] {
            assert!(limit(wrong).is_err(), "{wrong}");
        }
        assert!(told("height=1").unwrap_err().contains("stream-bytes"));
    }

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
}
