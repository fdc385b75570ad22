"""The mutations of `benchmarks.mutants`: those of cosmic-ray, and four kinds that it lacks.

A site is a place in the source with a kind of mutation; what stands in annotations, decorators,
docstrings and the words of a declared rule is no site.
"""

import ast
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import parso
from cosmic_ray.ast import Visitor, get_ast
from cosmic_ray.mutating import MutationVisitor
from cosmic_ray.operators.operator import Example, Operator
from cosmic_ray.plugins import get_operator, operator_names

Position = tuple[int, int]


class _Own(Operator):
    """An operator that writes other code in the place of a node."""

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Return none: what cosmic-ray asks for its own tests."""
        return ()

    def codes(self, node: Any) -> Iterator[str]:
        """Yield the codes that may stand in the place of a node."""
        raise NotImplementedError

    def mutation_positions(self, node: Any) -> Iterator[tuple[Position, Position]]:
        """Yield the node's place once for each code."""
        for _ in self.codes(node):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """Put a code in the place of the node."""
        code = list(self.codes(node))[index]
        prefix = node.get_first_leaf().prefix
        return parso.python.tree.Name(code, node.start_pos, prefix)


class DropStatement(_Own):
    """A call, a raise or a change of something is left out; what is assigned becomes None."""

    def codes(self, node: Any) -> Iterator[str]:
        """Yield the codes that may stand in the place of a node."""
        if getattr(node.parent, "type", "") != "simple_stmt" or not _in_function(node):
            return
        if node.type in ("atom_expr", "raise_stmt"):
            yield "pass"
        elif node.type == "expr_stmt":
            target = node.children[0]
            plain = target.type == "name" and node.children[1].type == "operator"
            if plain and node.children[1].value == "=":
                yield f"{target.value} = None"
            elif node.children[1].type != "annassign":
                yield "pass"


class ReturnNothing(_Own):
    """A function returns None."""

    def codes(self, node: Any) -> Iterator[str]:
        """Yield the codes that may stand in the place of a node."""
        if node.type == "return_stmt" and node.children[1].get_code().strip() != "None":
            yield "return None"


class DropBranch(Operator):
    """A branch is never taken."""

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Return none: what cosmic-ray asks for its own tests."""
        return ()

    def mutation_positions(self, node: Any) -> Iterator[tuple[Position, Position]]:
        """Yield where a condition stands."""
        if node.type == "if_stmt":
            yield node.children[1].start_pos, node.children[1].end_pos

    def mutate(self, node: Any, index: int) -> Any:
        """Make the condition False."""
        node.children[1] = parso.python.tree.Name("False", node.children[1].start_pos, " ")
        return node


class DropSlice(_Own):
    """A part of something becomes the whole."""

    def codes(self, node: Any) -> Iterator[str]:
        """Yield the codes that may stand in the place of a node."""
        if node.type == "subscript" and len(node.children) > 1:
            yield ":"


class ReplaceString(_Own):
    """A short text that is no pattern loses its first character, or becomes X."""

    def codes(self, node: Any) -> Iterator[str]:
        """Yield the codes that may stand in the place of a node."""
        if node.type != "string" or "r" in node.value[:2].lower():
            return
        text = ast.literal_eval(node.value)
        if isinstance(text, str) and len(text) <= 12:
            yield repr(text[1:] or "X")


def _in_function(node: Any) -> bool:
    while node is not None and node.type != "classdef":
        if node.type == "funcdef":
            return True
        node = node.parent
    return False


_OWN: dict[str, tuple[str, type[Operator]]] = {
    "drop": ("statement", DropStatement),
    "return": ("return", ReturnNothing),
    "branch": ("branch", DropBranch),
    "slice": ("slice", DropSlice),
    "string": ("string", ReplaceString),
}
_KINDS = {
    "ReplaceBinaryOperator": "arithmetic",
    "ReplaceComparisonOperator": "comparison",
    "ReplaceUnaryOperator": "not",
    "AddNot": "not",
    "ReplaceTrueWithFalse": "boolean",
    "ReplaceFalseWithTrue": "boolean",
    "ReplaceAndWithOr": "and/or",
    "ReplaceOrWithAnd": "and/or",
    "ReplaceBreakWithContinue": "loop",
    "ReplaceContinueWithBreak": "loop",
    "NumberReplacer": "number",
    "ZeroIterationForLoop": "loop",
}


def _operators() -> Iterator[tuple[str, str, Operator]]:
    for name in operator_names():
        parts = name.removeprefix("core/").split("_")
        kind = _KINDS.get(parts[0])
        # `== None` for `is None` says the same; `is` for `==` depends on the interpreter.
        identity = {"Is", "IsNot"} & set(parts[1:])
        if kind and (not identity or identity == set(parts[1:])):
            yield name, kind, get_operator(name)()
    for name, (kind, operator) in _OWN.items():
        yield name, kind, operator()


def _make(name: str) -> Operator:
    return _OWN[name][1]() if name in _OWN else get_operator(name)()


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: the `occurrence`-th one that an operator can make in a file."""

    file: str
    line: int
    kind: str
    operator: str
    occurrence: int

    def apply(self, source: str) -> str:
        """Return the mutated source."""
        code = MutationVisitor.mutate_code(source, _make(self.operator), self.occurrence)
        if code is None:
            raise ValueError(f"no such place: {self}")
        return str(code)


