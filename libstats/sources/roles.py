"""What the codes of each system mean: the lists beside the declarations, `koha/roles.csv` in the
folder of a system and `polaris.roles.csv` beside a single file, one line a code."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

__all__ = ["COLUMNS", "lists", "of_system"]

COLUMNS = ("about", "field", "code", "role", "milestone", "outcome", "meaning")


@cache
def lists() -> dict[str, str]:
    """The text of each list by its system."""
    found = {}
    for entry in resources.files(__name__.rpartition(".")[0]).iterdir():
        system, _, rest = entry.name.partition(".")
        if rest == "roles.csv":
            found[system] = entry.read_text(encoding="utf-8")
        elif entry.is_dir() and (inside := entry.joinpath("roles.csv")).is_file():
            found[system] = inside.read_text(encoding="utf-8")
    return found


@cache
def of_system(system: str) -> tuple[tuple[str, ...], ...]:
    """The lines of a system, each as its COLUMNS; none for a system that has no list. A line about
    several tables, whose words are the same (ILLiad's requests and their log), is one of each."""
    rows = list(csv.reader(lists().get(system, "").splitlines()))
    return tuple((about, *row[1:]) for row in rows[1:] for about in row[0].split())
