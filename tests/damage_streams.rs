//! Compressed streams that are cut, spoilt or made to explode: what was found stays found, what
//! was not read is a gap, and neither time nor memory runs away.

mod kit;

use kit::cli::{image, layout_of, oci, scan, scan_layer, scan_stream, written};
use kit::codec::skippable;
use kit::{Codec, Entry, Image, Layer, Secrets, docker};

const MIB: usize = 1 << 20;

/// A layer with a token at each end and a megabyte of noise between, so that damage in the middle
/// of its compressed form lies between the two.
fn two_ends(secrets: &mut Secrets) -> (String, String, Vec<u8>) {
    let (first, last) = (secrets.github(), secrets.github());
    let layer = Layer::new()
        .file("first", first.as_str())
        .file("noise", secrets.bytes(MIB))
        .file("last", last.as_str());
    (first, last, layer.tar())
}

const COMPRESSED: [Codec; 6] = [
    Codec::Gzip,
    Codec::GzipMembers,
    Codec::Zstd,
    Codec::ZstdFrames,
    Codec::Xz,
    Codec::Bzip2,
];

#[test]
fn a_cut_stream_is_a_gap_after_what_was_found() {
    for codec in COMPRESSED {
        let (first, last, tar) = two_ends(&mut Secrets::new("cut"));
        let mut packed = codec.pack(&tar);
        packed.truncate(packed.len() * 3 / 4);
        let report = scan_layer(packed).expect(1).report();
        report.expect_gap_among(&["truncated", "corrupt"]);
        assert!(report.has(&first), "{codec:?}");
        assert!(!report.has(&last), "{codec:?}: the test cuts nothing");
    }
}

#[test]
fn a_spoilt_stream_is_a_gap_after_what_was_found() {
    for codec in COMPRESSED {
        let (first, _, tar) = two_ends(&mut Secrets::new("spoilt"));
        let mut packed = codec.pack(&tar);
        let middle = packed.len() * 3 / 4;
        packed[middle..middle + 64].fill(0xFF);
        let report = scan_layer(packed).expect(1).report();
        report.expect_gap_among(&["corrupt", "truncated"]);
        assert!(report.has(&first), "{codec:?}");
    }
}

#[test]
fn a_wrong_checksum_at_the_end_is_a_gap_and_hides_nothing() {
    for (codec, from_end) in [(Codec::Gzip, 8), (Codec::Gzip, 4), (Codec::Zstd, 4)] {
        let (first, last, tar) = two_ends(&mut Secrets::new("checksum"));
        let mut packed = codec.pack(&tar);
        let at = packed.len() - from_end;
        packed[at] ^= 0xFF;
        let report = scan_layer(packed).expect(1).report();
        report.expect_gaps(&["corrupt"]);
        assert!(report.has(&first) && report.has(&last), "{codec:?}");
    }
}

#[test]
fn zeros_after_the_end_are_padding() {
    for codec in [Codec::Plain, Codec::Gzip] {
        let (first, last, tar) = two_ends(&mut Secrets::new("zeros"));
        let packed = [codec.pack(&tar), vec![0; 4096]].concat();
        let report = scan_layer(packed).expect(1).report();
        report.expect_gaps(&[]);
        assert!(report.has(&first) && report.has(&last));
    }
}

#[test]
fn garbage_after_the_end_is_a_gap_and_hides_nothing() {
    for codec in COMPRESSED {
        let (first, last, tar) = two_ends(&mut Secrets::new("garbage"));
        let packed = [codec.pack(&tar), b"GARBAGE\x01\x02\x03".repeat(10)].concat();
        let report = scan_layer(packed).expect(1).report();
        report.expect_gap_among(&["corrupt", "truncated"]);
        assert!(report.has(&first) && report.has(&last), "{codec:?}");
    }
}

#[test]
fn a_gzip_header_may_carry_everything_that_the_format_allows() {
    use std::io::Write as _;
    let (first, last, tar) = two_ends(&mut Secrets::new("header"));
    let mut encoder = flate2::GzBuilder::new()
        .filename("layer.tar")
        .comment("made by hand")
        .extra(vec![7; 300])
        .mtime(1)
        .write(Vec::new(), flate2::Compression::none());
    encoder.write_all(&tar).unwrap();
    let report = scan_layer(encoder.finish().unwrap()).expect(1).report();
    report.expect_gaps(&[]);
    assert!(report.has(&first) && report.has(&last));
}

/// A zstd frame header (RFC 8878, section 3.1.1.1) that asks for a window of 2^`log` bytes.
fn zstd_window(log: u8) -> Vec<u8> {
    vec![0x28, 0xB5, 0x2F, 0xFD, 0x00, (log - 10) << 3]
}

