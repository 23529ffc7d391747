"""A page of a few pieces, as a report would show them."""

from __future__ import annotations

from typing import Any

import nbformat

from libstats.report.page import publish


def page(*pieces: Any) -> str:
    """The pieces under a title and a heading, and the heading with which reports end."""
    outputs = [
        nbformat.v4.new_output("display_data", {"text/html": piece._repr_html_()})
        for piece in pieces
    ]
    cells = [
        nbformat.v4.new_markdown_cell("# Paper\n\n## A list", id="title"),
        nbformat.v4.new_code_cell("", id="all", outputs=outputs),
        nbformat.v4.new_markdown_cell("### More\n\n## Where these figures come from", id="last"),
    ]
    return publish.page(nbformat.v4.new_notebook(cells=cells), "paper")
