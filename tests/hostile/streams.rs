//! Compressed streams in shapes that readers stop at.

use crate::kit::cli::{image, layout_of, oci, written};
use crate::kit::{Codec, Entry, Image, Layer};
use crate::{MEMORY, SECONDS, scan_between, token};

fn tar(token: &str) -> Vec<u8> {
    Layer::new().file("key", token).tar()
}

#[test]
fn a_layer_of_nothing_is_told_or_empty() {
    let report = scan_between(Vec::new());
    assert!(report.complete() || !report.gaps().is_empty());
}

#[test]
fn a_gzip_header_with_a_checksum_of_its_own_is_read() {
    let hidden = token("header checksum");
    let mut packed = Codec::Gzip.pack(&tar(&hidden));
    // FHCRC (RFC 1952, section 2.3.1): two bytes behind the ten of the header.
    packed[3] |= 2;
    let sum = crc32fast::hash(&packed[..10]) as u16;
    packed.splice(10..10, sum.to_le_bytes());
    let report = scan_between(packed);
    report.expect_gaps(&[]);
    assert!(report.has(&hidden));
}

#[test]
fn a_stream_inside_a_stream_is_read_or_told() {
    let hidden = token("nested");
    for (inner, outer) in [
        (Codec::Gzip, Codec::Gzip),
        (Codec::Zstd, Codec::Gzip),
        (Codec::Gzip, Codec::Xz),
    ] {
        let report = scan_between(outer.pack(&inner.pack(&tar(&hidden))));
        assert!(
            report.has(&hidden) || !report.complete(),
            "{inner:?} in {outer:?}"
        );
    }
}

/// With a smaller floor than by default, so that the test need not decode a gigabyte.
#[test]
fn a_stream_that_grows_without_end_is_a_gap_after_what_was_found() {
    const PARTS: usize = 40;
    let zeros = vec![0; 1 << 20];
    for codec in [Codec::Gzip, Codec::Zstd, Codec::Xz, Codec::Bzip2] {
        let hidden = token("bomb");
        let front = Layer::new()
            .file("key", hidden.as_str())
            .entry(Entry::file("zeros", "").declared((PARTS * zeros.len()) as u64))
            .unterminated();
        let packed = [codec.pack(&front), codec.pack(&zeros).repeat(PARTS)].concat();
        let dir = written(&layout_of(&Image::new().bytes("COPY . /", packed)));
        let flags = ["--limit", "ratio-floor=8MiB", "--threads", "2"];
        let run = image(flags).arg(&oci(&dir)).bounded(MEMORY, SECONDS).run();
        let report = run.expect(1).report();
        report.expect_gaps(&["limit"]);
        assert!(report.has(&hidden), "{codec:?}");
        assert!(report.counted("bytes") < 16 << 20, "{codec:?}");
    }
}

#[test]
fn members_without_content_and_without_end_are_a_gap() {
    for codec in [Codec::Gzip, Codec::Zstd, Codec::Bzip2] {
        let hidden = token("empty members");
        let packed = [codec.pack(&tar(&hidden)), codec.pack(b"").repeat(300_000)].concat();
        let report = scan_between(packed);
        assert!(report.has(&hidden), "{codec:?}");
    }
}

#[test]
fn an_image_of_another_kind_is_searched_as_it_is() {
    let hidden = token("squashfs");
    // The magic of squashfs, of SIF and of ext4.
    for (at, magic) in [(0, &b"hsqs"[..]), (32, b"SIF_MAGIC"), (1080, b"\x53\xEF")] {
        let mut bytes = vec![1; 4096];
        bytes[at..at + magic.len()].copy_from_slice(magic);
        bytes.extend_from_slice(format!("\nkey = {hidden}\n").as_bytes());
        let report = scan_between(bytes);
        assert!(report.has(&hidden), "{at}");
        assert!(
            !report.gaps().is_empty() || !report.notes().is_empty(),
            "{at}"
        );
    }
}
