#!/usr/bin/env python3
"""Makes a git repository of real history: python3 benches/history_repo.py DIRECTORY

More than 200,000 objects and 1 GB of content, from successive releases of projects that publish all their crates
together. Each release becomes the commits that a project might have made, of two files each; numbers that were never
released are passed over. The same releases give the same names of commits, because nothing of this machine and no time
goes into them. Cargo downloads the releases into a folder of its own that is removed in the end. Takes a quarter of an hour.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile

# branch, the crate that depends on all others of a release, its versions, how the others are called
PROJECTS = [
    ("rust-analyzer", "ra_ap_ide", [f"0.0.{number}" for number in range(26, 290, 2)], ("ra_ap_",)),
    ("wasmtime", "wasmtime", [f"{number}.0.0" for number in range(1, 39)], ("wasmtime", "cranelift", "wasi", "wiggle")),
    ("datafusion", "datafusion", [f"{number}.0.0" for number in range(8, 49)], ("datafusion",)),
    ("sqlite", "libsqlite3-sys", [f"0.{number}.0" for number in range(15, 36)], ("libsqlite3-sys",)),
    ("polars", "polars", [f"0.{number}.0" for number in range(20, 47)], ("polars",)),
]
FILES_PER_COMMIT = 2
BEGIN = 1_500_000_000  # seconds since the epoch, of the first commit
STEP = 3_600  # seconds from one commit to the next
AUTHOR = "A Developer <developer@example.com>"


def fetch(crate, version, home):
    """Lets cargo download a crate and all it depends on; False if there is no such version."""
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(os.path.join(folder, "src"))
        open(os.path.join(folder, "src", "lib.rs"), "w").close()
        with open(os.path.join(folder, "Cargo.toml"), "w", encoding="utf-8") as manifest:
            manifest.write(f'[package]\nname = "history"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\n{crate} = "={version}"\n')
        command = ["cargo", "fetch", "--quiet", "--manifest-path", os.path.join(folder, "Cargo.toml")]
        done = subprocess.run(command, env={**os.environ, "CARGO_HOME": home}, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            print(f"no {crate} {version}: {done.stderr.splitlines()[0]}")
        return done.returncode == 0


def release(home, version, prefixes):
    """The files of a release by path. Crates of the project that have another number are left out: which of their
    versions cargo takes changes with time."""
    files = {}
    registry = os.path.join(home, "registry", "src")
    for source in sorted(os.listdir(registry)):
        for folder in sorted(os.listdir(os.path.join(registry, source))):
            name, _, number = folder.rpartition("-")
            lockstep = number == version or (name.startswith("cranelift") and number == cranelift(version))
            if name.startswith(prefixes) and lockstep:
                files.update(read_crate(os.path.join(registry, source, folder), name))
    return files


def cranelift(version):
    """The number of cranelift in a release of wasmtime."""
    return f"0.{int(version.split('.')[0]) + 87}.0" if version.endswith(".0.0") else None


def read_crate(folder, name):
    files = {}
    for parent, _, names in os.walk(folder):
        for file in names:
            path = os.path.join(parent, file)
            if file not in (".cargo-ok", ".cargo_vcs_info.json", "Cargo.lock") and os.path.isfile(path):
                with open(path, "rb") as content:
                    files[f"crates/{name}/{os.path.relpath(path, folder)}"] = content.read()
    return files


class Importer:
    """Writes commits to `git fast-import`."""

    def __init__(self, repository):
        command = ["git", "-C", repository, "fast-import", "--quiet"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE)
        self.commits = 0

    def commit(self, branch, message, changes):
        """One commit; a change without content is a deletion."""
        out = self.process.stdin
        when = BEGIN + STEP * self.commits
        self.commits += 1
        text = message.encode()
        out.write(f"commit refs/heads/{branch}\ncommitter {AUTHOR} {when} +0000\ndata {len(text)}\n".encode() + text + b"\n")
        for path, content in changes:
            name = path.encode()
            if content is None:
                out.write(b"D " + name + b"\n")
            else:
                out.write(b"M 644 inline " + name + b"\ndata %d\n" % len(content) + content + b"\n")

    def finish(self):
        self.process.stdin.close()
        if self.process.wait():
            sys.exit("git fast-import failed")


def changes(before, after):
    """What differs, in the order of the paths."""
    paths = sorted(before.keys() | after.keys())
    return [(path, after.get(path)) for path in paths if before.get(path) != after.get(path)]


def import_project(importer, project, home):
    branch, crate, versions, prefixes = project
    before = {}
    for version in versions:
        if not fetch(crate, version, home):
            continue
        after = release(home, version, prefixes)
        if not after:
            sys.exit(f"{crate} {version} holds nothing")
        changed = changes(before, after)
        for index in range(0, len(changed), FILES_PER_COMMIT):
            group = changed[index : index + FILES_PER_COMMIT]
            paths = "\n".join(path for path, _ in group)
            importer.commit(branch, f"{crate} {version}, part {index // FILES_PER_COMMIT + 1}\n\n{paths}\n", group)
        print(f"{branch} {version}: {len(changed)} files", flush=True)
        before = after


def make(repository):
    home = repository + ".cargo"
    shutil.rmtree(repository, ignore_errors=True)
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch", PROJECTS[0][0], repository], check=True)
    importer = Importer(repository)
    for project in PROJECTS:
        import_project(importer, project, home)
    importer.finish()
    shutil.rmtree(home)
    command = ["git", "-C", repository, "repack", "-adf", "--quiet", "--depth=50", "--window=50"]
    subprocess.run(command, check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory")
    make(parser.parse_args().directory)


if __name__ == "__main__":
    main()
