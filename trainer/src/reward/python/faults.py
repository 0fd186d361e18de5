"""What a reward did wrong, in words for people: what happened, and the way out."""

import difflib
import sys
from array import array

import paddock_guards as guards

# DeepRacer's: beyond, a job there is stopped.
MOST = 1e5


class Fault(Exception):
    """What a reward did wrong, for people: a stable code, where, and what to do."""

    def __init__(self, code, line, text, column=None):
        super().__init__(text)
        self.code, self.line, self.text, self.column = code, line, text, column
        # What `paddock reward check` had found before.
        self.findings = []

    def document(self):
        return {"code": self.code, "line": self.line, "column": self.column, "message": self.text}


def why_not(reward):
    """What is wrong with a return value; None if it is a reward."""
    kind = type(reward).__name__
    if reward is None:
        return "wrong_type", "nothing was returned; every way through the function has to end with return and a number"
    try:
        number = array("d", [reward])[0]
    except OverflowError:
        number = float("inf")
    except TypeError:
        article = "an" if kind[0] in "aeiou" else "a"
        return "wrong_type", f"{article} {kind} was returned; a reward is one number: return float(reward)"
    if number != number:
        return "not_finite", "NaN was returned (as 0/0 of numpy, inf - inf or math.nan give); guard what can become it"
    if number in (float("inf"), float("-inf")):
        return "not_finite", "an infinite reward was returned; bound it, as min(reward, 1000.0) does"
    if not -MOST <= number <= MOST:
        return (
            "out_of_range",
            f"{number:g} was returned; DeepRacer stops beyond ±100000, and about 1 learns best: scale it",
        )
    return None


def describe(error, keys, built, memory_mib):
    """Code and sentence of an exception, with the way out where we know one. `keys` are those of params, `built` those
    that are made for this reward."""
    kind, said = type(error).__name__, " ".join(str(error).split())
    if isinstance(error, guards.Refused):
        return "refused", said
    if isinstance(error, KeyError) and error.args and isinstance(error.args[0], str):
        key = error.args[0]
        if key in keys and key not in built:
            return (
                "exception",
                f"params[{key!r}] was not built, since nobody could see that it is used here; "
                f"write params[{key!r}] in the function itself",
            )
        return "exception", f"KeyError: {key!r}{close_key(key, keys)}"
    if isinstance(error, RecursionError):
        return "recursion", "RecursionError: the function calls itself without end; give it an end, or use a loop"
    if isinstance(error, MemoryError):
        return "memory", f"MemoryError: a reward may use {memory_mib} MiB; keep less, and not a new item per step"
    if isinstance(error, ModuleNotFoundError):
        root = (error.name or "").partition(".")[0]
        return (
            "import_unavailable",
            f"no module {root!r} in this Python; install it: {sys.executable} -m pip install {root}",
        )
    if isinstance(error, SystemExit):
        return "left", "the reward tried to leave the program; return a number instead"
    if isinstance(error, EOFError):
        return "exception", f"{kind}: {said}; nobody is there to answer a reward's questions"
    hints = {
        "ZeroDivisionError": "divide by max(x, 0.001), or look before",
        "IndexError": "a list is shorter than the index; waypoints are a ring: use index % len(waypoints)",
    }
    hint = hints.get(kind)
    return "exception", f"{kind}: {said}" + (f"; {hint}" if hint else "")


def close_key(key, keys):
    close = difflib.get_close_matches(key, keys, 1)
    return f", which params does not have; did you mean {close[0]!r}?" if close else ""
