"""An item of a report in JSON, release 5 or 5.1, as things with their counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from libstats.readers.counter.preamble import folded, legible
from libstats.readers.counter.report import metric_name

__all__ = ["Combined", "combined"]

_NAMES = ("title", "database", "item", "itemname")
_IDS = ("doi", "proprietary", "isbn", "printissn", "onlineissn", "uri")
_PARTS = ("datatype", "sectiontype", "yop", "accesstype", "accessmethod")


class Combined(NamedTuple):
    """A thing, as THING lists it but for its kind, and its metrics: of each the counts by month. A
    metric that tells twice of a month is there twice."""

    thing: tuple[str, ...]
    metrics: list[tuple[str, dict[str, str]]]

    @property
    def months(self) -> set[str]:
        """The months of its counts; '' for one of another time."""
        return {month for _, counts in self.metrics for month in counts}


def combined(value: Any, parent: dict[str, Any] | None = None) -> Iterator[Combined]:
    """What an entry of Report_Items tells: release 5.1 parts it by attributes, and lays items in
    their parents."""
    if not isinstance(value, dict):
        return
    item = {folded(key): each for key, each in value.items()}
    if isinstance(item.get("items"), list):
        for each in item["items"]:
            yield from combined(each, item)
        return
    above = parent or _parent(item)
    thing = _thing({**{k: above.get(k) for k in ("publisher", "platform")}, **item}, above)
    parts = item.get("attributeperformance")
    for part in parts if isinstance(parts, list) else [item]:
        told = {folded(key): each for key, each in part.items()} if isinstance(part, dict) else {}
        attributes = [_text(told.get(name, item.get(name))) for name in _PARTS]
        attributes[2] = attributes[2].zfill(4) if attributes[2].isdigit() else attributes[2]
        metrics = list(_metrics(told.get("performance")))
        if metrics:
            yield Combined((*thing, *attributes), metrics)


def _parent(item: dict[str, Any]) -> dict[str, Any]:
    """What the item stands in, as release 5 writes it."""
    found = item.get("itemparent")
    found = found[0] if isinstance(found, list) and found else found
    return {folded(key): each for key, each in found.items()} if isinstance(found, dict) else {}


def _thing(item: dict[str, Any], parent: dict[str, Any]) -> tuple[str, ...]:
    ids = _ids(item.get("itemid"))
    name = next((_text(item[key]) for key in _NAMES if item.get(key)), "")
    above = next((_text(parent[key]) for key in _NAMES if parent.get(key)), "")
    return (name, above, _text(item.get("publisher")), _text(item.get("platform")), *ids)


def _ids(value: Any) -> list[str]:
    """The numbers of an item in the order of _IDS: of release 5 a list of types and values, of 5.1
    an object."""
    found: dict[str, str] = {}
    pairs = value.items() if isinstance(value, dict) else []
    if isinstance(value, list):
        each = [{folded(k): v for k, v in pair.items()} for pair in value if isinstance(pair, dict)]
        pairs = [(str(pair.get("type", "")), pair.get("value")) for pair in each]
    for kind, text in pairs:
        found.setdefault(folded(kind).removesuffix("id"), _text(text))
    return [found.get(name, "") for name in _IDS]


def _text(value: Any) -> str:
    """A value as text; several with semicolons."""
    if isinstance(value, list):
        return "; ".join(filter(None, map(_text, value)))
    return "" if value is None or isinstance(value, dict) else legible(str(value))


def _metrics(value: Any) -> Iterator[tuple[str, dict[str, str]]]:
    if isinstance(value, dict):  # release 5.1: metric, month, count
        for metric, months in value.items():
            if isinstance(months, dict):
                yield metric_name(metric), {_month(m): _count(n) for m, n in months.items()}
        return
    found: dict[tuple[str, int], dict[str, str]] = {}
    for part in value if isinstance(value, list) else []:
        told = {folded(key): each for key, each in part.items()} if isinstance(part, dict) else {}
        month = _period(told.get("period"))
        for each in told.get("instance") or []:
            instance = {folded(key): v for key, v in each.items()} if isinstance(each, dict) else {}
            metric, times = metric_name(str(instance.get("metrictype", ""))), 0
            while month in found.get((metric, times), {}):
                times += 1
            found.setdefault((metric, times), {})[month] = _count(instance.get("count"))
    yield from ((metric, months) for (metric, _), months in found.items())


def _month(text: str) -> str:
    return text if len(text) == 7 and text[4] == "-" and text[5:].isdigit() else ""


def _period(value: Any) -> str:
    """The month that a period is; nothing for one of several months."""
    told = (
        {folded(key): str(each) for key, each in value.items()} if isinstance(value, dict) else {}
    )
    first, last = told.get("begindate", "")[:7], told.get("enddate", "")[:7]
    return _month(first) if first == last else ""


def _count(value: Any) -> str:
    """A count as digits; what is none stays as it is and is rejected."""
    text = legible(str(value))
    return text.removesuffix(".0")
