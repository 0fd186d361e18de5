"""What `paddock reward check` finds by reading a reward: mistakes, what will be refused, and traps."""

import ast
import difflib
import importlib.util
import sys

ERROR, WARNING, HINT = "error", "warning", "hint"

INSTEAD = {
    "writes_file": "it will be refused: a reward cannot write files; keep what you need in a global variable, and "
    "print what you want to see",
    "starts_process": "it will be refused: a reward cannot start processes; it only turns params into a number",
    "uses_network": "it will be refused: a reward cannot use the network; it only turns params into a number",
    "leaves": "it would end the reward's process and the training with it; return a number instead",
}
# Calls by their full name; one that ends with a dot stands for all of a module.
REFUSED = {
    "os.system": "starts_process", "os.popen": "starts_process", "os.fork": "starts_process",
    "os.exec": "starts_process", "os.spawn": "starts_process", "os.posix_spawn": "starts_process",
    "subprocess.": "starts_process",
    "multiprocessing.": "starts_process", "concurrent.futures.ProcessPoolExecutor": "starts_process",
    "socket.": "uses_network", "requests.": "uses_network", "urllib.request.": "uses_network", "boto3.": "uses_network",
    "http.client.": "uses_network", "smtplib.": "uses_network", "ftplib.": "uses_network", "httpx.": "uses_network",
    "os.remove": "writes_file", "os.unlink": "writes_file", "os.mkdir": "writes_file", "os.makedirs": "writes_file",
    "os.rename": "writes_file", "os.replace": "writes_file", "os.rmdir": "writes_file", "shutil.": "writes_file",
    "tempfile.": "writes_file", "numpy.save": "writes_file", "numpy.savez": "writes_file",
    "numpy.savetxt": "writes_file", "numpy.memmap": "writes_file",
    "os._exit": "leaves", "os.abort": "leaves", "sys.exit": "leaves", "exit": "leaves",
    "quit": "leaves",
}  # fmt: skip
WRITING_METHODS = {"write_text", "write_bytes", "tofile", "to_csv", "to_pickle"}
CLOCKS = {"time.time", "time.perf_counter", "time.monotonic", "time.process_time", "datetime.datetime.now"}
TRAPS = {
    "speed": "params['speed'] is the speed that was commanded, not the speed that the car has: a reward for it pays "
    "for asking, and progress pays for driving",
    "steering_angle": "params['steering_angle'] is the angle that was commanded, in degrees; the wheels follow a "
    "little later",
    "is_reversed": "params['is_reversed'] says which way round the track is driven, not that the car drives backwards; "
    "a falling params['progress'] says that",
    "objects_heading": "params['objects_heading'] is in radians, unlike params['heading'], which is in degrees",
}


def find(tree, use, keys):
    """All findings, by line."""
    finder = _Finder(tree, keys)
    finder.entry()
    finder.imports()
    finder.uses(use)
    finder.calls()
    finder.loops()
    return sorted(finder.found, key=lambda finding: (finding["line"], finding["code"]))


