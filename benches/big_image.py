#!/usr/bin/env python3
"""Makes images of real files for measuring: python3 benches/big_image.py OUT [SOURCE ...]

Takes files from the sources (default: cargo's registry, then /usr) until --bytes of content are in, in --layers gzip
layers of about the same size. OUT becomes an OCI layout that also holds the manifest.json of `docker save`, so that
a tar of it is an archive which every tool reads. The same files give the same image.
"""
import argparse
import gzip
import hashlib
import io
import json
import os
import tarfile

CONFIG = "application/vnd.oci.image.config.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
NAME = "residue.test/bench:latest"
SOURCES = [os.path.expanduser("~/.cargo/registry/src"), "/usr"]


def files(sources):
    """Regular files of the sources, in the order of their names."""
    for source in sources:
        for folder, folders, names in os.walk(source):
            folders.sort()
            for name in sorted(names):
                path = os.path.join(folder, name)
                if os.path.isfile(path) and not os.path.islink(path):
                    yield path


def write_blob(out, data, media_type):
    """Stores a blob under its digest; returns its descriptor."""
    digest = hashlib.sha256(data).hexdigest()
    with open(f"{out}/blobs/sha256/{digest}", "wb") as file:
        file.write(data)
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(data)}


def pack(tar, paths, share):
    """Packs files into an archive until `share` bytes are in; returns bytes of content."""
    used = 0
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for path in paths:
            info = archive.gettarinfo(path)
            info.mtime = 0
            if not info.isreg():
                continue
            with open(path, "rb") as file:
                archive.addfile(info, file)
            used += info.size
            if used >= share:
                break
    return used


def write_layer(out, paths, share):
    """Packs files until `share` bytes are in; returns bytes of content, diffID and descriptor."""
    tar = io.BytesIO()
    used = pack(tar, paths, share)
    diff_id = "sha256:" + hashlib.sha256(tar.getvalue()).hexdigest()
    return used, diff_id, write_blob(out, gzip.compress(tar.getvalue(), 6, mtime=0), LAYER)


def write_json(path, value):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(value, file)


def write_image(out, sources, size, count):
    """Writes a whole image; returns the bytes of content in it."""
    os.makedirs(f"{out}/blobs/sha256", exist_ok=True)
    paths = iter(files(sources))
    packed = [write_layer(out, paths, size / count) for _ in range(count)]
    write_layout(out, [(diff_id, descriptor) for _, diff_id, descriptor in packed])
    return sum(used for used, _, _ in packed)


def write_layout(out, packed):
    """Writes what names layers that are stored already, by diffID and descriptor."""
    layers = [descriptor for _, descriptor in packed]
    rootfs = {"type": "layers", "diff_ids": [diff_id for diff_id, _ in packed]}
    config = {"architecture": "amd64", "os": "linux", "config": {}, "rootfs": rootfs}
    config = write_blob(out, json.dumps(config).encode(), CONFIG)
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": layers}
    manifest = write_blob(out, json.dumps(manifest).encode(), MANIFEST)
    manifest["annotations"] = {"org.opencontainers.image.ref.name": NAME}
    blob = lambda descriptor: descriptor["digest"].replace("sha256:", "blobs/sha256/")
    saved = {"Config": blob(config), "RepoTags": [NAME], "Layers": [blob(layer) for layer in layers]}
    write_json(f"{out}/manifest.json", [saved])
    write_json(f"{out}/index.json", {"schemaVersion": 2, "manifests": [manifest]})
    write_json(f"{out}/oci-layout", {"imageLayoutVersion": "1.0.0"})


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out")
    parser.add_argument("sources", nargs="*", default=SOURCES)
    parser.add_argument("--bytes", type=int, default=1 << 30)
    parser.add_argument("--layers", type=int, default=12)
    args = parser.parse_args()
    used = write_image(args.out, args.sources, args.bytes, args.layers)
    print(f"{used} bytes of content in {args.layers} layers")


if __name__ == "__main__":
    main()
