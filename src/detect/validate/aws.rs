//! AWS access key ids. The sixteen base32 characters behind the prefix hold the account's number
//! in ids made since about 2019, told by a set top bit.

use super::{Evidence, Proof};
use data_encoding::BASE32_NOPAD;

/// Highest account number: twelve decimal digits.
const MAX_ACCOUNT: u64 = 999_999_999_999;

/// Proves an access key id (`AKIA...`, `ASIA...`) and names its account.
pub(super) fn key_id(evidence: &Evidence<'_>) -> Proof {
    if evidence.secret.ends_with(b"EXAMPLE") {
        return Proof::public("a key id from AWS documentation");
    }
    match first_six_bytes(evidence.secret) {
        None => Proof::invalid("not base32, so no access key id that AWS could have issued"),
        Some(bytes) if bytes >> 47 == 0 => {
            Proof::neutral("an access key id of the older kind, which does not tell its account")
        }
        Some(bytes) => newer_kind((bytes & 0x7fff_ffff_ff80) >> 7),
    }
}

fn newer_kind(account: u64) -> Proof {
    if account > MAX_ACCOUNT {
        return Proof::invalid("it encodes no possible AWS account");
    }
    let account = format!("{account:012}");
    Proof::neutral(format!("it belongs to AWS account {account}"))
        .part("account", account.as_bytes())
}

/// The first 48 bits of the body as a number.
fn first_six_bytes(secret: &[u8]) -> Option<u64> {
    let body = BASE32_NOPAD.decode(secret.get(4..20)?).ok()?;
    let head = body.first_chunk::<6>()?;
    Some(
        head.iter()
            .fold(0, |number, &byte| number << 8 | u64::from(byte)),
    )
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{Invalid, Neutral, Public};
    use super::super::tests::evidence;
    use super::*;

    fn id_of(account: u64) -> String {
        let head = (account << 7 | 1 << 47).to_be_bytes();
        let body = [&head[2..], &[1, 2, 3, 4]].concat();
        format!("AKIA{}", BASE32_NOPAD.encode(&body))
    }

    #[test]
    fn the_account_is_read_from_a_newer_id() {
        let proof = key_id(&evidence(id_of(123_456_789).as_bytes()));
        assert_eq!(proof.verdict, Neutral);
        assert_eq!(proof.parts[0].value.expose(), b"000123456789");
    }

    #[test]
    fn impossible_accounts_and_other_alphabets_fail() {
        for id in [id_of(MAX_ACCOUNT + 1), format!("AKIA{}", "0".repeat(16))] {
            assert_eq!(key_id(&evidence(id.as_bytes())).verdict, Invalid, "{id}");
        }
    }

    #[test]
    fn the_documentations_ids_are_everybodys() {
        let id = format!("AKIA{}EXAMPLE", "Q".repeat(9));
        assert_eq!(key_id(&evidence(id.as_bytes())).verdict, Public);
    }

    #[test]
    fn older_ids_tell_nothing() {
        let id = format!("AKIAI{}", "A".repeat(15));
        assert_eq!(key_id(&evidence(id.as_bytes())).verdict, Neutral);
    }
}