class _Finder:
    def __init__(self, tree, keys):
        self.tree, self.keys, self.found = tree, keys, []
        # Name in the file: what it stands for.
        self.names = {}
        self.guarded = {
            id(inner)
            for node in ast.walk(tree)
            if isinstance(node, ast.Try) and any(_catches_imports(handler) for handler in node.handlers)
            for body in node.body
            for inner in ast.walk(body)
        }

    def tell(self, severity, code, line, message):
        self.found.append({"severity": severity, "code": code, "line": line, "column": None, "message": message})

    def entry(self):
        functions = [node for node in self.tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
        entries = [node for node in functions if node.name == "reward_function"]
        assigned = any(
            isinstance(target, ast.Name) and target.id == "reward_function"
            for node in self.tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
        )
        if not entries and not assigned:
            self.missing(functions)
        for function in entries[-1:]:
            parameters = function.args
            names = parameters.posonlyargs + parameters.args
            needed = len(names) - len(parameters.defaults)
            needed += sum(default is None for default in parameters.kw_defaults)
            if isinstance(function, ast.AsyncFunctionDef):
                self.tell(ERROR, "signature", function.lineno, "an async function gives no number; leave async away")
            elif needed > 1 or not names and not parameters.vararg:
                self.tell(
                    ERROR,
                    "signature",
                    function.lineno,
                    "reward_function is called with one thing, params: write def reward_function(params):",
                )
            elif not any(isinstance(node, ast.Return) and node.value for node in _own(function)):
                self.tell(
                    ERROR,
                    "returns_nothing",
                    function.lineno,
                    "reward_function returns nothing; end it with return and a number",
                )

    def missing(self, functions):
        names = [function.name for function in functions]
        close = difflib.get_close_matches("reward_function", names, 1) or names[:1]
        line = next((function.lineno for function in functions if function.name in close), 1)
        hint = f"rename {close[0]}" if close else "write def reward_function(params): return 1.0"
        self.tell(
            ERROR, "no_reward_function", line, f"there is no reward_function(params), which is what is called; {hint}"
        )

    def imports(self):
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    root = alias.name.partition(".")[0]
                    self.names[alias.asname or root] = alias.name if alias.asname else root
                    self.look_up(root, node)
            elif isinstance(node, ast.ImportFrom):
                module = node.module or ""
                for alias in node.names:
                    self.names[alias.asname or alias.name] = f"{module}.{alias.name}"
                if node.level:
                    self.tell(
                        ERROR,
                        "import_relative",
                        node.lineno,
                        "a reward is one file on its own; put what it imports into it",
                    )
                else:
                    self.look_up(module.partition(".")[0], node)

    def look_up(self, root, node):
        if root == "__future__" or root in sys.modules or _is_installed(root):
            return
        severity = WARNING if id(node) in self.guarded else ERROR
        self.tell(
            severity,
            "import_unavailable",
            node.lineno,
            f"no module {root!r} in this Python; install it with {sys.executable} -m pip install {root}, or do without",
        )

    def uses(self, use):
        for key, line in use.keys.items():
            if key not in self.keys and key not in use.own:
                close = difflib.get_close_matches(key, self.keys, 1)
                hint = f"did you mean {close[0]!r}?" if close else f"there are: {', '.join(self.keys)}"
                severity = WARNING if key in use.asked else ERROR
                self.tell(severity, "unknown_key", line, f"params has no {key!r}; {hint}")
            elif key in TRAPS:
                self.tell(HINT, f"trap_{key}", line, TRAPS[key])
        if use.escape is not None and any(finding["code"] == "no_reward_function" for finding in self.found) is False:
            self.tell(
                HINT,
                "all_keys",
                use.escape,
                "params goes where it cannot be followed, so all of its keys are built for every call; written as "
                "params['key'], only those are",
            )

    def calls(self):
        for node in ast.walk(self.tree):
            if not isinstance(node, ast.Call):
                continue
            name = self.full_name(node.func)
            code = _refused(name)
            if code is None and name in {"open", "io.open"}:
                code = "writes_file" if _opens_to_write(node) else None
                if code is None:
                    self.tell(
                        WARNING,
                        "reads_file",
                        node.lineno,
                        "a file that is read has to be there wherever this reward runs; put its "
                        "numbers into the reward",
                    )
            if code is None and isinstance(node.func, ast.Attribute) and node.func.attr in WRITING_METHODS:
                code = "writes_file"
            if code is not None:
                self.tell(ERROR, code, node.lineno, f"{name}(): {INSTEAD[code]}")
            elif name in CLOCKS:
                self.tell(
                    WARNING,
                    "wall_clock",
                    node.lineno,
                    f"{name}() is the time on the wall; cars drive here much faster than that: params['sim_time'] and "
                    "params['steps'] / 15 are seconds of driving",
                )
            elif name == "input":
                self.tell(ERROR, "asks", node.lineno, "input(): nobody is there to answer")

    def loops(self):
        for node in ast.walk(self.tree):
            if isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and node.test.value:
                ways_out = (ast.Break, ast.Return, ast.Raise)
                if not any(isinstance(inner, ways_out) for body in node.body for inner in ast.walk(body)):
                    self.tell(ERROR, "endless_loop", node.lineno, "this loop never ends; give it a break or a return")

    def full_name(self, node):
        """The dotted name of what is called, with imports resolved: np.save is numpy.save."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            return f"{self.full_name(node.value)}.{node.attr}"
        return "?"


def _own(function):
    """The nodes of a function without those of functions inside it."""
    waiting = list(function.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            waiting += ast.iter_child_nodes(node)


def _refused(name):
    for refused, code in REFUSED.items():
        prefix = refused if refused.endswith(".") or refused in {"os.exec", "os.spawn", "os.posix_spawn"} else None
        if name == refused or prefix and name.startswith(prefix):
            return code
    return None


def _opens_to_write(call):
    mode = call.args[1] if len(call.args) > 1 else None
    for keyword in call.keywords:
        if keyword.arg == "mode":
            mode = keyword.value
    return (
        isinstance(mode, ast.Constant)
        and isinstance(mode.value, str)
        and any(letter in mode.value for letter in "wax+")
    )


def _catches_imports(handler):
    names = (
        [node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)] if handler.type else ["Exception"]
    )
    return any(name in {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"} for name in names)


def _is_installed(root):
    try:
        return importlib.util.find_spec(root) is not None
    except (ImportError, ValueError):
        return False
