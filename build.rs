//! Embeds rules/*.toml: a new file needs no line anywhere else.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let rules = Path::new("rules");
    println!("cargo::rerun-if-changed={}", rules.display());
    let mut files: Vec<PathBuf> = fs::read_dir(rules)?
        .map(|entry| entry.map(|e| e.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "toml")
    });
    files.sort();

    let mut table = String::from("&[\n");
    for path in &files {
        let (name, full) = (path.display().to_string(), fs::canonicalize(path)?);
        writeln!(table, "    ({name:?}, include_str!({full:?})),").map_err(io::Error::other)?;
    }
    table.push_str("]\n");
    let target = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    fs::write(Path::new(&target).join("rules.in"), table)
}
