"""Files that were refused when they were last loaded: of each the name as it is recorded, and what
its bytes are. Why it was refused is not kept: it may quote what stands in the file.

They stand beside the database, since a load that refuses every file publishes nothing. Such a file
is told of for as long as it lies in the exports folder as it was; once it is loaded, gone or
written anew, nothing is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import duckdb

__all__ = ["keep", "lying", "register"]

_NAME = "refused.json"


def keep(folder: Path, refused: Mapping[Path, str], done: Iterable[Path] = ()) -> None:
    """Keep that files were refused, each with the name that is recorded, and that others no longer
    are. In a folder that only one command writes at a time."""
    before = _read(folder)
    kept = dict(before)
    sizes = {entry["size"] for entry in before.values()}
    for path in done:
        kept.pop(_known(path, sizes), None)
    for path, name in refused.items():
        with suppress(OSError):  # it is gone
            kept[_hash(path)] = {"file": name, "size": path.stat().st_size}
    if kept != before:
        new = folder / f"{_NAME}.new"
        new.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        new.replace(folder / _NAME)


def lying(folder: Path, exports: Path) -> list[tuple[str, str]]:
    """The refused files that lie in the exports folder, by name: each with the sha256 of it."""
    kept = _read(folder)
    sizes = {entry["size"] for entry in kept.values()}
    found = {_known(path, sizes) for path in exports.rglob("*")} if kept else set()
    return sorted((str(entry["file"]), mark) for mark, entry in kept.items() if mark in found)


def register(con: duckdb.DuckDBPyConnection, files: Iterable[tuple[str, str]] = ()) -> None:
    """Give a connection the table `refused_file` (file, sha256)."""
    con.execute("create or replace temp table refused_file (file varchar, sha256 varchar)")
    for row in files:
        con.execute("insert into refused_file values ($1, $2)", row)


def _read(folder: Path) -> dict[str, dict[str, str | int]]:
    """What is kept; nothing where there is none, or where it was damaged: the next load of a file
    says anew that it is refused."""
    try:
        found = json.loads((folder / _NAME).read_text(encoding="utf-8"))
        return {mark: {"file": e["file"], "size": e["size"]} for mark, e in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _known(path: Path, sizes: set[str | int]) -> str:
    """The sha256 of a file that may be one of those of these sizes; else nothing."""
    with suppress(OSError):
        if path.is_file() and path.stat().st_size in sizes:
            return _hash(path)
    return ""


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
