"""What is said of a wrong command line."""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from typing import Any

_NAMES_NO_WORD = re.compile(r"^one of the arguments|^argument --before|: not allowed with argument")


class Parser(argparse.ArgumentParser):
    """Errors in one line, with the nearest word where a word is wrong; a discreet parser repeats no
    word, since it may be a patron's number."""

    is_discreet = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """What is known of the command line, and the rest, which a discreet parser refuses
        itself."""
        known, rest = super().parse_known_args(args, namespace)
        if rest and self.is_discreet:
            self.error("")
        return known, rest

    def error(self, message: str) -> None:  # type: ignore[override]
        if self.is_discreet and not _NAMES_NO_WORD.search(message):
            message = (
                "the command line is wrong. No patron's number belongs in it: it is asked for."
                " If you gave one, take it out of your shell's history"
            )
        wrong, known = _choices(message)
        near = difflib.get_close_matches(wrong, known, 1) if wrong else []
        problem = f"there is no command {wrong!r}" if wrong else message
        hint = f"Did you mean: libstats {near[0]}" if near else f"See: {self.prog} --help"
        print(f"libstats: {problem}\n  {hint}", file=sys.stderr)
        raise SystemExit(2)

    def _get_values(self, action: argparse.Action, arg_strings: list[str]) -> Any:
        """What stands behind an option. Python takes `--month=--` for a list of nothing."""
        if action.nargs is None and arg_strings == ["--"]:
            raise argparse.ArgumentError(action, "'--' says nothing")
        return super()._get_values(action, arg_strings)


def _choices(message: str) -> tuple[str, list[str]]:
    if "invalid choice: " not in message or "choose from" not in message:
        return "", []
    wrong = message.split("invalid choice: ")[1].split(" (")[0].strip("'")
    return wrong, [c.strip(" ')") for c in message.split("choose from ")[1].split(",")]
