use super::*;
use crate::model::Kind;
use flate2::write::GzEncoder;
use lzma_rust2::{XzOptions, XzWriter};
use proptest::prelude::*;
use std::io::{BufReader, Write};

const CODECS: [Codec; 4] = [Codec::Gzip, Codec::Zstd, Codec::Xz, Codec::Bzip2];
const MIB: u64 = 1 << 20;

/// One member of that codec.
fn pack(codec: Codec, data: &[u8]) -> Vec<u8> {
    match codec {
        Codec::Plain => data.to_vec(),
        Codec::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(data).unwrap();
            encoder.finish().unwrap()
        }
        Codec::Zstd => {
            let mut encoder = ::zstd::Encoder::new(Vec::new(), 1).unwrap();
            encoder.include_checksum(true).unwrap();
            encoder.write_all(data).unwrap();
            encoder.finish().unwrap()
        }
        Codec::Xz => {
            let mut encoder = XzWriter::new(Vec::new(), XzOptions::with_preset(0)).unwrap();
            encoder.write_all(data).unwrap();
            encoder.finish().unwrap()
        }
        Codec::Bzip2 => {
            let level = ::bzip2::Compression::fast();
            let mut encoder = ::bzip2::write::BzEncoder::new(Vec::new(), level);
            encoder.write_all(data).unwrap();
            encoder.finish().unwrap()
        }
    }
}

/// Everything that comes out, and how it ended.
fn unpack_with(
    packed: &[u8],
    buffer: usize,
    read: usize,
    limits: &Limits,
) -> (Codec, Vec<u8>, io::Result<()>) {
    let memory = Arc::new(Memory::new(limits.memory));
    let input = Box::new(BufReader::with_capacity(buffer, packed));
    let mut decoded = decode(input, limits, &memory).unwrap();
    let mut all = Vec::new();
    let mut scratch = vec![0; read];
    let result = loop {
        match decoded.read(&mut scratch) {
            Ok(0) => break Ok(()),
            Ok(count) => all.extend_from_slice(&scratch[..count]),
            Err(err) => break Err(err),
        }
    };
    (decoded.codec(), all, result)
}

fn unpack(packed: &[u8]) -> (Vec<u8>, io::Result<()>) {
    let (_, data, result) = unpack_with(packed, 4096, 1 << 20, &Limits::default());
    (data, result)
}

fn kind(result: io::Result<()>) -> Kind {
    shortfall_kind(&result.unwrap_err()).0
}

/// Bytes that do not compress, so that members span several blocks.
fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    })
    .take(len)
    .collect()
}

fn skippable(content: &[u8]) -> Vec<u8> {
    let size = content.len() as u32;
    [&[0x53, 0x2a, 0x4d, 0x18], &size.to_le_bytes()[..], content].concat()
}

fn any_codec() -> impl Strategy<Value = Codec> {
    prop::sample::select(&CODECS[..])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_members_come_out_whole_at_any_read_size(
        codec in any_codec(),
        members in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..2000), 1..5),
        zeros in 0..9_usize,
        buffer in 1..300_usize,
        read in 1..3000_usize,
    ) {
        let mut packed: Vec<u8> = members.iter().flat_map(|data| pack(codec, data)).collect();
        packed.resize(packed.len() + zeros, 0);
        let (found, data, result) = unpack_with(&packed, buffer, read, &Limits::default());
        prop_assert!(result.is_ok(), "{:?}", result);
        prop_assert_eq!(found, codec);
        prop_assert_eq!(data, members.concat());
    }

    #[test]
    fn a_cut_leaves_a_prefix_and_says_so(
        codec in any_codec(),
        data in prop::collection::vec(any::<u8>(), 1..3000),
        cut in any::<prop::sample::Index>(),
    ) {
        let packed = pack(codec, &data);
        let end = MAGIC + cut.index(packed.len() - MAGIC);
        let (prefix, result) = unpack(&packed[..end]);
        prop_assert_eq!(kind(result), Kind::Truncated);
        prop_assert!(data.starts_with(&prefix));
    }

    #[test]
    fn damage_never_panics(
        codec in any_codec(),
        data in prop::collection::vec(any::<u8>(), 0..2000),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut packed = pack(codec, &data);
        let at = at.index(packed.len());
        packed[at] = byte;
        drop(unpack(&packed));
    }

    #[test]
    fn noise_behind_a_magic_number_never_panics(
        codec in any_codec(),
        noise in prop::collection::vec(any::<u8>(), 0..600),
    ) {
        let magic = &pack(codec, b"")[..6];
        drop(unpack(&[magic, &noise].concat()));
    }
}

