"""Derived measures of a contract (`quantity * unit_price`), worked out with exact decimals."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache

from pipeline.errors import WrongContract

Amounts = Mapping[str, Decimal | None]
Formula = Callable[[Amounts], Decimal | None]

_OPERATORS: dict[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
}


def evaluate(derived: Mapping[str, str], amounts: Amounts, name: str) -> Decimal | None:
    """The amount called `name`: given, or derived; None where one it comes from is unknown."""
    if name not in derived:
        return amounts[name]
    return _value(parse_formula(derived[name]), derived, amounts)


def names_in(derived: Mapping[str, str], name: str) -> set[str]:
    """The given measures that `name` comes from in the end."""
    if name not in derived:
        return {name}
    nodes = ast.walk(parse_formula(derived[name]))
    used = [names_in(derived, node.id) for node in nodes if isinstance(node, ast.Name)]
    return set().union(*used)


@lru_cache(maxsize=64)
def parse_formula(formula: str) -> ast.expr:
    """A formula of names, numbers, `+`, `-`, `*` and brackets; WrongContract for anything else."""
    tree = ast.parse(formula, mode="eval").body
    known = (ast.Name, ast.Load, ast.Constant, ast.BinOp, ast.UnaryOp, ast.USub, *_OPERATORS)
    if not all(isinstance(node, known) for node in ast.walk(tree)):
        raise WrongContract(
            "UNKNOWN_FORMULA",
            fa="فرمول «{formula}» را تنها با نام، عدد، +، - و * بنویسید.",
            en="Write the formula '{formula}' with names, numbers, +, - and * alone.",
            formula=formula,
        )
    return tree


def _value(node: ast.expr, derived: Mapping[str, str], amounts: Amounts) -> Decimal | None:
    if isinstance(node, ast.Name):
        return evaluate(derived, amounts, node.id)
    if isinstance(node, ast.Constant):
        return Decimal(str(node.value))
    if isinstance(node, ast.UnaryOp):
        value = _value(node.operand, derived, amounts)
        return None if value is None else -value
    assert isinstance(node, ast.BinOp)  # parse_formula lets nothing else through
    left = _value(node.left, derived, amounts)
    right = _value(node.right, derived, amounts)
    if left is None or right is None:
        return None
    return _OPERATORS[type(node.op)](left, right)
