"""The process that runs a reward: reads batches of cars from a pipe, calls the racer's function, writes what it paid.

Started by `worker.rs`, which also ends it when it takes too long. Frames both ways: kind and length as two u32, then
that many bytes. Settings and failures are JSON; batches are columns of plain numbers, see `params.rs`.
"""

import ast
import faulthandler
import gc
import io
import json
import os
import select
import signal
import sys
import threading
import time
import types
from array import array
from math import isfinite

import paddock_faults as faults
import paddock_findings as findings
import paddock_guards as guards
import paddock_keys as keys
from paddock_faults import Fault

NEEDED = (3, 9)
ENTRY = "reward_function"
MODULE = "reward_function"
LOAD, ROAD, PAY, PROBE, RENEW = range(1, 6)
READY, PAID, PROBED, PRINTED, FAILED, RENEWED = range(1, 7)
# What a probe reports of the same fault in other states is the same fault.
MOST_FAULTS = 20

# The keys of params and their columns, as the table in `params.rs` has them. f: number, i: whole number, b: truth,
# p: pair of whole numbers, r: number of a road; F, B and P: a list of numbers, truths or points.
KINDS = {}


class Pipe:
    """Frames from and to the program that started this process."""

    def __init__(self, inbox, outbox):
        self.inbox, self.outbox, self.space = io.FileIO(inbox, "rb"), outbox, bytearray(1 << 16)

    def read(self):
        kind, length = memoryview(self._read(8)).cast("I")
        return kind, self._read(length)

    def _read(self, length):
        if length > len(self.space):
            self.space = bytearray(2 * length)
        view = memoryview(self.space)[:length]
        count = 0
        while count < length:
            got = self.inbox.readinto(view[count:])
            if not got:
                leave()
            count += got
        return view

    def write(self, kind, content):
        frame = array("I", [kind, len(content)]).tobytes() + content
        while frame:
            frame = frame[os.write(self.outbox, frame) :]

    def write_json(self, kind, document):
        self.write(kind, json.dumps(document).encode())


def leave():
    """Ends at once, without what the racer's code may have left to be done at the end."""
    os._exit(0)


def leave_with(inbox):
    """Waits until the program that started this process is gone, however it went, and leaves."""
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    hangup = select.poll()
    hangup.register(inbox, 0)
    hangup.poll()
    leave()


