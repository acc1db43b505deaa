# Short names for what contributors do every day. `.ci/run` is what has to pass.

# List the recipes.
default:
    @just --list

# What has to pass before a change goes in.
ci:
    .ci/run

# The quick half of it.
check:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings
    cargo test

# Write the bundled sample anew.
sample:
    RESIDUE_WRITE_SAMPLE=1 cargo test --test sample

# Run the benches.
bench:
    cargo bench

# Licences and advisories of all dependencies.
deny:
    cargo deny check

# Run the hostile inputs that are about size alone; they take minutes.
scale:
    cargo test --release --test hostile -- --ignored --test-threads 1

# Fuzz every target, each for so many seconds.
fuzz SECONDS="600":
    fuzz/run {{SECONDS}}
