//! Numbers for people.

/// A number with its noun, given in the plural: `1 layer`, `31,204 files`.
pub(super) fn counted(number: u64, plural: &str) -> String {
    let noun = match number {
        1 => plural.strip_suffix('s').unwrap_or(plural),
        _ => plural,
    };
    format!("{} {noun}", grouped(number))
}

/// A size in bytes with one decimal: `1.2 GiB`.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    let unit = (bytes.max(1).ilog2() / 10) as usize;
    match unit.checked_sub(1).and_then(|unit| UNITS.get(unit)) {
        None => counted(bytes, "bytes"),
        Some(name) => {
            let scale = 1u64 << (unit * 10);
            let (whole, tenths) = (bytes / scale, bytes % scale * 10 / scale);
            format!("{whole}.{tenths} {name}")
        }
    }
}

/// Digits in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(counted(1, "layers"), "1 layer");
        assert_eq!(counted(0, "layers"), "0 layers");
        assert_eq!(counted(1_234_567, "files"), "1,234,567 files");
        assert_eq!(counted(999, "files"), "999 files");
    }

    #[test]
    fn sizes_use_binary_units() {
        assert_eq!(size(0), "0 bytes");
        assert_eq!(size(1023), "1,023 bytes");
        assert_eq!(size(1536), "1.5 KiB");
        assert_eq!(size(3 << 30), "3.0 GiB");
        assert_eq!(size(1 << 60), "1,152,921,504,606,846,976 bytes");
    }
}
