"""The map of MARC records that [marc] in libstats.toml names: one of libstats, or a file of the
library's own, with its lists of codes beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from libstats.errors import WorkspaceError
from libstats.sources import marc
from libstats.workspace.fault import CONFIG, nearest


def with_map(folder: Path, config: dict[str, Any]) -> dict[str, Any]:
    """The configuration with the text of the library's own map, if it names one; WorkspaceError,
    with every fault and its line, for one that is wrong."""
    name = config.get("marc", {}).get("map")
    if not name or name in marc.NAMES:
        return config
    file = folder / name
    given = {**config, "marc": {"map": name, "text": _text(file, name), "lists": _lists(file)}}
    found = marc.of_library(given)
    if found is not None and found.faults:
        told = (
            f"{name}{f', line {fault.line}' if fault.line else ''}: {fault.problem}\n"
            f"  {fault.remedy}."
            for fault in found.faults
        )
        raise WorkspaceError("\n".join(told))
    return given


def _text(file: Path, name: str) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise WorkspaceError(
            f"{CONFIG}, [marc] map: the map {name} cannot be read",
            f"{nearest(name, marc.NAMES)}Name a file in the folder of {CONFIG}, saved as UTF-8, or"
            f" one of: {', '.join(marc.NAMES)}.",
        ) from error


def _lists(file: Path) -> dict[str, str]:
    """The lists of codes beside a map, by their names."""
    found = {}
    for each in sorted(file.parent.glob("*.csv")):
        try:
            found[each.name] = each.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            continue
    return found
