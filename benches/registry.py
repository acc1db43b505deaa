#!/usr/bin/env python3
"""Measures scans straight from a registry: python3 benches/registry.py [--save]

Starts Debian's docker-registry on loopback and pushes with skopeo what it scans, the first time: the image of
benches/image.py, forty images on one base, and one image that has all layers of these forty. Build first:
cargo build --profile dist --bins
"""
import argparse
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import big_image
import compare
import image

ROOT = image.ROOT
# name, what is measured, most it may be
GOALS = """
  CPU from a registry / from an archive               <= 1.3
  peak memory with any --jobs                         <= 300 MB
  CPU of forty images on one base / distinct blobs    <= 1.3
  bytes residue writes                                ==   0
"""
JOBS = (1, 4, 12, 64)
FLEET = 40  # images
BASE = 4  # layers of the big image that all of them have
OWN = 4 << 20  # bytes of content in the layer that each has for itself


@contextlib.contextmanager
def registry(store):
    """A docker-registry over a folder, and its `127.0.0.1:PORT`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    config = f"version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: {store}\nhttp:\n  addr: {host}\n"
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        file.write(config)
        file.flush()
        server = subprocess.Popen(["docker-registry", "serve", file.name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(host)
            yield host
        finally:
            server.terminate()
            server.wait()


def wait_for(host):
    name, port = host.split(":")
    for _ in range(300):
        with contextlib.suppress(OSError), socket.create_connection((name, int(port))):
            return
        time.sleep(0.1)
    sys.exit("docker-registry does not start")


def push(layout, tag, host, name):
    target = f"docker://{host}/{name}"
    flags = ["--insecure-policy", "--dest-tls-verify=false", "--preserve-digests", "--quiet"]
    subprocess.run(["skopeo", "copy", *flags, f"oci:{layout}:{tag}", target], check=True)


def read(layout, descriptor):
    with open(f"{layout}/blobs/{descriptor['digest'].replace(':', '/')}", encoding="utf-8") as file:
        return json.load(file)


def write_manifest(out, tag, layers):
    """Writes the config and manifest of an image of these layers, (diffID, descriptor); returns its entry in the index."""
    rootfs = {"type": "layers", "diff_ids": [diff_id for diff_id, _ in layers]}
    config = {"architecture": "amd64", "os": "linux", "config": {"Labels": {"tag": tag}}, "rootfs": rootfs}
    config = big_image.write_blob(out, json.dumps(config).encode(), big_image.CONFIG)
    manifest = {"schemaVersion": 2, "mediaType": big_image.MANIFEST, "config": config, "layers": [layer for _, layer in layers]}
    entry = big_image.write_blob(out, json.dumps(manifest).encode(), big_image.MANIFEST)
    return entry | {"annotations": {"org.opencontainers.image.ref.name": tag}}


def write_fleet(big, out):
    """A layout of the forty images, tagged by their numbers, and of one with all their layers, tagged `all`."""
    os.makedirs(f"{out}/blobs/sha256", exist_ok=True)
    manifest = read(big, read_index(big)["manifests"][0])
    diff_ids = read(big, manifest["config"])["rootfs"]["diff_ids"]
    base = list(zip(diff_ids, manifest["layers"]))[:BASE]
    for _, layer in base:
        name = layer["digest"].replace(":", "/")
        shutil.copy(f"{big}/blobs/{name}", f"{out}/blobs/{name}")
    paths = iter(big_image.files(["/usr/share", "/usr/lib"]))
    own = [big_image.write_layer(out, paths, OWN)[1:] for _ in range(FLEET)]
    entries = [write_manifest(out, str(number), base + [layer]) for number, layer in enumerate(own)]
    entries.append(write_manifest(out, "all", base + own))
    big_image.write_json(f"{out}/index.json", {"schemaVersion": 2, "manifests": entries})
    big_image.write_json(f"{out}/oci-layout", {"imageLayoutVersion": "1.0.0"})


def read_index(layout):
    with open(f"{layout}/index.json", encoding="utf-8") as file:
        return json.load(file)


def prepare(work):
    """Makes the images and fills the registry's folder, where that was not done yet; returns folder and archive."""
    big, archive, _ = image.make_images(work)
    fleet, store = os.path.join(work, "fleet"), os.path.join(work, "registry")
    if not os.path.exists(f"{fleet}/oci-layout"):
        write_fleet(big, fleet)
    if not os.path.exists(f"{store}/filled"):
        with registry(store) as host:
            push(big, big_image.NAME, host, "big:1")
            for tag in [*map(str, range(FLEET)), "all"]:
                push(fleet, tag, host, "fleet:all" if tag == "all" else f"many:{tag}")
        with open(f"{store}/filled", "w", encoding="utf-8"):
            pass
    return store, archive


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", default=os.path.join(ROOT, "target", "bench"), help="where the images lie")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--save", action="store_true", help="write the raw numbers to benches/runs/")
    args = parser.parse_args()
    compare.apart(prepare, args.work)
    store, archive = prepare(args.work)
    named = lambda name: name if args.save else None
    print(f"goals:{GOALS}\n{compare.machine()}")
    with registry(store) as host:
        big = image.residue(f"docker://{host}/big:1")
        jobs = {f"registry, --jobs {number}": [*big, "--jobs", str(number)] for number in JOBS}
        against = {"archive": image.residue(f"oci-archive:{archive}"), "registry": big, **jobs}
        image.measure("one image", against, args.rounds, named("registry"))
        distinct = image.residue(f"docker://{host}/fleet:all")
        fleet = {
            "distinct blobs": distinct,
            "forty images": [*image.residue(f"docker://{host}/many"), "--all-tags"],
            "distinct, --jobs 64": [*distinct, "--jobs", "64"],
        }
        image.measure("forty images on one base", fleet, args.rounds, named("fleet"))


if __name__ == "__main__":
    main()
