//! As much DER (X.690) and SSH wire encoding (RFC 4251) as it takes to write an example key.

/// ASN.1 tags that keys use.
pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTETS: u8 = 0x04;
pub(super) const NULL: u8 = 0x05;
pub(super) const OID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const CONTEXT_0: u8 = 0xa0;

/// Tag, definite length, value.
pub(super) fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = (value.len() as u32).to_be_bytes();
    let significant = length
        .iter()
        .skip_while(|byte| **byte == 0)
        .copied()
        .collect::<Vec<u8>>();
    let mut out = vec![tag];
    match value.len() {
        short @ 0..=127 => out.push(short as u8),
        _ => {
            out.push(0x80 | significant.len() as u8);
            out.extend(significant);
        }
    }
    out.extend_from_slice(value);
    out
}

/// A sequence of values that are encoded already.
pub(super) fn sequence(values: &[Vec<u8>]) -> Vec<u8> {
    tlv(SEQUENCE, &values.concat())
}

/// A positive integer from its big-endian bytes, which must not start with a zero.
pub(super) fn integer(magnitude: &[u8]) -> Vec<u8> {
    let sign_bit = magnitude.first().is_some_and(|byte| byte & 0x80 != 0);
    let mut value = vec![0; usize::from(sign_bit)];
    value.extend_from_slice(magnitude);
    tlv(INTEGER, &value)
}

/// An SSH `string`: its length in 32 bits, then its bytes.
pub(super) fn ssh_string(value: &[u8]) -> Vec<u8> {
    [&(value.len() as u32).to_be_bytes(), value].concat()
}