#[test]
fn a_window_beyond_the_cap_is_refused_before_it_is_allocated() {
    let token = Secrets::new("window").github();
    let raw_block = [0x01, 0x00, 0x00];
    let bytes = [zstd_window(31), raw_block.to_vec()].concat();
    let image_ = Image::new()
        .bytes("COPY huge /", bytes)
        .layer("COPY token /", &Layer::new().file("token", token.as_str()));
    let dir = written(&layout_of(&image_));
    let run = image([oci(&dir).as_str()]).within(1024).run().expect(1);
    run.report().expect_gaps(&["limit"]);
    assert!(run.report().has(&token));
}

#[test]
fn a_dictionary_that_nobody_has_is_a_gap() {
    // Window of 1 MiB, dictionary id 7 in one byte, then one empty last block.
    let frame = [0x28, 0xB5, 0x2F, 0xFD, 0x01, 0x50, 0x07, 0x01, 0x00, 0x00];
    let report = scan_layer(frame).expect(3).report();
    report.expect_gap_among(&["unsupported", "corrupt"]);
}

#[test]
fn what_the_stream_of_a_layer_holds_beside_it_is_searched() {
    let mut secrets = Secrets::new("beside the layer");
    let (frame, name) = (secrets.github(), secrets.github());
    let tar = Layer::new().file("a", "a").tar();
    let zstd = [Codec::Zstd.pack(&tar), skippable(frame.as_bytes())].concat();
    let report = scan_layer(zstd).expect(1).report();
    report.expect_gaps(&[]);
    assert!(report.has(&frame));
    let gzip = flate2::GzBuilder::new().filename(name.as_str());
    let mut gzip = gzip.read(&tar[..], flate2::Compression::fast());
    let mut layer = Vec::new();
    std::io::Read::read_to_end(&mut gzip, &mut layer).unwrap();
    let report = scan_layer(layer).expect(1).report();
    report.expect_gaps(&[]);
    assert!(report.has(&name));
}

#[test]
fn skippable_frames_alone_are_an_empty_layer() {
    let run = scan_layer(skippable(b"nothing else"));
    assert!([0, 3].contains(&run.code), "{run:?}");
    run.report();
}

#[test]
fn bytes_that_are_no_archive_are_a_gap_or_read_as_they_are() {
    let token = Secrets::new("no archive").github();
    let text = format!("this is no tar, but it holds {token}\n").repeat(100);
    for bytes in [text.into_bytes(), Codec::Gzip.pack(b"short")] {
        scan_layer(bytes).incomplete();
    }
}

#[test]
fn an_encrypted_layer_is_a_note() {
    let mut secrets = Secrets::new("encrypted");
    let mut image = Image::new().bytes("COPY . /", secrets.bytes(4096));
    image.layers[0].blob.media_type = format!("{}+encrypted", Codec::Gzip.media_type());
    let report = scan(&layout_of(&image)).expect(0).report();
    report.expect_gaps(&[]);
    assert_eq!(report.notes(), ["encrypted"]);
}

/// A token, then a file of zeros that unpacks to more than the ratio allows.
fn bomb(codec: Codec, token: &str) -> Vec<u8> {
    const PARTS: usize = 40;
    let zeros = vec![0; 64 * MIB];
    let front = Layer::new()
        .file("token", token)
        .entry(Entry::file("zeros", "").declared((PARTS * zeros.len()) as u64))
        .unterminated();
    let part = codec.pack(&zeros);
    [codec.pack(&front), part.repeat(PARTS)].concat()
}

#[test]
fn bombs_are_stopped_and_what_stands_before_them_is_found() {
    for codec in [Codec::Gzip, Codec::Zstd] {
        let token = Secrets::new("bomb").github();
        let packed = bomb(codec, &token);
        let dir = written(&layout_of(&Image::new().bytes("COPY . /", packed)));
        let run = image([oci(&dir).as_str()]).within(1024).run().expect(1);
        run.report().expect_gaps(&["limit"]);
        assert!(run.report().has(&token), "{codec:?}");
    }
}

#[test]
fn a_cut_archive_is_a_gap_after_what_was_found() {
    let mut secrets = Secrets::new("cut archive");
    let (first, _, tar) = two_ends(&mut secrets);
    let lower = Layer::new().file("lower", first.as_str());
    let mut image = Image::new().layer("COPY lower /", &lower);
    image = image.bytes("COPY . /", tar);
    let archive = docker::hybrid(&[("shop:1", &image)]).reversed().tar();
    for codec in [Codec::Plain, Codec::Gzip] {
        let mut packed = codec.pack(&archive);
        packed.truncate(packed.len() / 2);
        scan_stream(packed).incomplete();
    }
}
