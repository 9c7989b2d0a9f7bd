"""What could be wrong in a function, one small change at a time, each named by what it changes."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType

_SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE,
    ast.GtE: ast.Gt, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.And: ast.Or, ast.Or: ast.And, ast.Add: ast.Sub, ast.Sub: ast.Add,
}  # fmt: skip

Functions = ast.FunctionDef | ast.AsyncFunctionDef
Change = Callable[[ast.AST], ast.AST]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of a file. `name` outlives edits elsewhere in the file; `code` is all of it."""

    name: str
    code: CodeType


def mutants(file: Path, title: str) -> Iterator[Mutant]:
    """Every change of one place in the bodies of the file's functions, in their order."""
    tree, seen = ast.parse(file.read_text("utf-8")), Counter[str]()
    for path, function in _functions(tree, ()):
        for index, node in enumerate(ast.walk(function)):
            for change in _changes(node):
                if not _is_alive(function, index):
                    continue
                before, after, whole = _changed(tree, path, index, change)
                name = f"{title} {'.'.join(path)}: {before} → {after}"
                seen[name] += 1
                again = f" ({seen[name]})" if seen[name] > 1 else ""
                yield Mutant(f"{name}{again}", compile(whole, str(file), "exec"))


def unchanged(file: Path) -> Mutant:
    """The file as it is: its tests must pass with it, or no change tells anything."""
    return Mutant("nothing changed", compile(file.read_text("utf-8"), str(file), "exec"))


def install(code: CodeType, functions: dict[str, FunctionType]) -> None:
    """Give each function its body out of `code`, by its qualified name."""
    for one in code.co_consts:
        if isinstance(one, CodeType):
            if one.co_qualname in functions:
                functions[one.co_qualname].__code__ = one
            install(one, functions)


def _functions(node: ast.AST, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Functions]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Functions):
            yield (*path, child.name), child
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, (*path, child.name))


def _is_alive(function: Functions, index: int) -> bool:
    """Whether the node is in the body: signatures and decorators have run already."""
    node = list(ast.walk(function))[index]
    return any(node is one for statement in function.body for one in ast.walk(statement))


def _changed(
    tree: ast.Module, path: tuple[str, ...], index: int, change: Change
) -> tuple[str, str, ast.Module]:
    whole = copy.deepcopy(tree)
    function = next(found for named, found in _functions(whole, ()) if named == path)
    node = list(ast.walk(function))[index]
    before, new = _short(node), change(node)
    _Put(node, new).visit(whole)
    return before, _short(new), ast.fix_missing_locations(whole)


class _Put(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self._new if node is self._old else super().visit(node)


def _changes(node: ast.AST) -> Iterator[Change]:
    match node:
        case ast.Compare(ops=[op]) if type(op) in _SWAPPED:
            yield lambda n: _with(n, ops=[_SWAPPED[type(op)]()])
        case ast.BoolOp(op=op) | ast.BinOp(op=op) if type(op) in _SWAPPED:
            yield lambda n: _with(n, op=_SWAPPED[type(op)]())
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield lambda n: _with(n.operand) if isinstance(n, ast.UnaryOp) else operand
        case ast.If(test=ast.Name() | ast.Call() | ast.Attribute() as test):
            yield lambda n: _with(n, test=ast.UnaryOp(ast.Not(), test))
        case ast.Constant(value=bool() as value):
            yield lambda n: _with(n, value=not value)
        case ast.Constant(value=int(number)):
            yield lambda n: _with(n, value=number + 1)
        case ast.Return(value=ast.expr() as value) if not _is_false(value):
            yield lambda n: _with(n, value=ast.Constant(None))
        case ast.Expr(value=ast.Call() | ast.Await()):
            yield lambda _: ast.Pass()


def _with(node: ast.AST, **fields: object) -> ast.AST:
    made = copy.copy(node)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def _is_false(value: ast.expr) -> bool:
    """Or as false as None: the constant itself is changed already."""
    return isinstance(value, ast.Constant) and not value.value


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text.split(": ")[0] if isinstance(node, ast.If) else text
