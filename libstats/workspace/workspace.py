"""A workspace: the folder with libstats.toml, the exports, the database and the reports of one
library."""

from __future__ import annotations

import os
import re
import shutil
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from libstats.errors import WorkspaceError
from libstats.privacy import keys
from libstats.store import generations
from libstats.workspace import fault, given, settings, shipped
from libstats.workspace.marc_map import with_map

CONFIG = fault.CONFIG
_DECLARED = ("export", "headings")


@dataclass(frozen=True)
class Workspace:
    """The folder and its configuration."""

    folder: Path
    config: dict[str, Any] = field(default_factory=dict, hash=False)

    @property
    def store(self) -> Path:
        """Folder of the database, private to its owner."""
        return self.folder / "store"

    @property
    def exports(self) -> Path:
        """Folder into which the library drops its exports."""
        return self.folder / "exports"

    @property
    def reports(self) -> Path:
        """Folder of finished reports."""
        return self.folder / "reports"

    @property
    def key_file(self) -> Path:
        """File with the secret key for patron numbers."""
        return self.folder / "patron.key"

    def instance(self, system: str, wanted: str | None = None) -> str:
        """Name of the configured source of that system; WorkspaceError if there are several and
        none is wanted. One that is wanted of another system says nothing of this one."""
        sources = self.config.get("sources", {})
        named = [n for n, s in sources.items() if s.get("system") == system]
        if wanted not in named and wanted in sources:
            wanted = None
        if wanted is not None:
            if named and wanted not in named:
                raise WorkspaceError(
                    f"{CONFIG} names no source {wanted!r} for {system}",
                    f"It names: {', '.join(named)}.",
                )
            _refuse_anothers(system, wanted)
            return wanted
        if len(named) > 1:
            raise WorkspaceError(
                f"{CONFIG} names several sources for {system}: {', '.join(named)}",
                "Say which: libstats load --source NAME ...",
            )
        return named[0] if named else system

    @property
    def forget_after_days(self) -> int | None:
        """Days after which the patron of a closed case is forgotten, if the library has set a
        number."""
        days: int | None = self.config.get("privacy", {}).get("forget_after_days")
        return days

    @property
    def purges_exports(self) -> bool:
        """True if exports in the workspace's folder are deleted once loaded."""
        return bool(self.config.get("privacy", {}).get("purge_exports", False))

    @property
    def timezone(self) -> str | None:
        """The library's zone, into whose clock times are turned that say their own."""
        zone: str | None = self.config.get("library", {}).get("timezone")
        return zone

    @property
    def memory_limit(self) -> str | None:
        """How much memory DuckDB may take: LIBSTATS_MEMORY_LIMIT in the environment, else [duckdb]
        in the configuration, else None: DuckDB's own rule."""
        limit: str | None = os.environ.get("LIBSTATS_MEMORY_LIMIT") or self.config.get(
            "duckdb", {}
        ).get("memory_limit")
        if limit is not None and not settings.is_amount(limit):
            raise WorkspaceError(
                (
                    f"{CONFIG}: [duckdb] memory_limit (or LIBSTATS_MEMORY_LIMIT) is not an "
                    "amount of memory"
                ),
                'Write for example: memory_limit = "2GB"',
            )
        return limit

    def declare_map(self, label: str, text: str) -> None:
        """Write a map of MARC records into LABEL.map, and [marc] into libstats.toml; WorkspaceError
        if there is one."""
        name = f"{label}.map"
        if "marc" in self.config or (self.folder / name).exists():
            raise WorkspaceError(
                f"{CONFIG} has [marc] already, or there is a file {name}",
                "Edit the map that is there, or take both out first.",
            )
        if not re.fullmatch(r"[\w-]+", label):
            raise WorkspaceError(
                f"{label} is no name for a map", "Take letters, digits and hyphens."
            )
        (self.folder / name).write_text(f"{text}\n", encoding="utf-8", newline="\n")
        self._append(f'[marc]\nmap = "{name}"\n')

    def declare(self, label: str, entry: str) -> None:
        """Append the text of [export.LABEL] to libstats.toml, the rest of which stays as it is;
        WorkspaceError if there is one or it is wrong."""
        if label in self.config.get("export", {}):
            raise WorkspaceError(
                f'{CONFIG} has [export."{label}"] already',
                "Choose another name, or take that entry out first.",
            )
        self._append(entry)

    def _append(self, entry: str) -> None:
        """Write behind what stands in libstats.toml."""
        file = self.folder / CONFIG
        text = file.read_text(encoding="utf-8")
        added = f"{'' if text.endswith(chr(10)) else chr(10)}\n{entry}"
        _parsed(text + added)
        with file.open("ab") as end:
            end.write(
                (added.replace("\n", "\r\n") if b"\r\n" in file.read_bytes() else added).encode(
                    "utf-8"
                )
            )

    def is_whole(self, label: str, declared: bool) -> bool:
        """True if files of this export hold everything, by [whole] in the configuration, else as
        declared."""
        return bool(self.config.get("whole", {}).get(label, declared))

    def is_exact(self, label: str) -> bool:
        """True if long numbers of this export that end in zeros are as the system gives them, by
        [exact] in the configuration."""
        return bool(self.config.get("exact", {}).get(label, False))