#[test]
fn plain_bytes_pass_through() {
    for data in [
        &b""[..],
        b"x",
        b"some text that is longer than any magic number",
    ] {
        let (codec, out, result) = unpack_with(data, 3, 5, &Limits::default());
        assert_eq!((codec, out.as_slice()), (Codec::Plain, data));
        result.unwrap();
    }
}

#[test]
fn everything_before_a_wrong_checksum_is_delivered() {
    let data = noise(700_000);
    for (codec, checksum_from_end) in [(Codec::Gzip, 8), (Codec::Zstd, 4), (Codec::Xz, 33)] {
        let mut packed = pack(codec, &data);
        let at = packed.len() - checksum_from_end;
        packed[at] ^= 1;
        let (out, result) = unpack(&packed);
        assert_eq!(kind(result), Kind::Corrupt, "{codec}");
        assert!(out == data, "{codec} lost bytes in front of the damage");
    }
}

#[test]
fn damage_in_the_middle_keeps_what_was_in_front_of_it() {
    let data = noise(1_000_000);
    for codec in CODECS {
        let mut packed = pack(codec, &data);
        let middle = packed.len() / 2;
        packed[middle..middle + 4000].fill(0x55);
        let (out, result) = unpack(&packed);
        assert_eq!(kind(result), Kind::Corrupt, "{codec}");
        let good = out.iter().zip(&data).take_while(|(a, b)| a == b).count();
        assert!(good >= 350_000, "{codec} kept {good} bytes");
    }
}

#[test]
fn a_truncated_stream_keeps_its_early_bytes() {
    let data = noise(1_000_000);
    for codec in CODECS {
        let packed = pack(codec, &data);
        let (out, result) = unpack(&packed[..packed.len() / 2]);
        assert_eq!(kind(result), Kind::Truncated, "{codec}");
        assert!(out.len() >= 350_000 && data.starts_with(&out), "{codec}");
    }
}

#[test]
fn garbage_is_told_after_all_good_bytes() {
    for codec in CODECS {
        let packed = [&pack(codec, b"good")[..], b"\0\0garbage"].concat();
        let (out, result) = unpack(&packed);
        assert_eq!(out, b"good");
        let err = result.unwrap_err();
        let inner = err.get_ref().and_then(|err| err.downcast_ref());
        assert!(matches!(inner, Some(DecodeError::TrailingGarbage { .. })));
        assert_eq!(shortfall_kind(&err).0, Kind::Corrupt);
    }
}

#[test]
fn an_error_repeats() {
    let packed = [&pack(Codec::Gzip, b"good")[..], b"garbage"].concat();
    let memory = Arc::new(Memory::new(MIB));
    let mut decoded = decode(Box::new(&packed[..]), &Limits::default(), &memory).unwrap();
    let mut out = Vec::new();
    assert!(decoded.read_to_end(&mut out).is_err());
    assert!(decoded.read(&mut [0; 4]).is_err());
}

#[test]
fn skippable_frames_may_stand_anywhere() {
    let frame = |data: &[u8]| pack(Codec::Zstd, data);
    let packed = [
        skippable(b"first"),
        frame(b"one "),
        skippable(b""),
        frame(b"two"),
        skippable(&noise(9000)),
    ]
    .concat();
    let (codec, out, result) = unpack_with(&packed, 7, 100, &Limits::default());
    assert_eq!((codec, out.as_slice()), (Codec::Zstd, &b"one two"[..]));
    result.unwrap();
    let (out, result) = unpack(&packed[..packed.len() - 1]);
    assert_eq!(
        (out.as_slice(), kind(result)),
        (&b"one two"[..], Kind::Truncated)
    );
}

#[test]
fn a_bomb_stops_at_the_byte_limit() {
    let bomb = vec![0; 8 * MIB as usize];
    let limits = Limits {
        stream_bytes: MIB + 5,
        ..Limits::default()
    };
    for codec in CODECS {
        let (_, out, result) = unpack_with(&pack(codec, &bomb), 4096, 1 << 20, &limits);
        assert_eq!(out.len() as u64, MIB + 5, "{codec}");
        assert_eq!(kind(result), Kind::Limit, "{codec}");
    }
}

