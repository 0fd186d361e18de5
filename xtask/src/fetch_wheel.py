"""Fetches one wheel and takes files out of it.

usage: fetch_wheel.py DOWNLOADS WHEEL SHA256 INTO FROM=TO...

WHEEL is a file name of the package index that pip on this machine uses. It is downloaded into the folder DOWNLOADS; a
download that was cut off goes on where it stopped, and one whose SHA-256 is wrong is thrown away. Then each FROM in it
is written to INTO/TO; a FROM that ends with "/" means all that is below it. Needs Python 3.8 and pip, nothing else.
"""

import ast
import hashlib
import html.parser
import http.client
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile

CHUNK = 1 << 20  # bytes read at once
SILENCE = 60  # seconds without a byte before a connection counts as lost
PATIENCE = 5  # lost connections in a row, without a byte gained, before giving up
JSON_INDEX = "application/vnd.pypi.simple.v1+json"


class NoDirectWay(Exception):
    """The index or the file cannot be read this way; pip itself may still manage."""


def say(text):
    print("   " + text, file=sys.stderr, flush=True)


def pip_settings():
    """pip's settings by short name, with pip's own precedence: environment, then its `download` section, then `global`."""
    listed = subprocess.run([sys.executable, "-m", "pip", "config", "list"], stdout=subprocess.PIPE, text=True)
    settings = {}
    for section in ("global.", "download.", ":env:."):
        for line in listed.stdout.splitlines():
            name, _, value = line.partition("=")
            if name.startswith(section):
                settings[name[len(section):]] = str(ast.literal_eval(value))
    return settings


class Index:
    """The package index that pip uses, read with pip's certificates and proxy."""

    def __init__(self):
        settings = pip_settings()
        if settings.get("no-index", "").lower() in ("1", "true", "yes", "on"):
            raise NoDirectWay("pip is told to use no index")
        self.pages = [settings.get("index-url") or default_index(), *settings.get("extra-index-url", "").split()]
        bundle = settings.get("cert") or os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
        context = ssl.create_default_context(cafile=bundle or None)
        if not bundle and not context.cert_store_stats()["x509_ca"] and not os.environ.get("SSL_CERT_DIR"):
            context.load_verify_locations(pip_certificates())  # as some Pythons for macOS come with none
        handlers = [urllib.request.HTTPSHandler(context=context)]
        if settings.get("proxy"):
            proxy = settings["proxy"]
            handlers.append(urllib.request.ProxyHandler({"http": proxy, "https": proxy}))
        self.opener = urllib.request.build_opener(*handlers)

    def open(self, url, headers):
        return self.opener.open(urllib.request.Request(url, headers=headers), timeout=SILENCE)

    def address_of(self, wheel):
        """Where the index says that the file is."""
        project = re.sub(r"[-_.]+", "-", wheel.split("-")[0]).lower()
        reasons = []
        for page in self.pages:
            url = page.rstrip("/") + "/" + project + "/"
            try:
                with self.open(url, {"Accept": JSON_INDEX + ", text/html;q=0.5"}) as answer:
                    addresses = file_addresses(answer.read(), answer.headers.get_content_type(), answer.geturl())
                if wheel in addresses:
                    return addresses[wheel]
                reasons.append("the index does not list " + wheel)
            except (OSError, ValueError, http.client.HTTPException) as error:
                reasons.append(str(error))
        raise NoDirectWay("; ".join(reasons))


def default_index():
    from pip._internal.models.index import PyPI

    return PyPI.simple_url


def pip_certificates():
    from pip._vendor import certifi

    return certifi.where()


def file_addresses(body, content_type, base):
    """File name -> address, of an index page in JSON (PEP 691) or HTML (PEP 503)."""
    if content_type == JSON_INDEX:
        links = [file["url"] for file in json.loads(body)["files"]]
    else:
        links = []
        parser = html.parser.HTMLParser()
        parser.handle_starttag = lambda tag, attributes: links.extend(
            value for name, value in attributes if tag == "a" and name == "href" and value
        )
        parser.feed(body.decode("utf-8"))
    urls = [urllib.parse.urldefrag(urllib.parse.urljoin(base, link)).url for link in links]
    return {urllib.parse.unquote(url.rsplit("/", 1)[-1]): url for url in urls}


class Progress:
    """A bar that is redrawn on a terminal; elsewhere a line per fifth, or a single one for a small file."""

    def __init__(self, label, have, total):
        self.label, self.first, self.total, self.start = label, have, total, time.monotonic()
        self.redraw = sys.stderr.isatty() and not os.environ.get("CI")
        self.lines = 5 if total > 50e6 else 1
        self.next = 0

    def show(self, have):
        now = time.monotonic()
        share = have / self.total if self.total else 0
        if self.redraw and (now >= self.next or have == self.total):
            self.next = now + 0.1
            rate = (have - self.first) / 1e6 / max(now - self.start, 0.1)
            bar = ("#" * int(30 * share)).ljust(30, ".")
            line = f"{self.label} [{bar}] {have / 1e6:.0f}/{self.total / 1e6:.0f} MB {rate:.0f} MB/s"
            print("\r   " + line + "  ", end="\n" if have == self.total else "", file=sys.stderr, flush=True)
        elif not self.redraw and int(share * self.lines) > self.next:
            say(f"{self.label}: {have / 1e6:.0f} of {self.total / 1e6:.0f} MB")
            self.next = int(share * self.lines)


