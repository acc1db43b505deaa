//! The yardstick of directory scans: walks a tree and reads every regular file in it into one buffer,
//! and does nothing with it. `cargo run --release --example read -- DIRECTORY`

#![allow(clippy::print_stdout, reason = "a program that prints its result")]

use std::fs::File;
use std::io::{self, Read};
use walkdir::WalkDir;

/// Length of the buffer in bytes: most files take one call and a second that says it was all.
const BUFFER: usize = 1 << 18;

fn main() -> io::Result<()> {
    let directory = std::env::args_os()
        .nth(1)
        .ok_or_else(|| io::Error::other("name a directory"))?;
    let (mut files, mut bytes) = (0_u64, 0);
    let mut buffer = vec![0; BUFFER];
    for entry in WalkDir::new(directory) {
        let entry = entry?;
        if entry.file_type().is_file() {
            files += 1;
            bytes += length(File::open(entry.path())?, &mut buffer)?;
        }
    }
    println!("{files} files, {bytes} bytes");
    Ok(())
}

/// Reads a file to its end.
fn length(mut file: File, buffer: &mut [u8]) -> io::Result<u64> {
    let mut bytes = 0;
    loop {
        match file.read(buffer)? {
            0 => return Ok(bytes),
            count => bytes += count as u64,
        }
    }
}