#[test]
fn a_bomb_stops_at_the_ratio_above_the_floor() {
    let bomb = pack(Codec::Gzip, &vec![0; 8 * MIB as usize]);
    let limits = |ratio_floor| Limits {
        ratio: 100,
        ratio_floor,
        ..Limits::default()
    };
    let (_, out, result) = unpack_with(&bomb, 4096, 4096, &limits(MIB));
    assert_eq!(kind(result), Kind::Limit);
    assert!((MIB..2 * MIB).contains(&(out.len() as u64)));
    let (_, out, result) = unpack_with(&bomb, 4096, 4096, &limits(8 * MIB));
    assert_eq!(out.len() as u64, 8 * MIB);
    result.unwrap();
}

#[test]
fn empty_members_without_end_are_a_limit() {
    let packed = pack(Codec::Gzip, b"").repeat(EMPTY_MEMBERS as usize + 1);
    assert_eq!(kind(unpack(&packed).1), Kind::Limit);
}

/// A frame with a window of 2 to the power of `log` bytes, and one raw block.
fn frame_with_window(log: u8, dictionary: &[u8]) -> Vec<u8> {
    let flag = [0, 1, 2][dictionary.len()];
    let head = [0x28, 0xb5, 0x2f, 0xfd, flag, (log - 10) << 3];
    [&head, dictionary, &[0x09, 0, 0, b'x']].concat()
}

#[test]
fn a_window_is_held_against_the_limit_and_the_budget() {
    let limits = |window_bytes, memory| Limits {
        window_bytes,
        memory,
        ..Limits::default()
    };
    let unpack = |log, limits| unpack_with(&frame_with_window(log, &[]), 64, 64, &limits);
    let (_, out, result) = unpack(23, limits(8 * MIB, 32 * MIB));
    assert_eq!(out, b"x");
    result.unwrap();
    let (.., result) = unpack(23, limits(4 * MIB, 32 * MIB));
    assert_eq!(kind(result), Kind::Limit);
    let (.., result) = unpack(23, limits(8 * MIB, 8 * MIB));
    assert_eq!(kind(result), Kind::Limit);
    let (.., result) = unpack(41, limits(8 * MIB, 32 * MIB));
    assert_eq!(kind(result), Kind::Limit);
}

#[test]
fn a_larger_window_replaces_the_smaller_one() {
    let limits = Limits {
        memory: 18 * MIB,
        ..Limits::default()
    };
    let packed = [20, 23, 21].map(|log| frame_with_window(log, &[])).concat();
    let (_, out, result) = unpack_with(&packed, 64, 64, &limits);
    result.unwrap();
    assert_eq!(out, b"xxx");
}

#[test]
fn an_xz_dictionary_is_held_against_the_limit_and_the_budget() {
    let mut options = XzOptions::with_preset(0);
    options.lzma_options.dict_size = 8 * MIB as u32;
    let mut encoder = XzWriter::new(Vec::new(), options).unwrap();
    encoder.write_all(b"x").unwrap();
    let packed = encoder.finish().unwrap();
    let limits = |window_bytes, memory| Limits {
        window_bytes,
        memory,
        ..Limits::default()
    };
    let unpack = |limits| unpack_with(&packed, 64, 64, &limits);
    let (_, out, result) = unpack(limits(8 * MIB, 18 * MIB));
    assert_eq!(out, b"x");
    result.unwrap();
    assert_eq!(kind(unpack(limits(4 * MIB, 18 * MIB)).2), Kind::Limit);
    assert_eq!(kind(unpack(limits(8 * MIB, 8 * MIB)).2), Kind::Limit);
}

#[test]
fn a_dictionary_is_not_supported() {
    let (out, result) = unpack(&frame_with_window(20, &[7]));
    assert_eq!((out.len(), kind(result)), (0, Kind::Unsupported));
    let (out, result) = unpack(&frame_with_window(20, &[0]));
    assert_eq!(out, b"x", "dictionary 0 is none");
    result.unwrap();
}

#[test]
fn an_error_of_the_input_keeps_its_kind() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::PermissionDenied.into())
        }
    }
    let packed = pack(Codec::Gzip, &noise(9000));
    let input = BufReader::new((&packed[..5000]).chain(Failing));
    let memory = Arc::new(Memory::new(MIB));
    let mut decoded = decode(Box::new(input), &Limits::default(), &memory).unwrap();
    let err = decoded.read_to_end(&mut Vec::new()).unwrap_err();
    assert_eq!(shortfall_kind(&err).0, Kind::Unreadable);
}
