#!/usr/bin/env python3
"""Makes an OCI layout of real files for measuring: python3 benches/big_image.py OUT [SOURCE ...]

Takes files from the sources (default: /usr and cargo's registry) until --bytes of content are in, in --layers
gzip layers of about the same size. The same tree gives the same layout.
"""
import argparse, gzip, hashlib, io, json, os, tarfile

def files(sources):
    for source in sources:
        for folder, folders, names in os.walk(source):
            folders.sort()
            for name in sorted(names):
                path = os.path.join(folder, name)
                if os.path.isfile(path) and not os.path.islink(path):
                    yield path

def blob(out, data):
    digest = hashlib.sha256(data).hexdigest()
    with open(f"{out}/blobs/sha256/{digest}", "wb") as file:
        file.write(data)
    return {"digest": f"sha256:{digest}", "size": len(data)}

def layer(out, paths, share):
    tar, used = io.BytesIO(), 0
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
    diff_id = hashlib.sha256(tar.getvalue()).hexdigest()
    packed = blob(out, gzip.compress(tar.getvalue(), 6, mtime=0))
    return used, diff_id, {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", **packed}

def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out")
    parser.add_argument("sources", nargs="*", default=["/usr", os.path.expanduser("~/.cargo/registry/src")])
    parser.add_argument("--bytes", type=int, default=1 << 30)
    parser.add_argument("--layers", type=int, default=12)
    args = parser.parse_args()
    os.makedirs(f"{args.out}/blobs/sha256", exist_ok=True)
    paths, layers, diff_ids, total = files(args.sources), [], [], 0
    for _ in range(args.layers):
        used, diff_id, descriptor = layer(args.out, paths, args.bytes / args.layers)
        total += used
        layers.append(descriptor)
        diff_ids.append(f"sha256:{diff_id}")
    config = blob(args.out, json.dumps({"architecture": "amd64", "os": "linux", "config": {},
        "rootfs": {"type": "layers", "diff_ids": diff_ids}}).encode())
    manifest = blob(args.out, json.dumps({"schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **config}, "layers": layers}).encode())
    with open(f"{args.out}/index.json", "w") as file:
        json.dump({"schemaVersion": 2, "manifests": [{"mediaType": "application/vnd.oci.image.manifest.v1+json",
            **manifest, "annotations": {"org.opencontainers.image.ref.name": "big"}}]}, file)
    with open(f"{args.out}/oci-layout", "w") as file:
        json.dump({"imageLayoutVersion": "1.0.0"}, file)
    print(f"{total} bytes of content in {len(layers)} layers")

main()
