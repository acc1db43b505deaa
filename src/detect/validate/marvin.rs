//! Marvin32, the checksum that Microsoft writes into keys so that scanners know them. It is the hash of
//! .NET's strings; as published with the runtime and in Microsoft's `security-utilities`.

/// The hash of `data`, folded to 32 bits. A seed is written as the text that Microsoft makes it from.
pub(super) fn hash32(data: &[u8], seed: [u8; 8]) -> u32 {
    let (low, high) = hash(data, u64::from_be_bytes(seed));
    low ^ high
}

fn hash(data: &[u8], seed: u64) -> (u32, u32) {
    let mut state = (seed as u32, (seed >> 32) as u32);
    let (words, rest) = data.as_chunks::<4>();
    for word in words {
        state = mixed(state, u32::from_le_bytes(*word));
    }
    // The bytes that are left, and a one behind them.
    let mut last = [0; 4];
    last[..rest.len()].copy_from_slice(rest);
    last[rest.len()] = 0x80;
    mixed(mixed(state, u32::from_le_bytes(last)), 0)
}

fn mixed((low, high): (u32, u32), word: u32) -> (u32, u32) {
    let low = low.wrapping_add(word);
    let high = high ^ low;
    let low = low.rotate_left(20).wrapping_add(high);
    let high = high.rotate_left(9) ^ low;
    let low = low.rotate_left(27).wrapping_add(high);
    (low, high.rotate_left(19))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_runtime() {
        for (data, expected) in [
            (&[] as &[u8], 0x30ed_35c1_00cd_3c7d),
            (&[0xaf], 0x48e7_3fc7_7d75_ddc1),
            (&[0xe7, 0x0f], 0xb5f6_e1fc_485d_bff8),
            (&[0x37, 0xf4, 0x95], 0xf0b0_7c78_9b8c_f7e8),
            (&[0x86, 0x42, 0xdc, 0x59], 0x7008_f2e8_7e9c_f556),
            (&[0x15, 0x3f, 0xb7, 0x98, 0x26], 0xe6c0_8c6d_a2af_a997_u64),
        ] {
            let (low, high) = hash(data, 0x004f_b61a_001b_dbcc);
            assert_eq!(u64::from(high) << 32 | u64::from(low), expected);
        }
    }
}
