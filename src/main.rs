//! The command line of residue.

fn main() {}