def _refuse_anothers(system: str, wanted: str) -> None:
    """WorkspaceError for a name by which the exports of another system go: item 1 of the one would
    be item 1 of the other."""
    from libstats.sources import sources  # few loads name their source

    if wanted != system and wanted in {s.system for s in sources()}:
        raise WorkspaceError(
            f"{wanted} is no name for a source of {system}: exports of that system go by it",
            "Choose another one for --source, or leave it out.",
        )


def around(start: Path) -> Workspace | None:
    """The workspace at `start` or above it, if there is one; WorkspaceError if its configuration is
    wrong."""
    start = start.resolve()
    folder = next((f for f in (start, *start.parents) if (f / CONFIG).is_file()), None)
    return Workspace(folder, with_map(folder, _read(_sound(folder) / CONFIG))) if folder else None


def _sound(folder: Path) -> Path:
    """The folder's full path; WorkspaceError for one that DuckDB, or libstats.toml, would take for
    another."""
    path = folder.resolve()
    odd = re.search(r"[?\\\0-\x08\n-\x1f\x7f\ud800-\udfff]", path.as_posix())
    if odd:
        raise WorkspaceError(
            f"the path of the workspace holds a sign that cannot be used there: {odd[0]!a}",
            "Choose another name, or move it into a folder without that sign.",
        )
    return path


def at(place: Workspace | Path | str) -> Workspace:
    """The workspace that is meant: itself, or the one whose folder, or anything in it, is named.
    LibstatsError for what names none."""
    if isinstance(place, Workspace):
        return place
    remedy = "Give the folder that `libstats init` made, or anything in it."
    return find(given.path(place, "workspace", remedy))


def find(start: Path) -> Workspace:
    """The workspace at `start` or above it; WorkspaceError if there is none."""
    place = around(start) if start.exists() else None
    if place is not None:
        return place
    start = start.resolve()
    raise WorkspaceError(
        f"{start} is not a libstats workspace, nor inside one",
        "Make one with: libstats init FOLDER",
    )


def named(folder: Path) -> Workspace:
    """The workspace in this very folder; WorkspaceError if it is none."""
    if not (folder / CONFIG).is_file():
        raise WorkspaceError(
            f"{folder} is not a libstats workspace: it has no {CONFIG}",
            "Give the folder that `libstats init` made.",
        )
    return find(folder)


def _read(path: Path) -> dict[str, Any]:
    try:
        return _parsed(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise WorkspaceError(f"{path.name} cannot be read: {error}", "Save it as UTF-8.") from None


def _parsed(text: str) -> dict[str, Any]:
    """The configuration in the text of libstats.toml; WorkspaceError for what is wrong with it."""
    try:
        config = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WorkspaceError(
            f"{CONFIG} cannot be read: {error}", "Mend that line; texts stand in double quotes."
        ) from None
    found = [*settings.faults(config)]
    declared = {k: v for k, v in config.items() if k in _DECLARED and isinstance(v, dict)}
    if declared:
        # it looks at every declaration; most workspaces are opened without
        from libstats.workspace import faults

        found += faults.found(declared)
    if found:
        raise WorkspaceError("\n".join(each.in_words(text) for each in found))
    return config


def init(folder: Path | str, name: str | None = None) -> Workspace:
    """Make a workspace: configuration, exports/, forms/, notebooks/, reports/, the private store
    and its key.

    What is already there is left as it is. Raises WorkspaceError, LibstatsError.
    """
    from libstats.workspace import forms

    folder = given.path(
        folder, "name of a folder", "Give a path, as in libstats.init('mylibrary')."
    )
    if folder.exists() and not folder.is_dir():
        raise WorkspaceError(
            f"{folder} is a file, not a folder", "Give the name of a folder to make."
        )
    _sound(folder)
    _refuse_lost_key(folder)
    for sub in ("exports", "notebooks", "reports"):
        (folder / sub).mkdir(parents=True, exist_ok=True)
    (folder / "store").mkdir(mode=0o700, exist_ok=True)
    config = folder / CONFIG
    if not config.exists():
        title = (name or folder.resolve().name).replace("\\", "\\\\").replace('"', '\\"')
        config.write_text(shipped.config().replace("{name}", title), encoding="utf-8", newline="\n")
    for notebook in sorted(shipped.notebooks().glob("*.ipynb")):
        target = folder / "notebooks" / notebook.name
        if not target.exists():
            shutil.copyfile(notebook, target)
    forms.write(folder / "forms")
    keys.make_key(folder / "patron.key")
    if os.name == "posix":
        (folder / "store").chmod(0o700)
    return find(folder)


def _refuse_lost_key(folder: Path) -> None:
    """WorkspaceError if something is loaded and its key is missing: under a new one each patron
    would count as two."""
    key = folder / "patron.key"
    if generations.published(folder / "store") is not None and not key.exists():
        raise WorkspaceError(
            f"{key.name}, the secret key for the patron numbers that are loaded here, is missing",
            "Put it back from a backup. If it is lost, `libstats rotate-key` takes a new one: what"
            " is loaded stays, and its patrons cannot be told among those to come.",
        )
