"""What the files of reports are called, and the page that lists them."""

from __future__ import annotations

import html
import re
import zlib
from collections.abc import Mapping
from pathlib import Path

from libstats.report.page import publish
from libstats.report.page.closed import FOLDER
from libstats.report.page.notebook import nbformat

__all__ = ["INDEX", "index", "stem"]

INDEX = "index.html"
MARK = '<main id="report"'  # pages of libstats have it
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)


def stem(name: str, about: Mapping[str, str]) -> str:
    """The name of a report's file without its ending: report, question, branch and period, so that
    none is written over another.

    Parameters
    ----------
    name : the report's
    about : what its head says: `question`, where there are several, `branch` (none for all) and
        `period`, as in 2026-10
    """
    words = [_word(about.get(part, "")) for part in ("question", "branch")]
    parts = [name, *words, about.get("period", "")]
    return "-".join(part for part in parts if part)


def _word(branch: str) -> str:
    """A branch as a part of a file's name. What no file system likes becomes a line; a branch that
    has more of it than blanks is told from others by a few signs."""
    word = re.sub(r"[^\w. -]+", "_", branch).strip("_. ")
    if word == branch:
        return word
    return f"{word}_{zlib.crc32(branch.encode()):08x}" if branch else ""


def index(folder: Path) -> str:
    """The page that lists the reports of a folder, each kind's newest period first."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for path in sorted(folder.glob("*.html"), key=lambda path: path.name, reverse=True):
        title = _title(path)
        if title is not None and path.name != INDEX:
            kind, _, of = title.partition(": ")
            groups.setdefault(kind, []).append((path.name, of or kind))
    for path in sorted(folder.glob(f"{FOLDER}/*/*.html"), reverse=True):
        if title := _title(path):
            name = path.relative_to(folder).as_posix()
            groups.setdefault("Closed months, as published", []).append((name, title))
    cells = [nbformat.v4.new_markdown_cell("# Reports", id="title")]
    for number, (kind, pages) in enumerate(sorted(groups.items())):
        links = "".join(
            f'<li><a href="{html.escape(_address(name))}">{html.escape(of, quote=False)}</a></li>'
            for name, of in pages
        )
        listed = f"<h2>{html.escape(kind, quote=False)}</h2><ul>{links}</ul>"
        output = nbformat.v4.new_output("display_data", {"text/html": listed})
        cells.append(nbformat.v4.new_code_cell("", id=f"kind-{number}", outputs=[output]))
    return publish.page(nbformat.v4.new_notebook(cells=cells), "index")


def _title(path: Path) -> str | None:
    """The title of a page that libstats wrote; None for another file."""
    text = path.read_text(encoding="utf-8", errors="replace")
    found = _TITLE.search(text)
    return html.unescape(found[1]).strip() if found and MARK in text else None


def _address(name: str) -> str:
    """A file beside this page as a link: `./` keeps a name from being read as anything else."""
    from urllib.parse import quote

    return f"./{quote(name)}"
