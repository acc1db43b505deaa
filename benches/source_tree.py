#!/usr/bin/env python3
"""Makes a tree of source files: python3 benches/source_tree.py DIRECTORY

More than 40,000 files: a few large projects and all they depend on, as cargo vendors them, without the libraries for
the linker that some crates bring along. The projects have fixed numbers; what they depend on moves with time, so the
files are counted anew by whoever measures.
"""
import argparse
import os
import shutil
import subprocess
import tempfile

LIBRARIES = (".a", ".lib")
PROJECTS = {"bevy": "0.16.1", "datafusion": "48.0.0", "polars": "0.46.0", "swc_core": "27.0.6", "tauri": "2.5.1", "wasmtime": "38.0.1"}


def make(directory):
    """Lets cargo fetch the projects into a new directory."""
    shutil.rmtree(directory, ignore_errors=True)
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(os.path.join(folder, "src"))
        open(os.path.join(folder, "src", "lib.rs"), "w").close()
        manifest = os.path.join(folder, "Cargo.toml")
        with open(manifest, "w", encoding="utf-8") as file:
            file.write('[package]\nname = "tree"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\n')
            file.writelines(f'{name} = "={version}"\n' for name, version in PROJECTS.items())
        command = ["cargo", "vendor", "--quiet", "--versioned-dirs", "--manifest-path", manifest, directory]
        home = {**os.environ, "CARGO_HOME": os.path.join(folder, "home")}
        subprocess.run(command, env=home, stdout=subprocess.DEVNULL, check=True)
    for parent, _, names in os.walk(directory):
        for name in names:
            if name.endswith(LIBRARIES):
                os.remove(os.path.join(parent, name))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory")
    make(os.path.abspath(parser.parse_args().directory))


if __name__ == "__main__":
    main()
