"""The files that a command is given: those among the paths, and those below the folders."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path


def files_of(paths: Iterable[Path | str]) -> Iterable[Path]:
    """The files among the paths and below the folders, each once, by name; hidden files and pages
    are passed over."""
    seen = set()
    for path in map(Path, paths):
        for file in sorted(_below(path)) if _is_folder(path) else [path]:
            # realpath, since resolve() fails on links that lead in a circle
            if os.path.realpath(file) not in seen:
                seen.add(os.path.realpath(file))
                yield file


def _is_folder(path: Path) -> bool:
    """True for a folder; of a link that leads nowhere readable the receipt says so."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _below(top: Path) -> Iterator[Path]:
    """The files below a folder, also in folders that it links to, and each folder that cannot be
    read."""
    shut: list[Path] = []
    seen = {os.path.realpath(top)}
    for name, folders, files in os.walk(
        top, onerror=lambda error: shut.append(Path(error.filename)), followlinks=True
    ):
        folder = Path(name)
        # a link may lead in a circle
        inner = {f: os.path.realpath(folder / f) for f in folders if not f.startswith(".")}
        folders[:] = [f for f, real in inner.items() if real not in seen]
        seen.update(inner.values())
        yield from (p for p in map(folder.joinpath, files) if _could_be_export(p.relative_to(top)))
    yield from shut


def _could_be_export(path: Path) -> bool:
    """False for hidden files and for what lies beside exports: a README, a page, the sample
    library's truth, a file that is still written, what Windows and an open workbook leave."""
    return (
        not any(part.startswith((".", "~$")) for part in path.parts)
        and path.suffix.lower() not in (".md", ".html", ".toml", ".example", ".part")
        and path.name.lower() not in ("truth.json", "thumbs.db", "desktop.ini")
    )
