"""The columns that reports have: what is under each heading. Releases 5 and 5.1 name the metric in
a column; release 4 in some reports alone, in others it is the report that says it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from libstats.readers.counter import preamble
from libstats.readers.counter.preamble import folded
from libstats.readers.counter.report import THING, Facts, metric_name

__all__ = ["INSTITUTION", "METRIC", "TOTAL", "Form", "form_of"]

METRIC, TOTAL = "metrictype", "reportingperiodtotal"
INSTITUTION = ("institutionname", "institution", "organization", "organisation")
_PLACES = {
    "parenttitle": "item parent",
    "publisher": "item publisher",
    "platform": "item platform",
    "doi": "item doi",
    "proprietaryid": "item number",
    "proprietaryidentifier": "item number",
    "isbn": "item isbn",
    "printissn": "item print issn",
    "printedissn": "item print issn",
    "onlineissn": "item online issn",
    "uri": "item uri",
    "datatype": "item data type",
    "sectiontype": "item section type",
    "yop": "item year",
    "accesstype": "item access type",
    "accessmethod": "item access method",
}
_OF_4 = {
    "contentprovider": "item publisher",
    "journaldoi": "item doi",
    "bookdoi": "item doi",
    "issn": "item print issn",
}
# of these columns nothing is read
_PASSED = re.compile(
    r"publisherid|authors|publicationdate|articleversion|parent.+|component.+|customerid"
    r"|institutionid|[a-z0-9]+:.+"
)
_PASSED_4 = re.compile(r"reportingperiod(?:html|pdf)|[a-z0-9]+:.+")
_NAMES_4 = ("journal", "title", "book", "database", "collection")
# what the reports of release 4 count that have no column for it
_COUNTED_4 = {
    "JR1": "Successful Full-Text Article Requests",
    "JR1 GOA": "Successful Gold Open Access Full-Text Article Requests",
    "JR1A": "Successful Full-Text Article Requests from an Archive",
    "BR1": "Successful Title Requests",
    "BR2": "Successful Section Requests",
    "MR1": "Successful Full Multimedia Content Unit Requests",
}
_ACTIVITIES_4 = {
    folded(name): name
    for name in (
        "Regular Searches",
        "Searches-federated and automated",
        "Result Clicks",
        "Record Views",
        "Access denied: concurrent/simultaneous user licence limit exceeded",
        "Access denied: content item not licenced",
    )
}


@dataclass(frozen=True)
class Form:
    """What the columns of a report are.

    kind     what a row is about; names: the headings that it may have
    places   under which heading what tells a thing stands
    passed   what the headings are under which nothing is read
    metrics  the headings of which one names the metric; counted: what it is without
    named    how a metric is spelled
    """

    kind: str
    names: tuple[str, ...]
    places: dict[str, int] = field(hash=False)
    passed: re.Pattern[str]
    metrics: tuple[str, ...]
    counted: str
    named: Callable[[str], str]


def form_of(facts: Facts) -> Form:
    """The columns of a report."""
    if facts.release == "4":
        kind = preamble.KINDS_4[facts.report[:2]]
        return Form(
            kind,
            ("platform",) if kind == "platform" else _NAMES_4,
            _placed(_PLACES | _OF_4),
            _PASSED_4,
            ("useractivity", "accessdeniedcategory"),
            _COUNTED_4.get(facts.report, ""),
            lambda text: _ACTIVITIES_4.get(folded(text), text),
        )
    kind = preamble.MASTERS[facts.report[:2]]
    return Form(kind, (kind,), _placed(_PLACES), _PASSED, (METRIC,), "", metric_name)


def _placed(headings: dict[str, str]) -> dict[str, int]:
    return {heading: THING.index(name) for heading, name in headings.items()}