class Reward:
    """A loaded file: a module and a function per car."""

    def __init__(self, settings):
        self.path, self.source = settings["path"], settings["source"]
        self.seed, self.cars, self.memory_mib = settings["seed"], settings["cars"], settings["memory_bytes"] >> 20
        self.roads = []
        self.numbers, self.calls = b"", []
        try:
            self.tree = ast.parse(self.source, self.path)
            self.code = compile(self.tree, self.path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            line, column = getattr(error, "lineno", None), getattr(error, "offset", None)
            message = getattr(error, "msg", None) or str(error)
            raise Fault("syntax_error", line, f"{message}; Python cannot read the file", column) from None
        self.use = keys.used_keys(self.tree, ENTRY)
        self.names = list(KINDS) if self.use.escape else [name for name in KINDS if name in self.use.keys]
        self.loop = build_loop(self.names, self.use.changes_lists)

    def load(self):
        """Runs the module once per car, so that each has its own globals."""
        gc.unfreeze()
        self.numbers = b""
        self.import_first()
        guards.seed(self.seed)
        self.functions = [self.load_one() for _ in range(self.cars)]
        # What was loaded stays: the collector need not look at it again.
        gc.collect()
        gc.freeze()

    def import_first(self):
        """Imports what the module will, so that numpy's numbers are seeded before the module draws any."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            for name in names:
                try:
                    __import__(name)
                except Exception:
                    # The module itself will say so, in its own line.
                    pass

    def load_one(self):
        module = types.ModuleType(MODULE)
        module.__file__ = self.path
        # Dataclasses and the like look their module up.
        sys.modules[MODULE] = module
        try:
            exec(self.code, module.__dict__)
        except BaseException as error:
            raise self.fault_of(error) from None
        function = getattr(module, ENTRY, None)
        if not callable(function):
            raise Fault("no_reward_function", 1, self.missing_entry(module))
        return function

    def missing_entry(self, module):
        import difflib

        names = [name for name, value in vars(module).items() if isinstance(value, types.FunctionType)]
        close = difflib.get_close_matches(ENTRY, names, 1) or names[:1]
        hint = f"rename {close[0]}" if close else "write def reward_function(params): return 1.0"
        return f"there is no function {ENTRY}(params), which is what is called; {hint}"

    def pay(self, view):
        """What each car of a batch gets."""
        calls, columns = self.read(view)
        rewards = []
        try:
            self.loop(calls, rewards.append, *columns)
        except BaseException as error:
            raise self.fault_of(error) from None
        try:
            paid = array("d", rewards)
            total = sum(paid)
            if isfinite(total) and (not paid or max(paid) <= faults.MOST and min(paid) >= -faults.MOST):
                return paid.tobytes()
        except (TypeError, OverflowError):
            pass
        bad = next(index for index, reward in enumerate(rewards) if faults.why_not(reward))
        raise self.fault_of_value(rewards[bad], calls[bad], columns, bad)

    def probe(self, view):
        """What each state of a batch gets, NaN where the function fails, and how it failed."""
        calls, columns = self.read(view)
        paid, failed = array("d"), {}
        for index, call in enumerate(calls):
            reward, fault = self.call_one(call, columns, index)
            paid.append(reward)
            if fault and len(failed) < MOST_FAULTS:
                failed.setdefault((fault.code, fault.line), (index, fault))
        return paid, [dict(fault.document(), state=index) for index, fault in failed.values()]

    def call_one(self, call, columns, index):
        rewards = []
        try:
            self.loop([call], rewards.append, *(column[index : index + 1] for column in columns))
        except BaseException as error:
            return float("nan"), self.fault_of(error)
        if faults.why_not(rewards[0]):
            return float("nan"), self.fault_of_value(rewards[0], call, columns, index)
        return float(rewards[0]), None

    def read(self, view):
        """The functions to call and the columns of their params."""
        (count,) = view[:4].cast("I")
        at = 4 + 4 * count
        if view[4:at] != self.numbers:
            self.numbers = bytes(view[4:at])
            self.calls = [self.functions[car] for car in view[4:at].cast("i")]
        columns, ends = [], None

        def take(code, size, length):
            nonlocal at
            begin, at = at, at + size * length
            return view[begin:at].cast(code).tolist()

        for name in self.names:
            kind = KINDS[name]
            if kind == "f":
                columns.append(take("d", 8, count))
            elif kind == "b":
                columns.append(take("?", 1, count))
            elif kind == "i":
                columns.append(take("i", 4, count))
            elif kind == "r":
                columns.append([self.roads[road] for road in take("i", 4, count)])
            elif kind == "p":
                pairs = take("i", 4, 2 * count)
                columns += [pairs[0::2], pairs[1::2]]
            else:
                if ends is None:
                    lengths, total, ends = take("i", 4, count), 0, []
                    for length in lengths:
                        ends.append((total, total + length))
                        total += length
                if kind == "P":
                    flat = take("d", 8, 2 * total)
                    flat = list(zip(flat[0::2], flat[1::2]))
                else:
                    flat = take("d", 8, total) if kind == "F" else take("?", 1, total)
                columns.append([flat[begin:end] for begin, end in ends])
        return self.calls, columns

    def fault_of(self, error):
        """An exception, as a person should read it."""
        line, function = None, None
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == self.path:
                line, function = trace.tb_lineno, trace.tb_frame.f_code.co_name
            trace = trace.tb_next
        code, text = faults.describe(error, list(KINDS), self.names, self.memory_mib)
        where = f" in {function}" if function not in (None, "<module>", ENTRY) else ""
        return Fault(code, line or 1, f"{text}{where}")

    def fault_of_value(self, reward, call, columns, index):
        """A return value that is no reward, with the line that returned it: the call is made again, and watched."""
        line = None
        codes = {getattr(call, "__code__", None), getattr(getattr(call, "__call__", None), "__code__", None)}

        def watch(frame, event, value):
            def leaves(frame, event, value):
                nonlocal line
                if event == "return":
                    line = frame.f_lineno
                return leaves

            return leaves if frame.f_code in codes else None

        sys.settrace(watch)
        try:
            self.loop([call], [].append, *(column[index : index + 1] for column in columns))
        except BaseException:
            pass
        finally:
            sys.settrace(None)
        code, text = faults.why_not(reward)
        return Fault(code, line or 1, text)


def build_loop(names, copies_lists):
    """A function that calls all cars: written out for the keys in use, so that Python runs it at its full speed."""
    items, columns = [], []
    for number, name in enumerate(names):
        value = f"v{number}"
        if KINDS[name] == "p":
            items.append(f"{name!r}: [{value}, w{number}]")
            columns += [value, f"w{number}"]
            continue
        columns.append(value)
        items.append(f"{name!r}: {value}[:]" if KINDS[name] == "r" and copies_lists else f"{name!r}: {value}")
    lists = "".join(f", c_{column}" for column in columns)
    variables = "".join(f", {column}" for column in columns)
    source = (
        f"def loop(calls, append{lists}):\n"
        f"    for call{variables}, in zip(calls{lists}):\n"
        f"        append(call({{{', '.join(items)}}}))\n"
    )
    scope = {}
    exec(compile(source, "<paddock loop>", "exec"), scope)
    return scope["loop"]


def answer(pipe, settings):
    """Answers until nobody asks any more."""
    cpu = guards.CpuTime(settings["cpu_secs"], time.monotonic)
    cpu.renew()
    reward = Reward(settings)
    found = findings.find(reward.tree, reward.use, list(KINDS)) if settings["check"] else []
    try:
        reward.load()
    except Fault as fault:
        fault.findings = found
        raise
    document = {"keys": reward.names, "version": sys.version.split()[0], "findings": found}
    pipe.write_json(READY, document)
    while True:
        kind, view = pipe.read()
        cpu.renew()
        if kind == ROAD:
            flat = view.cast("d").tolist()
            reward.roads.append(list(zip(flat[0::2], flat[1::2])))
        elif kind == PAY:
            pipe.write(PAID, reward.pay(view))
        elif kind == RENEW:
            (reward.seed,) = view.cast("Q")
            reward.load()
            pipe.write(RENEWED, b"")
        else:
            paid, failed = reward.probe(view)
            paid = [None if value != value else value for value in paid]
            pipe.write_json(PROBED, {"paid": paid, "faults": failed})


def take_pipes():
    """The pipes that stand for input and output; in their place, nothing to read, and stderr."""
    inbox, outbox = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    sys.stdin = open(0, closefd=False)
    return inbox, outbox


def main():
    inbox, outbox = take_pipes()
    pipe = Pipe(inbox, outbox)
    # Ctrl-C is for the program that started this one, which then ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    faulthandler.enable()
    if hasattr(faulthandler, "register"):
        faulthandler.register(signal.SIGUSR1, all_threads=False)
        faulthandler.register(signal.SIGXCPU, all_threads=False, chain=True)
    if hasattr(select, "poll"):
        threading.Thread(target=leave_with, args=(inbox,), daemon=True).start()
    _, view = pipe.read()
    settings = json.loads(bytes(view))
    KINDS.update(settings["keys"])
    output = guards.Output(lambda text: pipe.write(PRINTED, text), settings["output_bytes"])
    sys.stdout = sys.stderr = output
    try:
        if sys.version_info < NEEDED:
            version = sys.version.split()[0]
            raise Fault(
                "python", None, f"{sys.executable} is Python {version}; name one from 3.9 on with PADDOCK_PYTHON"
            )
        guards.close_doors(settings["memory_bytes"])
        answer(pipe, settings)
    except Fault as fault:
        pipe.write_json(FAILED, dict(fault.document(), findings=fault.findings))
        # It is not asked again; wait for the end.
        pipe.read()


main()
