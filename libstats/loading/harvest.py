"""Reports fetched from COUNTER's API into the workspace's exports, whole or not at all. Nothing is
remembered but the files: what was fetched before is fetched again, since publishers restate."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from libstats.errors import WorkspaceError
from libstats.loading.asking import Asked, ask
from libstats.readers.service import Clock, Verdict, patiently
from libstats.workspace.harvest_given import KEYS, RELEASES, variable
from libstats.workspace.keyring import kept
from libstats.workspace.workspace import Workspace

__all__ = ["Fetched", "harvest"]

_UNFINISHED = "harvest-"


@dataclass(frozen=True)
class Fetched:
    """What became of a report: the file, or why there is none."""

    name: str
    report: str
    release: str
    file: Path | None
    why: str = ""

    def __str__(self) -> str:
        what = f"{self.name} {self.report}, release {self.release}"
        return f"{what}: {self.file.name}" if self.file else f"{what}: not fetched, {self.why}"


def harvest(
    place: Workspace,
    names: Iterable[str] = (),
    *,
    first: date,
    last: date,
    clock: Clock | None = None,
) -> Iterator[Fetched]:
    """Fetch the reports of these platforms, or of all, for the months of two days; gives what
    became of each as it comes. WorkspaceError for a platform that is not in libstats.toml, or
    without its keys."""
    given: Mapping[str, Any] = place.config.get("harvest", {})
    chosen = list(names) or list(given)
    if not chosen:
        raise WorkspaceError(
            "libstats.toml names no platform to fetch from",
            "Write [harvest.NAME] with url and reports; docs/export-counter.md shows how.",
        )
    for name in chosen:
        if name not in given:
            raise WorkspaceError(
                f"there is no [harvest.{name}] in libstats.toml", f"There are: {', '.join(given)}."
            )
    keys = {name: _keys(name) for name in chosen}
    for left in (place.folder / "store").glob(f"{_UNFINISHED}*"):
        left.unlink(missing_ok=True)
    for name in chosen:
        told = given[name]
        for report in told["reports"]:
            release = str(told.get("release", RELEASES[0]))
            asked = Asked(told["url"], release, report, first, last, keys[name])
            asked = replace(asked, platform=told.get("platform", ""))
            yield _fetched(place, name, asked, clock or Clock())


def _keys(name: str) -> dict[str, str]:
    """The keys of a platform, from the environment, else from the keyring of the computer."""
    found = {
        key: os.environ.get(variable(name, key)) or kept(f"libstats-harvest-{name}", key)
        for key in KEYS
    }
    if not found["customer_id"]:
        raise WorkspaceError(
            f"the customer_id of {name} is nowhere",
            f"Set {variable(name, 'customer_id')} in the environment. Set requestor_id and api_key"
            " likewise where the platform wants them. Or keep them in the keyring:"
            f" `keyring set libstats-harvest-{name} customer_id`.",
        )
    return {key: value for key, value in found.items() if value}


def _fetched(place: Workspace, name: str, asked: Asked, clock: Clock) -> Fetched:
    """A report, in the other release if the answer means that."""
    handle, text = tempfile.mkstemp(prefix=_UNFINISHED, dir=place.folder / "store")
    os.close(handle)
    target = Path(text)
    try:
        verdict = _patiently(asked, target, clock)
        if verdict.what == "other":
            other = replace(asked, release=next(r for r in RELEASES if r != asked.release))
            again = _patiently(other, target, clock)
            if again.what == "whole":
                asked, verdict = other, again
        if verdict.what != "whole":
            return Fetched(name, asked.report, asked.release, None, verdict.why)
        file = place.exports / _file_name(name, asked)
        target.replace(file)
        return Fetched(name, asked.report, asked.release, file)
    except OSError as error:
        return Fetched(name, asked.report, asked.release, None, f"{error.strerror} on the disk")
    finally:
        target.unlink(missing_ok=True)


def _file_name(name: str, asked: Asked) -> str:
    months = f"{asked.first:%Y-%m}-to-{asked.last:%Y-%m}"
    return f"counter-{name}-{asked.report}-r{asked.release.replace('.', '')}-{months}.json"


def _patiently(asked: Asked, target: Path, clock: Clock) -> Verdict:
    return patiently(lambda: ask(asked, target, clock.now()), clock)
