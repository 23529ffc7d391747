"""The parameters of a notebook: the plain literals of its cell tagged `parameters`."""

from __future__ import annotations

import ast
import os
from collections.abc import Mapping
from typing import Any

from libstats.errors import ReportError, ReportUnknown
from libstats.report.page.period import GIVEN

__all__ = ["from_env", "known", "typed", "variable"]

Literal = str | int | float | bool | None
TRUE, FALSE = {"true", "yes", "on", "1"}, {"false", "no", "off", "0"}
KINDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}


def variable(name: str) -> str:
    """The environment variable that sets a parameter: `LIBSTATS_MONTH` sets `month`."""
    return f"LIBSTATS_{name.upper()}"


def known(source: str, notebook: str) -> dict[str, Literal]:
    """The names that a parameters cell knows, with their literals.

    Parameters
    ----------
    source : text of the cell tagged `parameters`; only lines like `month = ""` may stand in it
    notebook : name of the notebook, for the message of the ReportError
    """
    try:
        statements = ast.parse(source).body
        return dict(_assignment(statement) for statement in statements)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError) as error:
        raise ReportError(
            f"{notebook}: its parameters cell holds more than plain literals",
            'Write only lines like: month = ""',
        ) from error


def _assignment(statement: ast.stmt) -> tuple[str, Literal]:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        target = statement.target
    else:
        raise ValueError("not an assignment")
    value = ast.literal_eval(statement.value) if statement.value is not None else None
    if not isinstance(target, ast.Name) or not isinstance(value, Literal):
        raise ValueError("not a plain literal")
    return target.id, value


def typed(name: str, value: Any, literal: Literal) -> Literal:
    """The value in the type that the parameter's literal has; ReportError if it is not of that
    type.

    Text is read (`"3"` is 3, `"yes"` is True), as it comes from a command line or an environment.
    Month `202411` stays text where the literal is text.
    """
    kind = type(literal)
    if literal is None or (
        isinstance(value, kind) and not (kind is int and isinstance(value, bool))
    ):
        if value is None or isinstance(value, Literal):
            return value
    elif kind is str and isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    elif kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    elif isinstance(value, str):
        return _read(name, value.strip(), kind)
    raise ReportError(
        f"parameter {name} cannot be of type {type(value).__name__}",
        f"Give {KINDS.get(kind, 'text')}, such as {literal!r}.",
    )


def _read(name: str, text: str, kind: type) -> Literal:
    try:
        if kind is bool and text.lower() in TRUE | FALSE:
            return text.lower() in TRUE
        if kind is int:
            return int(text)
        if kind is float:
            return float(text)
    except ValueError:
        pass
    wanted = KINDS.get(kind, "text")
    raise ReportError(f"parameter {name} is not {wanted}: {text!r}", f"Give {wanted}.")


def checked(
    given: Mapping[str, Any], parameters: Mapping[str, Literal], notebook: str
) -> dict[str, Literal]:
    """The given values, typed; ReportError for a name that the notebook does not know, naming those
    it does."""
    for name in given:
        if name not in parameters:
            names = ", ".join(parameters) or "none"
            remedy = f"It knows: {names}."
            if name in GIVEN and "as_of" in parameters:
                remedy = f"It tells of one day: --set as_of=2026-10-31 says which. {remedy}"
            raise ReportUnknown(f"{notebook} has no parameter {name!r}", remedy)
    return {name: typed(name, value, parameters[name]) for name, value in given.items()}


def from_env(**literals: Literal) -> Any:
    """The parameters of this notebook, where the environment beats what is written in the cell
    above.

    So `LIBSTATS_MONTH=2026-09 jupyter nbconvert --execute ...` works on a schedule. An empty
    variable counts as not set. Values come back in the order given, as a tuple; a single one comes
    back as it is.

    >>> from libstats.report import from_env
    >>> month, branch = from_env(month="2026-10", branch="")
    >>> month
    '2026-10'
    """
    values = tuple(
        typed(name, os.environ.get(variable(name)) or literal, literal)
        for name, literal in literals.items()
    )
    return values[0] if len(values) == 1 else values
