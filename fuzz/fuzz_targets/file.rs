#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| residue_fuzz::run("file", bytes));
