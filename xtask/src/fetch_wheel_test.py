"""Tests of fetch_wheel.py against a package index on this machine that misbehaves as real ones do."""

import base64
import contextlib
import hashlib
import http.server
import io
import os
import sys
import tempfile
import threading
import unittest
import zipfile
from unittest import mock

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import fetch_wheel

WHEEL = "torch-2.13.0-py3-none-any.whl"
METADATA = "Metadata-Version: 2.1\nName: torch\nVersion: 2.13.0\n"
WHEEL_INFO = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def make_wheel():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("torch/lib/libc10.so", os.urandom(300_000))
        archive.writestr("torch/include/c10/a.h", "// a")
        archive.writestr("torch/version.py", "")
        archive.writestr("torch-2.13.0.dist-info/METADATA", METADATA)
        archive.writestr("torch-2.13.0.dist-info/WHEEL", WHEEL_INFO)
        archive.writestr("torch-2.13.0.dist-info/RECORD", "")
    return packed.getvalue()


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves one wheel; the attributes of its server say how badly."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        server = self.server
        if server.password and self.headers.get("Authorization") != server.password:
            return self.send(401, b"", {"WWW-Authenticate": 'Basic realm="mirror"'})
        if self.path == "/simple/torch/":
            page = f'<html><body><a href="../../files/{WHEEL}#any">{WHEEL}</a></body></html>'
            return self.send(200, page.encode(), {"Content-Type": "text/html"})
        server.ranges.append(self.headers.get("Range"))
        body, status, headers = server.wheel, 200, {}
        if server.damaged:
            server.damaged -= 1
            body = body[:-1] + bytes([body[-1] ^ 1])
        if server.ranges[-1] and server.resumes:
            first = int(server.ranges[-1][len("bytes="):-1])
            if first >= len(body):
                return self.send(416, b"", {})
            status, headers = 206, {"Content-Range": f"bytes {first}-{len(body) - 1}/{len(body)}"}
            body = body[first:]
        self.send(status, body, headers)

    def send(self, status, body, headers):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.server.cuts and len(body) > 100_000:
            self.server.cuts -= 1
            body = body[:100_000]
        self.wfile.write(body)


class FetchWheel(unittest.TestCase):
    def setUp(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.wheel, self.server.ranges, self.server.password = make_wheel(), [], None
        self.server.cuts, self.server.damaged, self.server.resumes = 0, 0, True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.downloads, self.into = os.path.join(folder.name, "downloads"), os.path.join(folder.name, "into")
        os.makedirs(self.downloads)
        self.part = os.path.join(self.downloads, WHEEL + ".part")

    def fetch(self, *takes, user=""):
        """Fetches with the server as pip's index; returns what was said."""
        index = f"http://{user}127.0.0.1:{self.server.server_port}/simple"
        environment = {name: value for name, value in os.environ.items() if not name.upper().startswith("PIP_")}
        environment.update(PIP_INDEX_URL=index, PIP_CONFIG_FILE=os.devnull, NO_PROXY="127.0.0.1")
        environment.update(PIP_DISABLE_PIP_VERSION_CHECK="1")
        digest = hashlib.sha256(self.server.wheel).hexdigest()
        # A real file: pip writes to it too.
        with tempfile.TemporaryFile("w+") as said, contextlib.redirect_stderr(said):
            with mock.patch.dict(os.environ, environment, clear=True), mock.patch("time.sleep"):
                fetch_wheel.main(self.downloads, WHEEL, digest, self.into, *takes)
            said.seek(0)
            return said.read()

    def write_part(self, content):
        with open(self.part, "wb") as file:
            file.write(content)

    def taken(self):
        return sorted(
            os.path.relpath(os.path.join(folder, name), self.into)
            for folder, _, names in os.walk(self.into)
            for name in names
        )

    def test_takes_files_and_folders(self):
        self.fetch("torch/lib/libc10.so=lib/libc10.so", "torch/include/=include/")
        self.assertEqual(self.taken(), ["include/c10/a.h", "lib/libc10.so"])
        self.assertEqual(os.listdir(self.downloads), [WHEEL])

    def test_goes_on_where_a_killed_download_stopped(self):
        self.write_part(self.server.wheel[:200_000])
        self.fetch("torch/include/=include/")
        self.assertEqual(self.server.ranges, ["bytes=200000-"])

    def test_goes_on_after_lost_connections(self):
        self.server.cuts = 2
        said = self.fetch("torch/include/=include/")
        self.assertEqual(self.server.ranges, [None, "bytes=100000-", "bytes=200000-"])
        self.assertIn("going on", said)

    def test_starts_again_where_ranges_are_ignored(self):
        self.server.resumes = False
        self.write_part(self.server.wheel[:200_000])
        self.fetch("torch/include/=include/")
        self.assertEqual(self.server.ranges, ["bytes=200000-"])

    def test_throws_away_what_is_corrupt(self):
        self.write_part(b"x" * 200_000)
        said = self.fetch("torch/include/=include/")
        self.assertIn("corrupt", said)
        self.assertEqual(self.server.ranges, ["bytes=200000-", None])

    def test_a_part_that_is_too_long_is_corrupt(self):
        self.write_part(self.server.wheel + b"x")
        self.assertIn("corrupt", self.fetch("torch/include/=include/"))

    def test_gives_up_when_it_is_corrupt_twice(self):
        self.server.damaged = 2
        with self.assertRaisesRegex(SystemExit, "corrupt twice"):
            self.fetch("torch/include/=include/")
        self.assertEqual(os.listdir(self.downloads), [])

    def test_a_whole_wheel_is_not_fetched_again(self):
        self.fetch("torch/include/=include/")
        self.fetch("torch/include/=include/")
        self.assertEqual(self.server.ranges, [None])

    def test_names_what_the_wheel_lacks(self):
        with self.assertRaisesRegex(SystemExit, "has no torch/lib/none.so"):
            self.fetch("torch/lib/none.so=lib/none.so")

    def test_pip_fetches_from_a_mirror_with_a_password(self):
        self.server.password = "Basic " + base64.b64encode(b"me:secret").decode()
        said = self.fetch("torch/include/=include/", user="me:secret@")
        self.assertIn("asking pip", said)
        self.assertEqual(self.taken(), ["include/c10/a.h"])
        self.assertEqual(os.listdir(self.downloads), [WHEEL])

    def test_json_pages(self):
        page = b'{"files": [{"url": "../files/a%2Bcpu-1.whl"}]}'
        addresses = fetch_wheel.file_addresses(page, fetch_wheel.JSON_INDEX, "http://host/simple/a/")
        self.assertEqual(addresses, {"a+cpu-1.whl": "http://host/simple/files/a%2Bcpu-1.whl"})


if __name__ == "__main__":
    unittest.main()
