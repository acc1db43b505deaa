#!/usr/bin/env python3
"""Measures what scans cost that read nothing twice: python3 benches/cache.py

Serves a layout of this project's history and this machine's own files from a registry on loopback, and scans it again
and again with the same folder of results. Build first: cargo build --profile dist
"""
import argparse
import http.client
import http.server
import json
import os
import statistics
import subprocess
import tempfile
import threading
import time

import big_image
import compare

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RESIDUE = os.path.join(ROOT, "target", "dist", "residue")
GOALS = """
  second scan, beyond the round trips          <= 100 ms
  layers that the second scan asks for         ==   0
"""


class Registry(http.server.BaseHTTPRequestHandler):
    """Serves the blobs of a layout, and its first manifest under any tag."""

    protocol_version = "HTTP/1.1"
    layout, manifest = "", ""
    asked = []

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        Registry.asked.append((self.command, self.path))
        name = self.path.rsplit("/", 1)[1]
        digest = name if name.startswith("sha256:") else self.manifest
        path = os.path.join(self.layout, "blobs", digest.replace(":", "/"))
        is_known = "/manifests/" in self.path or "/blobs/" in self.path
        found = self.path == "/v2/" or (is_known and os.path.exists(path))
        body = b""
        if found and self.path != "/v2/":
            with open(path, "rb") as file:
                body = file.read()
        self.send_response(200 if found else 404)
        kind = big_image.MANIFEST if "/manifests/" in self.path else "application/octet-stream"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


def serve(layout):
    """A registry for a layout; returns its address."""
    with open(f"{layout}/index.json", encoding="utf-8") as file:
        Registry.manifest = json.load(file)["manifests"][0]["digest"]
    Registry.layout = layout
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"127.0.0.1:{server.server_port}"


def asked_by(work):
    """What the registry is asked for while something is done, and how long that takes."""
    Registry.asked.clear()
    started = time.monotonic()
    work()
    return list(Registry.asked), time.monotonic() - started


def replay(host, asked):
    """Asks for the same again, one after the other, and does nothing with it."""
    client = http.client.HTTPConnection(host)
    for method, path in asked:
        client.request(method, path)
        client.getresponse().read()
    client.close()


def second_scan(layout, rounds):
    """The second scan of an image in a registry, and the same round trips without a scan, in turns."""
    host = serve(layout)
    with tempfile.TemporaryDirectory() as results:
        scan = [RESIDUE, "image", "--quiet", f"docker://{host}/bench:1", "--cache-dir", results]
        cold, took = asked_by(lambda: compare.run(scan, 600))
        beyond, runs = [], []
        for _ in range(rounds):
            warm, scanned = asked_by(lambda: runs.append(compare.run(scan, 600)))
            _, bare = asked_by(lambda: replay(host, warm))
            beyond.append(scanned - bare)
        size = sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(results) for name in names)
    blobs = lambda asked: sum("/blobs/" in path for _, path in asked)
    print(f"first scan: {took:.3f} s, {len(cold)} requests, {blobs(cold)} of them for blobs; {size / 1e6:.1f} MB kept")
    print(f"second scan: {compare.median(runs, 'cpu') * 1e3:.0f} ms of CPU; {statistics.median(beyond) * 1e3:.0f} ms beyond {len(warm)} requests, {blobs(warm)} of them for blobs")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--work", default=os.path.join(ROOT, "target", "bench"), help="where the images lie")
    parser.add_argument("--bytes", type=int, default=1 << 28, help="of content in the image")
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    layout, history = os.path.join(args.work, "kept"), os.path.join(args.work, "own.git")
    if not os.path.exists(f"{layout}/oci-layout"):
        if not os.path.exists(history):
            subprocess.run(["git", "clone", "--quiet", "--bare", "--no-local", ROOT, history], check=True)
        big_image.write_image(layout, [history, *big_image.SOURCES], args.bytes, 10)
    print(f"goals:{GOALS}\n{compare.machine()}")
    second_scan(layout, 4 * args.rounds)


if __name__ == "__main__":
    main()
