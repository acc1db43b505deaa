#!/usr/bin/env python3
"""Makes the trees in which false alarms are counted: trees.py FOLDER [--only NAME]

What the public package registries hand to everybody opens nothing, so whatever is found in it is a false alarm. Four
trees: a Debian root file system, installed Python packages with the sources that hold their tests, the `node_modules` of
well-known npm packages, and vendored crates; tests, examples and documentation are part of them. A tree that is there is left alone.

Versions are those of the day. Needs root and `debootstrap` for Debian, and `pip`, `npm` and `cargo` for the others. No
package is one whose keys are known by fingerprint (`src/detect/published.txt` names those), Debian's own copies of GnuTLS and
OpenSSL apart, or one that the weights were learned from.
"""
import argparse
import pathlib
import shutil
import subprocess
import sys
import tarfile

PYTHON = """aiohttp ansible-core attrs boto3 celery certifi click django fastapi flask google-auth httpx idna jinja2 numpy
packaging pandas pip pydantic pyjwt pytest python-dateutil pyyaml redis requests setuptools sqlalchemy tornado urllib3
werkzeug""".split()
# Their wheels hold their tests, and `pip` asks a compiler before it hands out their sources.
COMPILED = {"numpy", "pandas"}
NPM = "@angular/cli axios eslint express jest next react typescript vue webpack".split()
CRATES = """actix-http actix-web aes arrow-array async-executor async-std async-trait axum axum-core bevy_ecs bigdecimal bitvec
brotli bson bytemuck chrono ciborium cookie criterion derive_more diesel dotenvy egui event-listener figment flume
futures h2 half headers hex hickory-proto hickory-resolver hkdf hyper hyper-rustls hyper-util idna image ipnet
itertools json-patch jsonwebtoken kube kube-client lapin lazy_static lexical-core libm libsqlite3-sys matchit mime
mio moka mongodb multer nix nom num_cpus oauth2 pem phf pin-project plist png polars-core quick-xml quinn
quinn-proto rav1e redis reqwest rocket rust_decimal schemars sea-orm sea-query serde_with signal-hook socket2 sqlx
sqlx-core sqlx-postgres tauri-utils time tokio tokio-rustls tokio-util toml_edit tonic tower tower-http tracing
tracing-subscriber url uuid warp web-sys winit x509-parser""".split()


def run(*command, **options):
    subprocess.run(command, check=True, stdout=sys.stderr, **options)


def debian(tree):
    run("debootstrap", "bookworm", tree)
    # Archives of what is unpacked beside them.
    shutil.rmtree(tree / "var/cache/apt/archives")


def python(tree):
    """What `pip install` leaves, and the sources of the same packages beside it, unpacked."""
    run(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", tree / "site-packages", *PYTHON)
    for package in sorted({*PYTHON} - COMPILED):
        run(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", package, "-d", tree, package)
    for archive in tree.glob("*.tar.gz"):
        with tarfile.open(archive) as sources:
            sources.extractall(tree / "sources", filter="data")
        archive.unlink()


def npm(tree):
    run("npm", "install", "--silent", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", tree, *NPM)


def crates(tree):
    (tree / "src").mkdir(parents=True)
    (tree / "src/lib.rs").touch()
    wanted = "".join(f'{name} = "*"\n' for name in CRATES)
    (tree / "Cargo.toml").write_text(f'[package]\nname = "trees"\nversion = "0.0.0"\nedition = "2021"\n[dependencies]\n{wanted}')
    run("cargo", "vendor", "--quiet", cwd=tree)
    for crate in (tree / "vendor").iterdir():
        if crate.name not in CRATES:
            shutil.rmtree(crate)


TREES = {"debian": debian, "python": python, "npm": npm, "crates": crates}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--only", choices=TREES, action="append", help="may be given often; all by default")
    args = parser.parse_args()
    for name in args.only or TREES:
        tree = args.folder.resolve() / name
        if not tree.exists():
            tree.mkdir(parents=True)
            TREES[name](tree)
            print(f"{name} is in {tree}")


if __name__ == "__main__":
    main()
