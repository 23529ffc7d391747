"""What may stand in a page: elements, attributes and addresses that are known to do nothing but
show. All else is refused, so that no list of what runs, fetches or leads away has to be complete.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

__all__ = ["faults"]

NO_ALT = (
    "No description has been provided for this image"  # what nbconvert writes where there is none
)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_TEXT = _set(
    """html head title body main a abbr address article aside b bdi bdo big blockquote br
    caption center cite code col colgroup dd del details dfn div dl dt em figcaption
    figure footer h1 h2 h3 h4 h5 h6 header hr i img input ins kbd label li mark meter nav
    ol p pre progress q s samp section small span strong sub summary sup style table tbody
    td tfoot th thead time tr tt u ul var wbr meta link"""
)
# as they are written in pages, without capitals; neither links nor what moves, nor foreign pieces
_DRAWN = _set(
    """svg g path rect circle ellipse line polyline polygon text tspan title desc defs clippath mask
    marker lineargradient radialgradient stop pattern symbol use metadata"""
)
_OF_ALL = _set("class id style title lang dir role tabindex hidden translate")
_OF = {
    "a": _set("href rel name"),
    "abbr": _set("title"),
    "blockquote": _set("cite"),
    "col": _set("span width align"),
    "colgroup": _set("span width align"),
    "del": _set("datetime"),
    "details": _set("open name"),
    "div": _set("align"),
    "img": _set("src alt width height align"),
    "input": _set("type checked disabled"),
    "ins": _set("datetime"),
    "li": _set("value"),
    "link": _set("rel href"),
    "meta": _set("charset name content http-equiv"),
    "meter": _set("value min max low high optimum"),
    "ol": _set("start type reversed"),
    "p": _set("align"),
    "progress": _set("value max"),
    "q": _set("cite"),
    "style": _set("scoped type media"),
    "table": _set("border width align cellpadding cellspacing summary"),
    "td": _set("colspan rowspan headers align valign width abbr data-label"),
    "th": _set("scope colspan rowspan headers align valign width abbr"),
    "time": _set("datetime"),
    "tr": _set("align valign"),
}
_OF_DRAWINGS = re.compile(
    r"""d|x|y|x1|x2|y1|y2|cx|cy|r|rx|ry|dx|dy|fx|fy|width|height|points|transform|viewbox|version
    |xmlns(:xlink)?|xml:space|preserveaspectratio|pathlength|offset|rotate|focusable
    |(fill|stroke|stop|clip|font|text|dominant|alignment|baseline|marker|shape|color|paint|vector
    |letter|word)(-[a-z]+)*
    |opacity|mask|display|visibility|overflow|orient|refx|refy|spreadmethod|href|xlink:href
    |(gradient|pattern|clippath|mask|marker)(units|contentunits|transform|width|height)""",
    re.VERBOSE,
)
# the web, a place in this page, or a file beside it
_WEB = re.compile(
    r"(https?://|mailto:)\S+|#\S*|\./([\w%-][\w.%-]*/)*[\w.%-]+\.html(#\S*)?", re.IGNORECASE
)
_WITHIN = re.compile(r"#[\w.:-]*")
_PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=\s]*")
# what the template itself says of the page
_META = (
    {"charset": "utf-8"},
    {"name": "viewport", "content": "width=device-width, initial-scale=1"},
    {"name": "color-scheme", "content": "light dark"},
    {"name": "referrer", "content": "no-referrer"},
    {
        "http-equiv": "Content-Security-Policy",
        "content": "default-src 'none'; img-src data:; style-src 'unsafe-inline'",
    },
)
_ICON = {"rel": "icon", "href": "data:,"}
# what a style can fetch with; a backslash may spell any of it
_FETCHING = re.compile(
    r"@import|@charset|@namespace|\\|expression\s*\(|behavior|-moz-binding"
    r"|image(-set)?\s*\(|src\s*\(|url\(\s*['\"]?(?!data:image/|data:font/|#)",
    re.IGNORECASE,
)

# in a drawing a browser reads a style as markup, and </style x> ends one
_TAG, _MARKUP = re.compile(r"<[a-z/!?]", re.IGNORECASE), "a style holds markup, or does not end"


def faults(text: str) -> list[str]:
    """What keeps a page from being accessible offline, or does more than show: pictures without alt
    text, elements, attributes and addresses that are not known."""
    parser = _Faults()
    parser.feed(text)
    parser.end()
    return parser.found


class _Faults(HTMLParser):
    """Walks a page and notes faults, each kind once."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_style = False

    def end(self) -> None:
        """The text is over. What Python takes for the inside of a style that does not end, a
        browser may not."""
        if self._in_style:
            self._note(_MARKUP)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        given = [(name, value or "") for name, value in attrs]
        values = dict(given)
        if tag not in _TEXT | _DRAWN:
            self._note(f"<{tag}> may not stand in a page")
        if len(values) < len(given):
            self._note(f"<{tag}> says something twice")
        for name, value in given:
            if not _is_allowed(tag, name):
                self._note(f"{name} may not stand in <{tag}>")
            elif not _is_harmless(tag, name, value):
                self._note(f"<{tag}> leads to or fetches something: {name}")
        self._check_kind(tag, values)

    def _check_kind(self, tag: str, values: dict[str, str]) -> None:
        """What only some elements must say, or may say in one way alone."""
        if tag == "img" and values.get("alt", "").strip() in ("", NO_ALT):
            self._note("a picture has no alt text")
        if tag == "svg" and not (
            values.get("aria-label")
            or values.get("aria-labelledby")
            or values.get("aria-hidden") == "true"
        ):
            self._note("a drawing (svg) has no label")
        if (tag == "meta" and values not in _META) or (tag == "link" and values != _ICON):
            self._note(f"<{tag}> may only be that of the page itself")
        if tag == "input" and values.get("type") != "checkbox":
            self._note("<input> may only be a box to tick")

    def handle_data(self, data: str) -> None:
        if self._in_style and _FETCHING.search(data):
            self._note("a style fetches something")
        if self._in_style and _TAG.search(data):
            self._note(_MARKUP)

    def handle_endtag(self, tag: str) -> None:
        self._in_style = self._in_style and tag != "style"

    def handle_comment(self, data: str) -> None:
        self._note("a comment may not stand in a page")

    def handle_pi(self, data: str) -> None:
        self._note("an instruction to a program may not stand in a page")

    def handle_decl(self, decl: str) -> None:
        if decl.casefold() != "doctype html":
            self._note("a declaration may not stand in a page")

    def unknown_decl(self, data: str) -> None:
        self._note("a declaration may not stand in a page")

    def _note(self, fault: str) -> None:
        if fault not in self.found:
            self.found.append(fault)


def _is_allowed(tag: str, name: str) -> bool:
    """True if the element may have the attribute."""
    return (
        name in _OF_ALL
        or name in _OF.get(tag, ())
        or name.startswith("aria-")
        or (tag in _DRAWN and bool(_OF_DRAWINGS.fullmatch(name)))
    )


def _is_harmless(tag: str, name: str, value: str) -> bool:
    """True if an attribute leads nowhere but where a reader would go by a click, and fetches
    nothing."""
    if name in ("href", "xlink:href") and tag != "link":
        return bool((_WEB if tag == "a" else _WITHIN).fullmatch(value.strip()))
    if name == "src":
        return bool(_PICTURE.fullmatch(value.strip()))
    if name == "cite":
        return bool(_WEB.fullmatch(value))
    return not (name == "style" or tag in _DRAWN) or not _FETCHING.search(value)
