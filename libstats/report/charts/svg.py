"""A drawing of matplotlib as SVG that stands in a page: text as text, colours from the page, and
no more of it than what is seen."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree as tree

__all__ = ["cleaned"]

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_NUMBER = re.compile(r"-?\d+\.\d+")
SIZE = "9.5px"  # of most texts
OWN = 6  # signs of a name within a drawing that tell it from others there
_UNSEEN = {"metadata", "style"}
# what a drawing says of each mark that is so by itself
_USUAL = {
    "stroke-linecap": {"butt", "square"},
    "stroke-linejoin": {"miter"},
    "opacity": {"1"},
    "font-weight": {"400", "normal"},
    "font-size": {SIZE},
    "text-anchor": {"start"},
}
_MEASURES = {"d", "points", "x", "y", "width", "height", "transform", "stroke-width", "font-size"}
_ALWAYS = {"font-family"}  # the page's own


def cleaned(text: str, colours: Mapping[str, str], prefix: str) -> str:
    """The SVG of one drawing, to be put into a page.

    Parameters
    ----------
    text : what matplotlib wrote
    colours : the names of the page's colours by the colour that the drawing has, as in #0072b2
    prefix : what names within it begin with, so that those of two drawings are never the same
    """
    tree.register_namespace("", SVG)
    root = tree.fromstring(text)
    _strip(root, prefix, colours)
    view = root.get("viewBox", "")
    root.attrib.clear()
    root.set("viewBox", " ".join(f"{float(part):g}" for part in view.split()))
    root.set("font-size", SIZE)
    body = tree.tostring(root, encoding="unicode")
    body = re.sub(r' xmlns(:\w+)?="[^"]*"|\bns\d+:|xlink:(?=href)', "", body)
    return re.sub(r">\s+<", "><", body)


def _strip(element: tree.Element, prefix: str, colours: Mapping[str, str]) -> None:
    """Take out what nobody sees, below an element and in itself."""
    for child in list(element):
        if not isinstance(child.tag, str) or _name(child) in _UNSEEN:
            element.remove(child)
            continue
        _strip(child, prefix, colours)
        if _is_nothing(child):
            element.remove(child)
        elif _name(child) == "g" and not child.attrib:
            place = list(element).index(child)
            element.remove(child)
            for offset, inner in enumerate(child):
                element.insert(place + offset, inner)
    _join(element)
    _lift(element)
    element.tail = None
    if _name(element) != "text" and element.text is not None:
        element.text = None
    _tidy(element, prefix, colours)


def _join(element: tree.Element) -> None:
    """Lines and bars that look alike and follow each other become one."""
    last: tree.Element | None = None
    for child in list(element):
        is_alike = (
            last is not None
            and _name(child) == _name(last) == "path"
            and "id" not in child.attrib
            and {**child.attrib, "d": ""} == {**last.attrib, "d": ""}
        )
        if is_alike and last is not None:
            last.set("d", f"{last.get('d')}{child.get('d')}")
            element.remove(child)
        else:
            last = child


def _lift(element: tree.Element) -> None:
    """What all marks of a line have in common is said once, of their group."""
    marks = list(element)
    if _name(element) != "g" or len(marks) < 2 or any(_name(mark) != "use" for mark in marks):
        return
    for key, value in marks[0].attrib.copy().items():
        if key in ("fill", "stroke") and all(mark.get(key) == value for mark in marks):
            element.set(key, value)
            for mark in marks:
                del mark.attrib[key]


def _name(element: tree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _is_nothing(element: tree.Element) -> bool:
    """True for a group of nothing, and for the sheet that everything is drawn on."""
    if _name(element) in ("g", "defs") and not len(element):
        return True
    return (
        _name(element) == "path"
        and element.get("fill") == "var(--paper, #ffffff)"
        and (element.get("stroke") is None)
    )


def _tidy(element: tree.Element, prefix: str, colours: Mapping[str, str]) -> None:
    """Its attributes as short as can be: no names that nothing refers to, whole tenths."""
    for part in element.attrib.pop("style", "").split(";"):
        key, _, value = (piece.strip() for piece in part.partition(":"))
        if key == "font":
            key, value = _size(value)
        if key and key not in _ALWAYS and value not in _USUAL.get(key, ()):
            element.set(key, _coloured(value, colours))
    name = element.attrib.pop("id", "")
    if _name(element) == "clipPath" or (_name(element) == "path" and name):
        element.set("id", f"{prefix}{name[:OWN]}")
    for key, value in list(element.attrib.items()):
        _shorten(element, key, value, prefix)


def _shorten(element: tree.Element, key: str, value: str, prefix: str) -> None:
    if key.rpartition("}")[2] == "href":
        del element.attrib[key]
        element.set("href", f"#{prefix}{value.removeprefix('#')[:OWN]}")
    elif key == "clip-path":
        element.set(key, f"url(#{prefix}{value.removeprefix('url(#')[:OWN]})")
    elif key == "transform" and re.match(r"rotate\(-?0[ ,)]", value):
        del element.attrib[key]
    elif key in _MEASURES:
        element.set(key, _short(value))


def _size(font: str) -> tuple[str, str]:
    found = re.search(r"([\d.]+px)", font)
    return ("font-size", found[1]) if found else ("", "")


def _coloured(value: str, colours: Mapping[str, str]) -> str:
    name = colours.get(value.lower())
    return f"var(--{name}, {value})" if name else value


def _short(text: str) -> str:
    rounded = _NUMBER.sub(lambda found: f"{round(float(found[0]), 1):g}", " ".join(text.split()))
    return re.sub(r" ?([MLCQZz]) ?", r"\1", rounded) if text[:1] in "Mm" else rounded
