//! The yardstick: decompresses the gzip layers of an OCI layout one after the other, with the same
//! library as the scanner, and does nothing else. `cargo run --release --example inflate -- DIR`

#![allow(clippy::print_stdout, reason = "a program that prints its result")]

use flate2::read::MultiGzDecoder;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

fn main() -> io::Result<()> {
    let layout = std::env::args()
        .nth(1)
        .ok_or_else(|| io::Error::other("name an OCI layout"))?;
    let mut bytes = 0;
    for blob in std::fs::read_dir(Path::new(&layout).join("blobs/sha256"))? {
        bytes += inflated(File::open(blob?.path())?)?;
    }
    println!("{bytes} bytes");
    Ok(())
}

/// Bytes that a blob decompresses to; 0 if it is not gzip.
fn inflated(mut blob: File) -> io::Result<u64> {
    let mut magic = [0; 2];
    if blob.read(&mut magic)? < magic.len() || magic != [0x1f, 0x8b] {
        return Ok(0);
    }
    let mut decoder = MultiGzDecoder::new(io::BufReader::with_capacity(
        1 << 16,
        io::Cursor::new(magic).chain(blob),
    ));
    let (mut buffer, mut bytes) = (vec![0; 1 << 18], 0);
    loop {
        match decoder.read(&mut buffer)? {
            0 => return Ok(bytes),
            count => bytes += count as u64,
        }
    }
}
