//! Freshly made private keys in every wrapping that rules look for. Each parses with a real parser
//! of its format; none opens anything, because the numbers in it are rolled and not computed.

use super::dice::Dice;
use super::wire::{CONTEXT_0, INTEGER, NULL, OCTETS, OID, integer, sequence, ssh_string, tlv};
use data_encoding::{BASE64, HEXLOWER};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const OID_ED25519: &[u8] = &[0x2b, 0x65, 0x70];
const OID_P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const OID_PBES2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d];
const OID_PBKDF2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c];
const OID_HMAC_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x09];
const OID_AES256_CBC: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a];
/// 1.3.6.1.4.1.11591.15.1, the Ed25519 of OpenPGP version 4 keys, with its length in front.
const PGP_ED25519: &[u8] = &[9, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01];

/// A private key of that kind as text, without a line end after it; `None` for an unknown kind.
pub(super) fn key(kind: &str, dice: &mut Dice) -> Option<String> {
    Some(match kind {
        "rsa" => armour("RSA PRIVATE KEY", &rsa(dice), 64),
        "ec" => armour("EC PRIVATE KEY", &sec1(dice), 64),
        "pkcs8" => armour("PRIVATE KEY", &pkcs8(dice), 64),
        "encrypted" => armour("ENCRYPTED PRIVATE KEY", &encrypted(dice), 64),
        "openssh" => armour("OPENSSH PRIVATE KEY", &openssh(dice), 70),
        "pgp" => pgp(dice),
        "putty" => putty(dice),
        _ => return None,
    })
}

fn armour(label: &str, body: &[u8], width: usize) -> String {
    let lines = wrap(&BASE64.encode(body), width).join("\n");
    format!("-----BEGIN {label}-----\n{lines}\n-----END {label}-----")
}

fn wrap(text: &str, width: usize) -> Vec<String> {
    text.as_bytes()
        .chunks(width)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect()
}

/// An odd number of exactly `len` bytes: the shape of a prime or a modulus.
fn odd(dice: &mut Dice, len: usize) -> Vec<u8> {
    let mut number = dice.bytes(len);
    if let Some(high) = number.first_mut() {
        *high |= 0xc0;
    }
    if let Some(low) = number.last_mut() {
        *low |= 1;
    }
    integer(&number)
}

/// `RSAPrivateKey` (RFC 8017, A.1.2) of 2048 bits.
fn rsa(dice: &mut Dice) -> Vec<u8> {
    let mut fields = vec![tlv(INTEGER, &[0]), odd(dice, 256), integer(&[1, 0, 1])];
    fields.push(odd(dice, 256));
    fields.extend((0..5).map(|_| odd(dice, 128)));
    sequence(&fields)
}

/// `ECPrivateKey` (RFC 5915) on P-256, without the optional public key.
fn sec1(dice: &mut Dice) -> Vec<u8> {
    let mut scalar = dice.bytes(32);
    if let Some(high) = scalar.first_mut() {
        // Below the order of the group, which starts with ff ff ff ff 00.
        *high &= 0x7f;
    }
    sequence(&[
        tlv(INTEGER, &[1]),
        tlv(OCTETS, &scalar),
        tlv(CONTEXT_0, &tlv(OID, OID_P256)),
    ])
}

/// `OneAsymmetricKey` (RFC 8410) of Ed25519, for which any 32 bytes are a valid key.
fn pkcs8(dice: &mut Dice) -> Vec<u8> {
    sequence(&[
        tlv(INTEGER, &[0]),
        sequence(&[tlv(OID, OID_ED25519)]),
        tlv(OCTETS, &tlv(OCTETS, &dice.bytes(32))),
    ])
}

/// `EncryptedPrivateKeyInfo` (RFC 5958) under PBES2 with PBKDF2 and AES-256-CBC.
fn encrypted(dice: &mut Dice) -> Vec<u8> {
    let derivation = sequence(&[
        tlv(OID, OID_PBKDF2),
        sequence(&[
            tlv(OCTETS, &dice.bytes(16)),
            integer(&[0x08, 0x00]),
            sequence(&[tlv(OID, OID_HMAC_SHA256), tlv(NULL, &[])]),
        ]),
    ]);
    let cipher = sequence(&[tlv(OID, OID_AES256_CBC), tlv(OCTETS, &dice.bytes(16))]);
    let scheme = sequence(&[tlv(OID, OID_PBES2), sequence(&[derivation, cipher])]);
    sequence(&[scheme, tlv(OCTETS, &dice.bytes(128))])
}

