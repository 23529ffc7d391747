"""Forgetting on the command line: cases of before a day, and one patron, whose number is asked for
and neither shown nor written anywhere."""

from __future__ import annotations

import argparse
import getpass
import sys
import warnings
from collections.abc import Iterable
from datetime import date

from libstats.errors import LibstatsError
from libstats.loading import forget
from libstats.workspace.workspace import Workspace


def run(place: Workspace, args: argparse.Namespace) -> str:
    """Forget, or look, as the command line says; gives what to say of it."""
    if args.patron:
        return _patron(place, args)
    if args.show or args.source:
        raise LibstatsError(
            "--show and --source say more of --patron, and nothing of --before",
            "Leave them out.",
        )
    try:
        day = date.fromisoformat(args.before)
    except ValueError:
        raise LibstatsError(
            f"--before {args.before} is not a day", "Write it as 2026-01-01."
        ) from None
    return f"{_lost(forget.forget(place, day))}, for good."


def _lost(rows: int) -> str:
    return "1 row lost its patron" if rows == 1 else f"{rows:,} rows lost their patron"


def _patron(place: Workspace, args: argparse.Namespace) -> str:
    of = forget.forget_patron(place, _asked(), args.source or (), only_look=args.show)
    if not of.kept:
        lines = ["Nothing is kept under this number."]
    elif args.show:
        lines = ["Kept under this number:", *_counts(of), "Nothing was changed."]
    else:
        lines = [*_counts(of), f"{_lost(of.rows)}, for good."]
    return "\n".join((*lines, *_besides(place, of)))


def _counts(of: forget.OfPatron) -> Iterable[str]:
    for kept in of.kept:
        yield f"  {kept.source:<16} {kept.table:<20} {kept.rows:>8,}"


def _besides(place: Workspace, of: forget.OfPatron) -> Iterable[str]:
    """What the answer does not cover."""
    if of.columns:
        yield "Numbers are those of the exports, which need not be those on the cards:"
    for source, columns in of.columns.items():
        several = " (one patron may have two numbers: look for each)" if columns[1:] else ""
        named = " or ".join(columns) or "a column that is declared no more"
        yield f"  {source:<16} {named}{several}"
    if of.rotated_on:
        yield (
            f"A new secret key was taken on {of.rotated_on}: whose the rows are that were loaded"
            " before, nobody can tell; `libstats forget --before` clears them."
        )
    files = sum(1 for path in place.exports.rglob("*") if path.is_file())
    if files:
        yield (
            f"The folder {place.exports.name} holds {files:,} {'file' if files == 1 else 'files'}:"
            " exports have patrons' numbers as the system wrote them. Delete what is loaded."
        )


def _asked() -> str:
    """A patron's number: typed twice without being shown, or the one line of another program."""
    if sys.stdin is None:
        raise LibstatsError("there is no terminal to ask for a number", "Run it in a terminal.")
    if not sys.stdin.isatty():
        return _line()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            number = getpass.getpass("The patron's number (it is not shown): ")
            again = getpass.getpass("Once more: ")
    except EOFError:
        raise LibstatsError("no number was typed", "Run it again.") from None
    except getpass.GetPassWarning:
        raise LibstatsError(
            "this terminal would show the number", "Run it in another, such as your system's own."
        ) from None
    if number != again:
        raise LibstatsError("the two numbers differ; nothing was changed", "Run it again.")
    return number


def _line() -> str:
    try:
        lines = [line for line in sys.stdin.read().lstrip("\ufeff").splitlines() if line.strip()]
    except UnicodeDecodeError:
        raise LibstatsError("what came in place of a number is no text", "Give UTF-8.") from None
    if len(lines) != 1:
        raise LibstatsError(
            f"{len(lines)} lines came in place of one number; nothing was changed",
            "Give one number at a time.",
        )
    return lines[0]
