//! The stages of the detector, each side by side with what it is measured by. Run all of them with
//! `cargo bench --bench stages`, or some by name: `cargo bench --bench stages -- prefilter`.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a program that prints its results"
)]

mod corpus;
mod measure;
mod near_miss;
mod pass;
mod start;
mod subjects;

use subjects::Subjects;

/// A stage's name and how it is measured.
type Stage = (&'static str, fn(&Subjects));

const STAGES: &[Stage] = &[
    ("start", start::run),
    ("prefilter", pass::prefilter),
    ("literals", pass::literals),
    ("search", pass::search),
    ("near-misses", near_miss::run),
];

fn main() {
    let arguments = std::env::args().skip(1);
    let named: Vec<String> = arguments.filter(|word| !word.starts_with('-')).collect();
    let subjects = Subjects::default();
    for (name, run) in STAGES {
        if named.is_empty() || named.iter().any(|wanted| wanted == name) {
            println!("\n== {name}");
            run(&subjects);
        }
    }
}
