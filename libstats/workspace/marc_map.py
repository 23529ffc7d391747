"""The maps of MARC records that [marc] in libstats.toml names: of libstats, or files of the
library's own, with their lists of codes beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from libstats.errors import WorkspaceError
from libstats.sources import marc
from libstats.workspace.fault import CONFIG, nearest


def is_maps(value: object) -> bool:
    """True for the name of a map, or a list of such names."""
    names = value if isinstance(value, list) else [value]
    return bool(names) and all(isinstance(name, str) for name in names)


def with_map(folder: Path, config: dict[str, Any]) -> dict[str, Any]:
    """The configuration with the texts of the library's own maps, if it names any; WorkspaceError,
    with every fault and its line, for those that are wrong."""
    own = [n for n in marc.names_given(config) if n not in (*marc.NAMES, *marc.OF_ORDERS)]
    if not own:
        return config
    lists: dict[str, str] = {}
    for name in own:
        lists |= _lists(folder / name)
    texts = {name: _text(folder / name, name) for name in own}
    given = {**config, "marc": {**config["marc"], "texts": texts, "lists": lists}}
    told = [
        f"{found.name}{f', line {fault.line}' if fault.line else ''}: {fault.problem}\n"
        f"  {fault.remedy}."
        for found in marc.of_library(given)
        for fault in found.faults
    ]
    if told:
        raise WorkspaceError("\n".join(told))
    return given


def _text(file: Path, name: str) -> str:
    if not file.is_file():  # by the name that it was written with
        file = file.with_name(f"{name}.map")
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        shipped = (*marc.NAMES, *marc.OF_ORDERS)
        raise WorkspaceError(
            f"{CONFIG}, [marc] map: the map {name} cannot be read",
            f"{nearest(name, shipped)}Name a file in the folder of {CONFIG}, saved as UTF-8, or"
            f" one of: {', '.join(shipped)}.",
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
