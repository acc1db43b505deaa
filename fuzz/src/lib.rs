//! What is fuzzed: for each way in which foreign bytes reach the scanner a function that takes any
//! bytes and panics if something does not hold. cargo-fuzz drives them one by one
//! (`fuzz_targets/`), and the ordinary tests of the scanner, which take this very file in, drive all
//! of them with what they break themselves (`tests/fuzz`).

mod pack;
mod places;
mod reports;
mod scan;
mod streams;
mod texts;

/// A way in.
pub struct Target {
    /// Its name, that of the program in `fuzz_targets/`.
    pub name: &'static str,
    /// Takes any bytes.
    pub run: fn(&[u8]),
}

/// Every way in.
pub const TARGETS: &[Target] = &[
    Target {
        name: "archive",
        run: places::archive,
    },
    Target {
        name: "baseline",
        run: texts::baseline,
    },
    Target {
        name: "codec",
        run: streams::codec,
    },
    Target {
        name: "config",
        run: texts::config,
    },
    Target {
        name: "delta",
        run: places::delta,
    },
    Target {
        name: "encodings",
        run: streams::encodings,
    },
    Target {
        name: "file",
        run: streams::file,
    },
    Target {
        name: "history",
        run: places::history,
    },
    Target {
        name: "ignores",
        run: texts::ignores,
    },
    Target {
        name: "layout",
        run: places::layout,
    },
    Target {
        name: "pack",
        run: places::pack,
    },
    Target {
        name: "recipe",
        run: texts::recipe,
    },
    Target {
        name: "reports",
        run: reports::round_trip,
    },
    Target {
        name: "rules",
        run: texts::rules,
    },
    Target {
        name: "tar",
        run: streams::tar,
    },
];

/// Runs the way in of that name.
pub fn run(name: &str, bytes: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    (target.expect("a target of the table").run)(bytes);
}

/// Cuts an input into its parts, which stand between lines of two dashes; those that are not there
/// are empty.
fn parts<const N: usize>(bytes: &[u8]) -> [&[u8]; N] {
    const BETWEEN: &[u8] = b"\n--\n";
    let (mut parts, mut rest) = ([&[][..]; N], bytes);
    for part in &mut parts {
        let at = rest
            .windows(BETWEEN.len())
            .position(|window| window == BETWEEN);
        (*part, rest) = match at {
            Some(at) => (&rest[..at], &rest[at + BETWEEN.len()..]),
            None => (rest, &[][..]),
        };
    }
    parts
}
