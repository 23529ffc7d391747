"""A page -> a PDF that a screen reader can walk (PDF/UA-1), by WeasyPrint."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from libstats.errors import ReportError

__all__ = ["Paper", "check", "palette", "pdf", "printed"]

Paper = Literal["letter", "A4"]
VARIANT = "pdf/ua-1"
STYLE = Path(__file__).parent / "template" / "style.css"
_ROOT = re.compile(r":root\s*\{(.*?)\}", re.DOTALL)
_COLOUR = re.compile(r"--([\w-]+):\s*(#[0-9a-fA-F]{6})")
_VARIABLE = re.compile(r"var\(--([\w-]+)(?:,\s*([^()]*))?\)")
_DRAWING = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_LABEL = re.compile(r'<svg\b[^>]*?\saria-label="([^"]*)"[^>]*>')


def check() -> None:
    """ReportError if WeasyPrint, or the library for text that it needs, is not installed."""
    try:
        import weasyprint  # noqa: F401
    except ImportError:
        raise ReportError(
            "a PDF needs the package WeasyPrint, which is not installed",
            'Install it: python -m pip install "libstats[pdf]"',
        ) from None
    except OSError:  # the package is there and finds no Pango
        raise ReportError(
            "a PDF needs the library Pango, which is not installed",
            "On Debian and Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0; on macOS: brew "
            "install pango; on Windows: see docs/running.md.",
        ) from None


def pdf(page: str, paper: Paper = "letter") -> bytes:
    """The PDF of a page as `publish.page` gives it; the same page gives the same bytes."""
    check()
    import weasyprint

    text = printed(page, paper)
    identifier = hashlib.sha256(text.encode()).hexdigest()[:32].encode()
    document = weasyprint.HTML(string=text, url_fetcher=_refused)
    written: bytes = document.write_pdf(pdf_variant=VARIANT, pdf_identifier=identifier)
    return written


def printed(page: str, paper: Paper = "letter") -> str:
    """A page as WeasyPrint needs it: of the size of the paper, drawings in its colours, which it
    would else draw black, and with their labels as their titles, which it tells to who does not see
    them."""
    colours = palette(STYLE.read_text(encoding="utf-8"))
    sized = f"@page {{ size: {paper} }} @page long {{ size: {paper} landscape }}</style>"
    drawn = _DRAWING.sub(lambda found: _titled(_coloured(found[0], colours)), page)
    return drawn.replace("</style>", sized, 1)


def palette(style: str) -> dict[str, str]:
    """The colours of the paper by name: those of all media, and over them those of print."""
    everywhere, _, paper = style.partition("@media print")
    first, last = _ROOT.search(everywhere), _ROOT.search(paper)
    texts = [found[1] for found in (first, last) if found]
    return {name: colour for text in texts for name, colour in _COLOUR.findall(text)}


def _coloured(drawing: str, colours: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: colours.get(found[1], found[2] or "#000000"), drawing)


def _titled(drawing: str) -> str:
    found = _LABEL.match(drawing)
    if found is None:
        return drawing
    return f"{found[0]}<title>{found[1]}</title>{drawing[found.end() :]}"


def _refused(url: str, *_: Any, **__: Any) -> dict[str, Any]:
    """Nothing is fetched: what a page shows is in it."""
    if url.startswith("data:"):
        from weasyprint import default_url_fetcher

        found: dict[str, Any] = default_url_fetcher(url)
        return found
    raise ValueError("a page fetches nothing")
