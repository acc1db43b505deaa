//! Azure storage and Cosmos DB account keys: 64 random bytes in base64, and nothing that could be
//! checked beyond their number.

use super::{Evidence, Proof, encoding};

/// Bytes of an account key.
const KEY_LEN: usize = 64;
/// How the key of the storage emulator (Azurite) begins, which Microsoft publishes.
const EMULATOR: &[u8] = b"Eby8vdM02xNOcqFl";
/// How the key of the Cosmos DB emulator begins, published as well.
const COSMOS_EMULATOR: &[u8] = b"C2y6yDjf5/R+ob0N";

/// Proves the key of a storage account.
pub(super) fn storage_key(evidence: &Evidence<'_>) -> Proof {
    let secret = evidence.secret;
    if secret.starts_with(EMULATOR) || secret.starts_with(COSMOS_EMULATOR) {
        return Proof::public("the published key of Microsoft's emulator");
    }
    match encoding::base64(secret) {
        Some(key) if key.len() == KEY_LEN => Proof::neutral("64 bytes, as an account key has"),
        _ => Proof::invalid("an account key has 64 bytes, this one has not"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Verdict::{Invalid, Neutral, Public};
    use super::super::tests::evidence;
    use super::*;

    #[test]
    fn the_length_and_the_emulator_are_known() {
        let key = format!("{}==", "Ab3d".repeat(21) + "xy");
        assert_eq!(storage_key(&evidence(key.as_bytes())).verdict, Neutral);
        assert_eq!(storage_key(&evidence(b"Ab3d")).verdict, Invalid);
        assert_eq!(storage_key(&evidence(EMULATOR)).verdict, Public);
    }
}
