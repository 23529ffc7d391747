"""What stands above the headings of a report: a label and its value a row, in rows as long as they
happen to be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from functools import lru_cache

from libstats.errors import FileRefused
from libstats.readers import shown
from libstats.readers.counter.report import Facts

__all__ = [
    "KINDS_4",
    "MASTERS",
    "facts",
    "facts_of_4",
    "folded",
    "is_blank",
    "legible",
    "release_of",
    "report_of",
]

# what a row of a master report and of its standard views is about
MASTERS = {"PR": "platform", "DR": "database", "TR": "title", "IR": "item"}
KINDS_4 = {"JR": "title", "BR": "title", "TR": "title", "DB": "database", "MR": "database"} | {
    "PR": "platform"
}
_OF_4 = re.compile(
    r"(journal|book|title|database|multimedia|platform) report (\d)(a?)( goa)?\s*\(r4\).*",
    re.IGNORECASE,
)
_LABELS_4 = ("periodcovered", "daterun", "sectiontype", "customer")
_REPORT = re.compile(r"(PR|DR|TR|IR)(?:_([A-Z]\d))?")
_RELEASE = re.compile(r"(?:release|cop|r)?\s*(5(?:\.[01])?)(?:\.\d+)*", re.IGNORECASE)
_DATE = re.compile(r"20\d\d-\d\d-\d\d")
_CODE = re.compile(r"(?<!\d)([123]\d{3})(?!\d)")
_MARK = re.compile(r"_x[0-9A-Fa-f]{4}_")
AGAIN = "Download the report again, whole and as it comes (TSV, XLSX or JSON)."


@lru_cache(1024)
def folded(heading: str) -> str:
    """A heading as it is compared: without case, spaces, underscores and hyphens."""
    plain = unicodedata.normalize("NFKC", heading).replace("\ufeff", "").casefold()
    return re.sub(r"[\s_.-]+", "", plain)


def legible(text: str) -> str:
    """A cell without the signs that a workbook writes of characters which nobody sees."""
    if "_x" in text or "\ufeff" in text:
        text = _MARK.sub(" ", text).replace("\ufeff", "")
    return " ".join(text.split())


def is_blank(row: Iterable[str]) -> bool:
    """True for a row in which nothing can be read."""
    return not any(map(legible, row))


def facts(name: str, above: Sequence[Sequence[str]]) -> Facts:
    """What the rows above the headings say. FileRefused for a report or a release that is none."""
    told: dict[str, str] = {}
    for row in above:
        label, *values = map(legible, row)
        told.setdefault(folded(label.rstrip(": ")), ", ".join(filter(None, values)))
    return Facts(
        report=report_of(name, told.get("reportid", "")),
        release=release_of(name, told.get("release", "")),
        institution=told.get("institutionname", ""),
        created=moment(told.get("created", "")),
        provider=told.get("createdby", ""),
        filters=_filters(told.get("reportfilters", "")),
        metrics=_listed(told.get("metrictypes", "")),
        exceptions=tuple(dict.fromkeys(_CODE.findall(_numbers(told.get("exceptions", ""))))),
        period=period(told.get("reportingperiod", "")),
    )


def facts_of_4(name: str, above: Sequence[Sequence[str]]) -> Facts | None:
    """What the rows above the headings say in release 4, whose labels stand above their values or
    before them; None for another text. FileRefused for a report that has no months."""
    if not above or not (match := _OF_4.fullmatch(legible(above[0][0]))):
        return None
    first = "DB" if match[1].casefold() == "database" else f"{match[1][0].upper()}R"
    report = f"{first}{match[2]}{match[3].upper()}{match[4].upper() if match[4] else ''}"
    told, label = dict[str, str](), ""
    for row in above[1:]:
        cells = [cell for cell in map(legible, row) if cell]
        for cell in cells:
            known = next((at for at in _LABELS_4 if folded(cell).startswith(at)), "")
            if not known and label:
                told.setdefault(label, cell)
            label = known
    institution = legible(above[1][0]) if len(above) > 1 else ""
    return Facts(
        report=report,
        release="4",
        institution="" if folded(institution).startswith(_LABELS_4) else institution,
        created=moment(told.get("daterun", "")),
        period=period(told.get("periodcovered", "")),
    )


def report_of(name: str, text: str) -> str:
    """The number of a report as COUNTER writes it."""
    report = text.strip().upper().replace("-", "_")
    if _REPORT.fullmatch(report):
        return report
    raise FileRefused(f"{name}: Report_ID says {shape(text)}, which is no COUNTER report", AGAIN)


def release_of(name: str, text: str) -> str:
    """The release: 5 or 5.1."""
    if match := _RELEASE.fullmatch(text.strip()):
        return match[1].removesuffix(".0")
    raise FileRefused(
        f"{name}: Release says {shape(text)}; under these headings it would be 5 or 5.1",
        AGAIN,
    )


def shape(text: str) -> str:
    """A text as it may be repeated: the first signs of what may be shown, else of its shape."""
    told = text.strip() if shown.is_fit(text) else shown.shape(text.strip())
    return repr(told[:20]) if text.strip() else "nothing"


def _filters(text: str) -> dict[str, tuple[str, ...]]:
    """`Data_Type=Book|Journal; Platform=P1`; some write a colon for the sign."""
    found = {}
    for part in re.split(r"\s*;\s*", text):
        match = re.fullmatch(r"([\w -]+?)\s*[=:]\s*(.*)", part)
        if match:
            found[match[1]] = tuple(v.strip() for v in match[2].split("|") if v.strip())
    return found


def _listed(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in re.split(r"[;|,]", text))))


def _numbers(text: str) -> str:
    """The numbers that stand first in each exception: what a message says may hold a year."""
    return ";".join(part.strip()[:6] for part in text.split(";"))


def moment(text: str) -> str:
    """A moment as SQL reads it; nothing where it is written in no such way."""
    match = re.match(r"(20\d\d-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?))?", text.strip())
    return f"{match[1]} {match[2]}" if match and match[2] else match[1] if match else ""


def period(text: str) -> tuple[date, date] | None:
    days = []
    for found in _DATE.findall(text):
        with suppress(ValueError):
            days.append(date.fromisoformat(found))
    return (days[0], days[1]) if len(days) == 2 and days[0] <= days[1] else None