def size_of(path):
    return os.path.getsize(path) if os.path.exists(path) else 0


def download(index, url, part, label):
    """Brings `part` up to the whole file, over as many connections as it takes."""
    losses = 0
    while True:
        had = size_of(part)
        try:
            if receive(index, url, part, label, had):
                return
            error = "the connection ended early"
        except urllib.error.HTTPError as answer:
            if answer.code == 416 and had:
                return  # nothing is left to send; the SHA-256 tells whether it is the right file
            if 400 <= answer.code < 500 and answer.code not in (408, 429):
                raise NoDirectWay(f"{answer} for {label}")
            error = answer
        except urllib.error.URLError as failure:
            if isinstance(failure.reason, ssl.SSLCertVerificationError):
                raise NoDirectWay(str(failure.reason))
            error = failure.reason
        except (OSError, http.client.HTTPException) as failure:
            error = failure
        losses = 1 if size_of(part) > had else losses + 1
        if losses >= PATIENCE:
            raise SystemExit(f"   {label}: {error}; what is here is kept, try again when the network is back")
        say(f"{label}: {error}; going on in {2 * losses} s")
        time.sleep(2 * losses)


def receive(index, url, part, label, had):
    """One connection's worth of the file; whether it is whole now."""
    with index.open(url, {"Range": f"bytes={had}-"} if had else {}) as answer:
        resumed = answer.status == 206 and (answer.headers.get("Content-Range") or "").startswith(f"bytes {had}-")
        have = had if resumed else 0
        total = have + int(answer.headers.get("Content-Length") or 0)
        if resumed:
            say(f"{label}: going on at {have / 1e6:.0f} MB")
        progress = Progress(label, have, total)
        with open(part, "ab" if resumed else "wb") as file:
            while True:
                chunk = answer.read(CHUNK)
                if not chunk:
                    return have >= total
                file.write(chunk)
                have += len(chunk)
                progress.show(have)


def download_by_pip(wheel, part):
    """The same file through `pip download`, for an index that only pip can read."""
    name, version, python, abi, platforms = wheel[: -len(".whl")].split("-")
    folder = part + ".pip"
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--only-binary=:all:"]
    command += ["--dest", folder, "--implementation", python[:2], "--abi", abi]
    command += ["--python-version", python[2:] if python.startswith("cp") else "312"]
    for platform in platforms.split("."):
        command += ["--platform", platform]
    subprocess.run([*command, f"{name}=={version}"], stdout=sys.stderr)
    found = os.path.join(folder, wheel)
    if not os.path.exists(found):
        raise SystemExit(f"   {wheel}: pip could not fetch it either; check `pip config list` and the network")
    os.replace(found, part)
    shutil.rmtree(folder)


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for chunk in iter(lambda: file.read(CHUNK), b""):
            digest.update(chunk)
    return digest.hexdigest()


def obtain(folder, wheel, sha256):
    """The path of the whole, verified wheel in `folder`."""
    os.makedirs(folder, exist_ok=True)
    whole, part = os.path.join(folder, wheel), os.path.join(folder, wheel + ".part")
    if os.path.exists(whole):
        if sha256_of(whole) == sha256:
            return whole
        say(f"{whole} is corrupt and was thrown away")
        os.remove(whole)
    label = " ".join(wheel.split("-")[:2])
    for _ in range(2):
        try:
            index = Index()
            download(index, index.address_of(wheel), part, label)
        except NoDirectWay as reason:
            say(f"{label}: {reason}; asking pip to fetch it")
            download_by_pip(wheel, part)
        if sha256_of(part) == sha256:
            os.replace(part, whole)
            return whole
        os.remove(part)
        say(f"{label}: the download is corrupt (its SHA-256 is wrong) and was thrown away")
    raise SystemExit(f"   {label}: corrupt twice; a mirror or proxy on the way seems to change or cut the file")


def unpack(wheel, into, takes):
    with zipfile.ZipFile(wheel) as archive:
        files = [name for name in archive.namelist() if not name.endswith("/")]
        for take in takes:
            source, _, target = take.partition("=")
            found = [name for name in files if name == source or (source.endswith("/") and name.startswith(source))]
            if not found:
                raise SystemExit(f"   {os.path.basename(wheel)} has no {source}")
            for name in found:
                path = os.path.join(into, target + name[len(source):])
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with archive.open(name) as packed, open(path, "wb") as file:
                    shutil.copyfileobj(packed, file, CHUNK)


def main(downloads, wheel, sha256, into, *takes):
    try:
        unpack(obtain(downloads, wheel, sha256), into, takes)
    except KeyboardInterrupt:
        raise SystemExit("   interrupted; what is here is kept, the next set-up goes on from it")
    except OSError as error:
        raise SystemExit(f"   {wheel}: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
