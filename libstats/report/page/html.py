"""The smallest pieces of a page: text that is HTML already, and plain text made safe for it."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from libstats.report.page.table import Table

__all__ = ["TABLES", "Html", "escaped", "items", "notice"]

# The tables that an output shows, as data, beside its HTML: the runner makes workbooks of them.
TABLES = "application/vnd.libstats.tables+json"


class Html(str):
    """Text that notebooks show as HTML, with the tables that are in it."""

    tables: tuple[Table, ...]

    def __new__(cls, text: str, tables: Sequence[Table] = ()) -> Html:
        html = super().__new__(cls, text)
        html.tables = tuple(tables)
        return html

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {TABLES: [table.data() for table in self.tables]} if self.tables else {}

    def _repr_html_(self) -> str:
        return str(self)


def escaped(text: object) -> str:
    """Plain text for use between tags."""
    return html.escape(str(text), quote=False)


def items(texts: Iterable[str], kind: str = "") -> str:
    """A list of plain texts."""
    of = f' class="{kind}"' if kind else ""
    return f"<ul{of}>{''.join(f'<li>{escaped(text)}</li>' for text in texts)}</ul>"


def notice(lead: str, texts: Iterable[str] = (), attention: bool = False) -> str:
    """A box that says something about the report itself; `attention`: a reader must know it."""
    kind = "libstats-notice attention" if attention else "libstats-notice"
    listed = list(texts)
    return f'<div class="{kind}"><p>{escaped(lead)}</p>{items(listed) if listed else ""}</div>'
