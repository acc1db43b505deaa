//! Private keys of Ethereum accounts: a number from one up to the order of the curve secp256k1. Nearly
//! every 32 bytes are one, so the range proves nothing; what is worth knowing is that development
//! networks give everybody the same accounts.

use super::{Evidence, Proof};
use data_encoding::HEXLOWER_PERMISSIVE;

/// Order of the group (SEC 2, 2.4.1).
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
    0xba, 0xae, 0xdc, 0xe6, 0xaf, 0x48, 0xa0, 0x3b, 0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41,
];
/// How the keys begin that Hardhat and Anvil print at every start, and the first two of Ganache.
const DEVELOPMENT: [u64; 12] = [
    0xac09_74be_c39a_17e3,
    0x59c6_995e_998f_97a5,
    0x5de4_111a_fa1a_4b94,
    0x7c85_2118_294e_51e6,
    0x47e1_79ec_1974_8859,
    0x8b3a_350c_f5c3_4c91,
    0x92db_14e4_03b8_3dfe,
    0x4bbb_f85c_e337_7467,
    0xdbda_1821_b805_51c9,
    0x2a87_1d07_98f9_7d79,
    0x4f3e_df98_3ac6_36a6,
    0x6cbe_d15c_793c_e576,
];

/// Looks whether 64 hex digits, with or without `0x`, are a key, and whether everybody has it.
pub(super) fn prove(evidence: &Evidence<'_>) -> Proof {
    let digits = evidence.secret;
    let digits = digits.strip_prefix(b"0x").unwrap_or(digits);
    let decoded = HEXLOWER_PERMISSIVE.decode(digits).ok();
    let Some(key) = decoded.and_then(|key| <[u8; 32]>::try_from(key).ok()) else {
        return Proof::invalid("a key has 32 bytes, this one has not");
    };
    let head = key
        .first_chunk()
        .map_or(0, |&head| u64::from_be_bytes(head));
    if DEVELOPMENT.contains(&head) {
        Proof::public("a key that Hardhat, Anvil or Ganache gives to everybody")
    } else if key == [0; 32] || key >= ORDER {
        Proof::invalid("no key: it is zero or beyond the order of the curve")
    } else {
        Proof::neutral("a number that a key of secp256k1 may be")
    }
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{self, Invalid, Neutral, Public};
    use super::super::tests::evidence;
    use super::*;

    fn verdict(key: &str) -> Verdict {
        prove(&evidence(key.as_bytes())).verdict
    }

    #[test]
    fn a_key_lies_between_zero_and_the_order() {
        assert_eq!(verdict(&format!("0x{}", "5a".repeat(32))), Neutral);
        assert_eq!(verdict(&"5A".repeat(32)), Neutral);
        assert_eq!(verdict(&"00".repeat(32)), Invalid);
        assert_eq!(verdict(&"ff".repeat(32)), Invalid);
        assert_eq!(verdict(&HEXLOWER_PERMISSIVE.encode(&ORDER)), Invalid);
        assert_eq!(verdict("0x5a5a"), Invalid);
    }

    #[test]
    fn accounts_of_development_networks_are_everybodys() {
        for head in DEVELOPMENT {
            assert_eq!(
                verdict(&format!("0x{head:016x}{}", "5a".repeat(24))),
                Public
            );
        }
    }
}