/// `openssh-key-v1` (OpenSSH PROTOCOL.key), Ed25519, no passphrase.
fn openssh(dice: &mut Dice) -> Vec<u8> {
    let public = dice.bytes(32);
    let public_blob = [ssh_string(b"ssh-ed25519"), ssh_string(&public)].concat();
    let check = dice.bytes(4);
    let mut private = [check.clone(), check].concat();
    private.extend_from_slice(&public_blob);
    private.extend(ssh_string(&[dice.bytes(32), public].concat()));
    private.extend(ssh_string(b"build@host"));
    private.extend((1..=7).take((8 - private.len() % 8) % 8));
    [
        b"openssh-key-v1\0".to_vec(),
        ssh_string(b"none"),
        ssh_string(b"none"),
        ssh_string(b""),
        1_u32.to_be_bytes().to_vec(),
        ssh_string(&public_blob),
        ssh_string(&private),
    ]
    .concat()
}

/// An OpenPGP secret key packet (RFC 4880, 5.5.3) and a user id, armoured with its CRC-24.
fn pgp(dice: &mut Dice) -> String {
    let secret = mpi(&leading_one(dice.bytes(32)));
    let sum = secret
        .iter()
        .fold(0_u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
    let mut body = vec![4];
    body.extend(0x6500_0000_u32.to_be_bytes());
    body.push(22);
    body.extend_from_slice(PGP_ED25519);
    body.extend(mpi(&[vec![0x40], dice.bytes(32)].concat()));
    body.push(0);
    body.extend(secret);
    body.extend(sum.to_be_bytes());
    let user = b"Build <build@host.internal>";
    let packets = [packet(5, &body), packet(13, user)].concat();
    let lines = wrap(&BASE64.encode(&packets), 64).join("\n");
    let check = BASE64.encode(crc24(&packets).to_be_bytes().get(1..).unwrap_or_default());
    format!(
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n{lines}\n={check}\n-----END PGP PRIVATE KEY BLOCK-----"
    )
}

fn leading_one(mut number: Vec<u8>) -> Vec<u8> {
    if let Some(high) = number.first_mut() {
        *high |= 0x80;
    }
    number
}

/// A multiprecision integer: its length in bits, then its bytes, the first of which is not zero.
fn mpi(number: &[u8]) -> Vec<u8> {
    let leading = number.first().map_or(0, |byte| byte.leading_zeros());
    let bits = (number.len() as u32 * 8).saturating_sub(leading) as u16;
    [&bits.to_be_bytes(), number].concat()
}

/// A packet of less than 192 bytes with a new-format header.
fn packet(tag: u8, body: &[u8]) -> Vec<u8> {
    [&[0xc0 | tag, body.len() as u8], body].concat()
}

/// The checksum of RFC 4880, 6.1.
fn crc24(data: &[u8]) -> u32 {
    data.iter().fold(0x00b7_04ce, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte) << 16, |crc, _| {
            let shifted = crc << 1;
            if shifted & 0x0100_0000 == 0 {
                shifted
            } else {
                shifted ^ 0x0186_4cfb
            }
        })
    })
}

/// A PuTTY key file, version 3, Ed25519, no passphrase, whose MAC holds.
fn putty(dice: &mut Dice) -> String {
    let public = [ssh_string(b"ssh-ed25519"), ssh_string(&dice.bytes(32))].concat();
    let private = ssh_string(&dice.bytes(32));
    let fields: [&[u8]; 5] = [b"ssh-ed25519", b"none", b"build", &public, &private];
    let covered = fields.map(ssh_string).concat();
    // Without a passphrase the MAC key of version 3 is empty.
    let mac = Hmac::<Sha256>::new(&Default::default()).chain_update(covered);
    let public = wrap(&BASE64.encode(&public), 64);
    let private = wrap(&BASE64.encode(&private), 64);
    format!(
        "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: build\n\
         Public-Lines: {}\n{}\nPrivate-Lines: {}\n{}\nPrivate-MAC: {}",
        public.len(),
        public.join("\n"),
        private.len(),
        private.join("\n"),
        HEXLOWER.encode(&mac.finalize().into_bytes()),
    )
}
