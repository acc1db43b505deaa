//! Shannon entropy, for rules that state a threshold in bits per byte. Our own judgement of
//! randomness is calibrated for length and alphabet and lives in `gates`.

/// Shannon entropy of the bytes, in bits per byte: 0 for one repeated byte, 8 at most.
#[expect(
    clippy::cast_precision_loss,
    reason = "a secret has fewer than 2^52 bytes"
)]
pub fn shannon(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    bytes
        .iter()
        .for_each(|&byte| counts[usize::from(byte)] += 1);
    let length = bytes.len() as f64;
    let share = |&count: &u32| f64::from(count) / length;
    counts
        .iter()
        .filter(|&&count| count > 0)
        .map(share)
        .map(|p| -p * p.log2())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::shannon;

    #[test]
    fn entropy_is_zero_for_one_letter_and_full_for_all_different() {
        assert!(shannon(b"aaaa").abs() < 1e-9);
        assert!((shannon(b"abcdefgh") - 3.0).abs() < 1e-9);
        assert!(shannon(b"").abs() < 1e-9);
    }
}
