//! Addresses of places. Code scanning wants relative URI references (RFC 3986, section 4.2). A file
//! on disk has one, seen from the current directory, unless it lies outside of that; and each place
//! in an image gets one of its own: `layers/<digest>/etc/x` or
//! `config/<digest>/config.Env%5B3%5D`.

use crate::report::view::Occurrence;
use std::fmt::Write;

/// Digits of a digest in an address.
const DIGITS: usize = 12;

/// The address of a place.
pub(super) fn of(place: &Occurrence) -> String {
    match &place.base {
        Some(base) => of_file(base, &place.full_path()),
        None => in_image(place),
    }
}

/// The address of a file: absolute (RFC 8089) where its path is.
pub(super) fn of_file(base: &str, path: &str) -> String {
    let mut uri = String::new();
    base.split('/')
        .chain(path.split('/'))
        .for_each(|segment| push_segment(&mut uri, segment));
    let is_absolute = base.starts_with('/') || (base.is_empty() && path.starts_with('/'));
    match is_absolute {
        true => format!("file://{uri}"),
        false => uri.split_off(usize::from(uri.starts_with('/'))),
    }
}

fn in_image(place: &Occurrence) -> String {
    let (folder, digest) = match &place.layer {
        Some(layer) => ("layers", Some(layer.short_digest())),
        None => (place.kind, place.image_digest.as_deref().map(short)),
    };
    let mut uri = folder.to_owned();
    let path = place.full_path();
    for segment in digest.into_iter().chain(path.split('/')) {
        push_segment(&mut uri, segment);
    }
    uri
}

fn short(digest: &str) -> &str {
    let hex = digest.split_once(':').map_or(digest, |(_, hex)| hex);
    hex.get(..DIGITS).unwrap_or(hex)
}

/// Adds a segment. Empty ones and `.` say nothing; `..` would be resolved by whoever reads the
/// address, and is set in brackets.
fn push_segment(uri: &mut String, segment: &str) {
    match segment {
        "" | "." => {}
        ".." => uri.push_str("/(..)"),
        _ => {
            uri.push('/');
            for byte in segment.bytes() {
                push_byte(uri, byte);
            }
        }
    }
}

/// Percent-encodes what is not unreserved (RFC 3986, section 2.3), but for the sign between an archive
/// and its member, which a path may hold as it is (section 3.3).
fn push_byte(uri: &mut String, byte: u8) {
    if byte.is_ascii_alphanumeric() || b"-._~!".contains(&byte) {
        uri.push(char::from(byte));
    } else {
        // Writing to a string cannot fail.
        let _ = write!(uri, "%{byte:02X}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_as_seen_from_the_current_directory() {
        let table = [
            ("", "a b.env", "a%20b.env"),
            (".", "app/.env", "app/.env"),
            ("src/", "app/.env", "src/app/.env"),
            ("/srv/x", "app/.env", "file:///srv/x/app/.env"),
            ("/", "etc/x", "file:///etc/x"),
            ("", "/etc/x", "file:///etc/x"),
        ];
        for (base, path, expected) in table {
            assert_eq!(of_file(base, path), expected);
        }
    }

    #[test]
    fn every_path_makes_a_relative_address() {
        let table = [
            ("etc/app.conf", "/etc/app.conf"),
            ("/etc//./a b", "/etc/a%20b"),
            ("../../etc/passwd", "/(..)/(..)/etc/passwd"),
            (r"C:\x\xff", r"/C%3A%5Cx%5Cxff"),
            ("config.Env[3]", "/config.Env%5B3%5D"),
            ("é?#%", "/%C3%A9%3F%23%25"),
            ("", ""),
        ];
        for (path, expected) in table {
            let mut uri = String::new();
            path.split('/')
                .for_each(|segment| push_segment(&mut uri, segment));
            assert_eq!(uri, expected);
        }
    }
}