class _Places(Visitor):
    """Collect the places where an operator can mutate, in the order of the walk."""

    def __init__(self, operator: Operator) -> None:
        self.operator = operator
        self.found: list[Position] = []

    def visit(self, node: Any) -> Any:
        self.found += [start for start, _ in self.operator.mutation_positions(node)]
        return node


def _quiet_spans(source: str) -> list[tuple[Position, Position]]:
    """Return the spans in which a change means nothing: types, decorators, docs, rule texts."""
    lines = source.split("\n")
    nodes: list[ast.AST] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
            nodes.append(node.annotation)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            nodes += node.decorator_list
            nodes += [node.returns] if isinstance(node, ast.FunctionDef) and node.returns else []
        elif isinstance(node, ast.Expr):
            nodes += [node] if isinstance(node.value, ast.Constant) else []
        elif isinstance(node, ast.Subscript) and getattr(node.value, "id", "") in _TYPES:
            nodes.append(node)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            nodes += [node] if getattr(node.right, "id", "a")[0].isupper() else []
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("rule", "gap_rule"):
            nodes.append(node)
        elif isinstance(node, ast.Assign):
            nodes += [node] if getattr(node.targets[0], "id", "") == "__all__" else []

    def place(line: int, column: int) -> Position:
        return line, len(lines[line - 1].encode()[:column].decode())

    return [
        (place(n.lineno, n.col_offset), place(n.end_lineno, n.end_col_offset))  # type: ignore
        for n in nodes
    ]


_TYPES = {"Literal", "Callable", "tuple", "list", "dict", "set", "Mapping", "Sequence"}


def sample_mutants(root: Path, files: list[str], *, count: int, seed: int) -> list[Mutant]:
    """Return a random sample: sites are drawn evenly, then one of the mutations of each.

    The order is random, so that whatever is judged first is a fair sample, too.
    """
    sites: dict[tuple[str, Position, str], list[Mutant]] = defaultdict(list)
    for file in files:
        source = (root / file).read_text(encoding="utf-8")
        quiet, tree = _quiet_spans(source), get_ast(source)
        for name, kind, operator in _operators():
            places = _Places(operator)
            places.walk(tree)
            for occurrence, start in enumerate(places.found):
                if not any(first <= start < last for first, last in quiet):
                    mutant = Mutant(file, start[0], kind, name, occurrence)
                    sites[file, start, kind].append(mutant)
    chance = random.Random(seed)
    drawn = chance.sample(sorted(sites), min(count, len(sites)))
    return [chance.choice(sites[site]) for site in drawn]
