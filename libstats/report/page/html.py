"""The smallest pieces of a page: plain text made safe for HTML, lists, and boxes."""

from __future__ import annotations

import html
import os
from collections.abc import Iterable

__all__ = ["ABOUT", "SEALED", "TABLES", "escaped", "is_sealing", "items", "notice", "paragraph"]

# The tables that an output shows, as data, beside its HTML: the runner makes workbooks of them.
TABLES = "application/vnd.libstats.tables+json"
# What a report is about, as data, beside its head: the runner names its file by that.
ABOUT = "application/vnd.libstats.report+json"
# The variable by which a run asks tables what they are in truth, to protect them together.
SEALED = "LIBSTATS_SEALED"


def is_sealing() -> bool:
    """True if `libstats report` runs this notebook."""
    return bool(os.environ.get(SEALED))


def escaped(text: object) -> str:
    """Plain text for use between tags."""
    return html.escape(str(text), quote=False)


def paragraph(text: object) -> str:
    """A paragraph of plain text."""
    return f"<p>{escaped(text)}</p>"


def items(texts: Iterable[str], kind: str = "") -> str:
    """A list of plain texts."""
    of = f' class="{kind}"' if kind else ""
    return f"<ul{of}>{''.join(f'<li>{escaped(text)}</li>' for text in texts)}</ul>"


def notice(lead: str, texts: Iterable[str] = (), attention: bool = False) -> str:
    """A box that says something about the report itself; `attention`: a reader must know it."""
    kind = "libstats-notice attention" if attention else "libstats-notice"
    listed = list(texts)
    return f'<div class="{kind}"><p>{escaped(lead)}</p>{items(listed) if listed else ""}</div>'
