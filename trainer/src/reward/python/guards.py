"""What a reward may not do, what it is told when it tries, and how its numbers are drawn.

These guards are for accidents: the file is the racer's own, run by the racer's own Python. They keep a mistake from
filling a disk, a memory or a terminal, and say what to do instead.
"""

import io
import itertools
import os
import random
import sys

try:
    import resource
except ImportError:  # Windows
    resource = None

INSTEAD = "a reward only turns params into a number"
PROCESS = "a reward cannot start processes; " + INSTEAD
NETWORK = "a reward cannot use the network; " + INSTEAD
WRITING = "a reward cannot write files; keep what you need in a global variable, and print what you want to see"
SIGNAL = "a reward cannot send signals; " + INSTEAD

# Audit events (PEP 578) and what is said to them.
REFUSED = {
    "os.exec": PROCESS, "os.fork": PROCESS, "os.forkpty": PROCESS, "os.posix_spawn": PROCESS, "os.spawn": PROCESS,
    "os.startfile": PROCESS, "os.system": PROCESS, "pty.spawn": PROCESS, "subprocess.Popen": PROCESS,
    "os.chflags": WRITING, "os.chmod": WRITING, "os.chown": WRITING, "os.link": WRITING, "os.mkdir": WRITING,
    "os.remove": WRITING, "os.rename": WRITING, "os.rmdir": WRITING, "os.symlink": WRITING, "os.truncate": WRITING,
    "os.utime": WRITING, "os.kill": SIGNAL, "os.killpg": SIGNAL,
}  # fmt: skip
WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Refused(PermissionError):
    """What is said to a reward that does what it may not."""


def _audit(event, arguments):
    sentence = REFUSED.get(event)
    if sentence is None and event == "open":
        path, _mode, flags = arguments
        if isinstance(flags, int) and flags & WRITE_FLAGS and path != os.devnull:
            sentence = WRITING
    elif sentence is None and event.startswith("socket.") and event != "socket.gethostname":
        sentence = NETWORK
    if sentence is not None:
        raise Refused(sentence)


def close_doors(memory_bytes):
    """From here on: no files, no processes, no network, no more memory than this."""
    sys.addaudithook(_audit)
    if resource is None:
        return
    limits = [("RLIMIT_AS", memory_bytes), ("RLIMIT_FSIZE", 0), ("RLIMIT_CORE", 0), ("RLIMIT_NPROC", 0)]
    for name, limit in limits:
        try:
            number = getattr(resource, name)
            resource.setrlimit(number, (limit, limit))
        except (AttributeError, OSError, ValueError):
            # Not every system has every limit; the audit hook stands in any case.
            pass


class CpuTime:
    """Ends the process if it computes on and on, even where nobody is left to stop it and the interpreter never gets
    to look: the kernel counts. Counted from the last `renew`."""

    EVERY_SECS = 1

    def __init__(self, secs, clock):
        self.secs, self.clock, self.next = secs, clock, 0.0

    def renew(self):
        now = self.clock()
        if resource is None or now < self.next:
            return
        self.next = now + self.EVERY_SECS
        used = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(used.ru_utime + used.ru_stime + self.secs + self.EVERY_SECS + 1)
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))


class Output(io.TextIOBase):
    """Where `print` goes: as many characters as the run shows, then nowhere, which costs nothing."""

    ENOUGH = "(that is enough: nothing more that this reward prints is shown)"

    def __init__(self, show, limit):
        self.show, self.left, self.line = show, limit, ""

    def writable(self):
        return True

    def write(self, text):
        if self.left > 0:
            self.left -= len(text)
            self.line += text if self.left > 0 else f"{text[: self.left]}\n{self.ENOUGH}\n"
            if "\n" in self.line:
                self.flush()
        return len(text)

    def flush(self):
        line, self.line = self.line, ""
        if line:
            self.show(line.encode("utf-8", "replace"))


def seed(number):
    """The same numbers for the same run, from `random` and from numpy, if that is in use."""
    random.seed(number)
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return
    numpy.random.seed(number % 2**32)
    fresh = getattr(numpy.random.default_rng, "fresh", numpy.random.default_rng)
    count = itertools.count(number)

    def default_rng(seed=None):
        return fresh(next(count) if seed is None else seed)

    default_rng.fresh = fresh
    numpy.random.default_rng = default_rng
