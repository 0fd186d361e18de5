"""Which keys of `params` a reward uses, found by reading it and not by running it.

Only these are built for each call. Where `params` goes somewhere that cannot be followed, all of them are: reading too
much costs a microsecond, reading too little would break the reward.
"""

import ast

# What every container has: a method of these names says nothing about who is called.
CONTAINER_METHODS = {
    "add",
    "append",
    "clear",
    "copy",
    "count",
    "discard",
    "extend",
    "get",
    "index",
    "insert",
    "items",
    "keys",
    "pop",
    "popitem",
    "put",
    "remove",
    "reverse",
    "setdefault",
    "sort",
    "update",
    "values",
}
# What can change a list in place.
MUTATORS = {"append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"}
# With these a function reaches its variables by another way than by their names.
BACK_DOORS = {"eval", "exec", "globals", "inspect", "locals", "vars", "_getframe"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class Use:
    """What is known of the use of `params`."""

    def __init__(self):
        # Key: line of its first use.
        self.keys = {}
        # Keys that the reward sets itself.
        self.own = set()
        # Keys that it can do without: `params.get("key")`.
        self.asked = set()
        # Line from which on `params` cannot be followed; None: everything was followed.
        self.escape = None
        # Whether it may change a list that it was given.
        self.changes_lists = False

    def take(self, key, line):
        self.keys.setdefault(key, line)

    def lose(self, line):
        if self.escape is None or line < self.escape:
            self.escape = line


def used_keys(tree, entry="reward_function"):
    """The use of the parameter of `entry` in a module."""
    return _Walk(tree).follow(entry)


def name_of(parameters, index):
    """The name of the parameter of that number; None if there is none."""
    names = [argument.arg for argument in parameters.posonlyargs + parameters.args]
    return names[index] if index < len(names) else None


class _Walk:
    def __init__(self, tree):
        self.tree = tree
        self.use = Use()
        self.parent = {}
        # Name: functions of that name, each with whether it is a method.
        self.functions = {}
        self.classes = set()
        for node in ast.walk(tree):
            for child in ast.iter_child_nodes(node):
                self.parent[child] = node
        for node in ast.walk(tree):
            if isinstance(node, FUNCTIONS):
                is_method = isinstance(self.parent[node], ast.ClassDef) and not _is_static(node)
                self.functions.setdefault(node.name, []).append((node, is_method))
                if node.name == "__init__" and is_method:
                    self.functions.setdefault(self.parent[node].name, []).append((node, True))
            elif isinstance(node, ast.ClassDef):
                self.classes.add(node.name)
        self.waypoints = set()

    def follow(self, entry):
        use = self.use
        for node in ast.walk(self.tree):
            name = getattr(node, "id", None) or getattr(node, "attr", None)
            if name in BACK_DOORS:
                use.lose(node.lineno)
        waiting = [(found, 0) for found in self._entries(entry)]
        if not waiting:
            use.lose(1)
        seen = set()
        while waiting:
            function, index = waiting.pop()
            if (function, index) in seen:
                continue
            seen.add((function, index))
            name = index if isinstance(index, str) else name_of(function.args, index)
            if name is None:
                use.lose(function.lineno)
            else:
                waiting += self._read(function, name)
        use.changes_lists = self._changes_lists()
        return use

    def _entries(self, entry):
        """What a call of `entry` runs: functions of that name, or a lambda that was given it."""
        for node in ast.iter_child_nodes(self.tree):
            if isinstance(node, FUNCTIONS) and node.name == entry:
                if node.decorator_list:
                    self.use.lose(node.lineno)
                yield node
            elif isinstance(node, ast.Assign) and any(_is_name(target, {entry}) for target in node.targets):
                if isinstance(node.value, ast.Lambda):
                    yield node.value
                else:
                    self.use.lose(node.lineno)

    def _read(self, function, name):
        """Notes what a function does with its parameter `name`; gives the functions that it passes it on to."""
        names = {name}
        nodes = list(ast.walk(function))
        shared = {name for node in nodes if isinstance(node, (ast.Global, ast.Nonlocal)) for name in node.names}
        count = 0
        while count != len(names):
            count = len(names)
            for node in nodes:
                if isinstance(node, ast.Assign) and _is_name(node.value, names):
                    names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        if names & shared:
            self.use.lose(function.lineno)
        passed = []
        for node in nodes:
            if isinstance(node, ast.Name) and node.id in names and isinstance(node.ctx, ast.Load):
                passed += self._read_name(node, names)
        return passed

    def _read_name(self, node, names):
        parent, use = self.parent[node], self.use
        grandparent = self.parent.get(parent)
        if isinstance(parent, ast.Subscript) and parent.value is node:
            key = _text(parent.slice)
            if key is None:
                use.lose(node.lineno)
            elif isinstance(parent.ctx, ast.Store):
                use.own.add(key)
            else:
                use.take(key, node.lineno)
                if key == "waypoints" and isinstance(grandparent, ast.Assign):
                    self.waypoints |= {target.id for target in grandparent.targets if isinstance(target, ast.Name)}
        elif isinstance(parent, ast.Attribute) and isinstance(grandparent, ast.Call) and grandparent.func is parent:
            key = _text(grandparent.args[0]) if grandparent.args else None
            if parent.attr in {"get", "pop", "setdefault"} and key is not None:
                use.take(key, node.lineno)
                use.asked.add(key)
            else:
                use.lose(node.lineno)
        elif isinstance(parent, ast.Compare) and _text(parent.left) is not None and len(parent.ops) == 1:
            use.take(_text(parent.left), node.lineno)
            use.asked.add(_text(parent.left))
        elif isinstance(parent, ast.Assign) and all(isinstance(target, ast.Name) for target in parent.targets):
            pass
        elif isinstance(parent, ast.Call) and node in parent.args:
            return self._passed_on(parent, parent.args.index(node), node)
        elif isinstance(parent, ast.keyword) and parent.arg and isinstance(grandparent, ast.Call):
            return self._passed_on(grandparent, parent.arg, node)
        else:
            use.lose(node.lineno)
        return []

    def _passed_on(self, call, index, node):
        """The functions that a call may run, each with the place of the parameter."""
        called = call.func
        is_attribute = isinstance(called, ast.Attribute)
        name = called.attr if is_attribute else getattr(called, "id", None)
        targets = [] if name in CONTAINER_METHODS else self.functions.get(name, [])
        if not targets or any(isinstance(argument, ast.Starred) for argument in call.args):
            self.use.lose(node.lineno)
            return []
        # `Class.method(self, params)` names the object itself.
        has_self = is_attribute and _is_name(called.value, self.classes)
        shift = lambda is_method: 1 if is_method and not has_self else 0
        return [
            (function, index if isinstance(index, str) else index + shift(is_method)) for function, is_method in targets
        ]

    def _changes_lists(self):
        """Whether anything in the module might change the list of waypoints, which all calls share."""
        if "waypoints" not in self.use.keys and self.use.escape is None:
            return False
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Attribute) and node.attr in MUTATORS:
                return True
            if isinstance(node, ast.AugAssign):
                is_list = isinstance(node.value, (ast.List, ast.ListComp, ast.Tuple))
                if is_list or _is_name(node.target, self.waypoints):
                    return True
            if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load) and _text(node.slice) is None:
                return True
        return self.use.escape is not None


def _is_name(node, names):
    return isinstance(node, ast.Name) and node.id in names


def _text(node):
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _is_static(function):
    return any(_is_name(decorator, {"staticmethod"}) for decorator in function.decorator_list)
