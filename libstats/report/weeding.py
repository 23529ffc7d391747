"""The part of the report on the collection that is about weeding: what to look at, why the rest is
not on the list, the list to print."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from libstats.report.collection_rows import LAST, Collection
from libstats.report.page.html import notice, paragraph
from libstats.report.page.table import Html, Table, folded, joined, table
from libstats.wording import Row, month_name, number, share

__all__ = ["limits", "missing", "pick_list", "schemes", "summary", "why_not"]

UNKNOWN = {
    "class": "class not known",
    "branch": "branch not known",
    "location": "location not known",
}
LONGEST_TITLE = 60
SCHEMES: dict[str | None, str] = {
    "lcc": "Library of Congress",
    "nlm": "National Library of Medicine",
    "ddc": "Dewey",
    "udc": "Universal Decimal Classification",
    "sudoc": "Superintendent of Documents",
    "local": "a word, or a running number",
    None: "none that is known",
}
TOLD_BY = {
    "exported": "Named by the export",
    "shelf": "As most of the shelf",
    "system": "As most of the system",
    "guessed": "Guessed from the number",
}
AND_OR = {
    "and": "both older and longer unused than the limits of its class",
    "or": "older, or longer unused, than a limit of its class",
}


def summary(report: Collection) -> Html:
    """Where the copies to look at are, and where to begin."""
    shelves = Counter((row["branch"], row["location"]) for row in report.candidates)
    by_shelf = [
        {**_named(branch=branch, location=location), "copies": shelves[branch, location]}
        for branch, location in sorted(shelves, key=_blanks_last)
    ]
    foot = {"branch": "all", "location": "", "copies": len(report.candidates)} if by_shelf else None
    pieces = [table(by_shelf, "Copies to look at, by shelf", foot=foot)]
    if by_shelf:
        pieces.append(
            table(
                _of_classes(report),
                "Copies to look at, by class",
                headings={"of_class": "Copies of the class", "share": "Share of the class"},
            )
        )
    return joined(paragraph(_begin(report)), *pieces)


def _of_classes(report: Collection) -> list[Row]:
    """How much of each class is on the list."""
    classes = Counter(row["class"] for row in report.candidates)
    held = {row["class"]: row["items"] for row in report.age}
    return [
        {
            **_named(**{"class": name}),
            "copies": classes[name],
            "of_class": held.get(name),
            "share": share(classes[name], held.get(name, 0)),
        }
        for name in sorted(classes, key=lambda name: _blanks_last((name,)))
    ]


def _begin(report: Collection) -> str:
    """Where weeding does most at once."""
    if not report.candidates:
        last = report.fate(LAST)
        return (
            (
                f"No copy is beyond its limits, but for {number(last)} that are the last of "
                "their title."
            )
            if last
            else "No copy is beyond its limits."
        )
    shelves = Counter((row["branch"], row["location"]) for row in report.candidates)
    classes = Counter((row["class"],) for row in report.candidates)
    shelf, most = min(shelves.items(), key=_most_first)
    of_class, in_class = min(classes.items(), key=_most_first)
    told = _named(branch=shelf[0], location=shelf[1], **{"class": of_class[0]})
    return (
        f"Begin where most of them stand: {told['branch']}, {told['location']} ({number(most)} of "
        f"{number(len(report.candidates))}). The class with most of them is {told['class']} "
        f"({number(in_class)})."
    )


def _named(**values: str | None) -> dict[str, str]:
    """Values in words where they are not known, which a value of the same words is not."""
    return {name: value or UNKNOWN[name] for name, value in values.items()}


def _blanks_last(values: tuple[str | None, ...]) -> tuple[tuple[bool, str], ...]:
    return tuple((value is None, value or "") for value in values)


def _most_first(pair: tuple[tuple[str | None, ...], int]) -> tuple[int, Any]:
    return -pair[1], _blanks_last(pair[0])


def why_not(report: Collection) -> Table:
    """Why the other copies are not on the list."""
    rows = [{"reason": row["reason"], "copies": row["rows"]} for row in report.fates if row["rows"]]
    foot = {
        "reason": "all copies in the catalogue",
        "copies": len(report.candidates) + sum(row["copies"] for row in rows),
    }
    return table(
        [{"reason": "on the list", "copies": len(report.candidates)}, *rows],
        "Every copy has one place",
        foot=foot,
    )


def pick_list(report: Collection) -> Html:
    """The copies to look at, to print and take to the shelves: a table and a sheet for each branch,
    in the order in which they stand."""
    listed = report.candidates[: report.rows]
    pieces: list[str] = []
    if len(report.candidates) > len(listed):
        pieces.append(
            notice(
                f"This list shows the first {number(len(listed))} of "
                f"{number(len(report.candidates))} copies. Choose one branch, or give the "
                "parameter rows a larger number, for the others."
            )
        )
    headings = {
        "call_number": "Call number",
        "published_year": "Year",
        "unused_since": "Last used",
        "limits_passed": "Because of",
    }
    for place, branch in enumerate(dict.fromkeys(row["branch"] for row in listed)):
        rows = [_pick(row) for row in listed if row["branch"] == branch]
        name = _named(branch=branch)["branch"]
        of_branch = table(
            rows,
            f"{name}: {number(len(rows))} {'copy' if len(rows) == 1 else 'copies'}",
            headings=headings,
            formats={"published_year": str},
        )
        side = "page" if place else "auto"
        pieces.append(joined(f'<div style="break-before:{side}">', of_branch, "</div>"))
    return joined(*pieces) if pieces else Html("<p>No copy is on the list.</p>")


def _pick(row: Row) -> Row:
    """A line of the pick list, in words where it has no last use or where use does not speak for
    going."""
    because = "too old for its class; still used" if row["is_still_used"] else row["limits_passed"]
    return {
        "call_number": row["call_number"],
        "location": row["location"],
        "title": _short(row["title"]),
        "barcode": row["barcode"],
        "published_year": row["published_year"],
        "unused_since": _last_use(row),
        "limits_passed": because,
        "decision": "☐ keep ☐ go",
    }


def _last_use(row: Row) -> str | None:
    """The month of the last use; one that is not recorded is not called unknown: it says since when
    the record is silent."""
    silent = {
        "records": "no use on record (records begin {})",
        "arrival": "no use on record since it came, {}",
        "publication": "no use on record since it was published, {}",
    }
    if row["unused_since"] is None:
        return None
    when = (
        str(row["unused_since"].year)
        if row["unused_from"] == "publication"
        else _month(row["unused_since"])
    )
    return silent.get(row["unused_from"], "{}").format(when)


def _month(day: date) -> str:
    """A day's month, short enough for a narrow column: Oct 2022."""
    name, year = month_name(day)[:3], day.year
    return f"{name}\N{NO-BREAK SPACE}{year}"


def _short(title: str | None) -> str | None:
    """A title without the punctuation that cataloguers leave at its end, cut where it is long."""
    if title is None:
        return None
    text = title.rstrip(" /:;=,")
    return text if len(text) <= LONGEST_TITLE else f"{text[: LONGEST_TITLE - 1].rstrip()}…"


def missing(report: Collection) -> Html:
    """Copies that the catalogue shows and nobody finds: another list, for another task."""
    if not report.missing:
        return Html("<p>No copy is marked lost, missing or claimed returned.</p>")
    columns = ("call_number", "title", "barcode", "branch", "location", "lost_on", "days_lost")
    listed = [
        {**{name: row[name] for name in columns}, "title": _short(row["title"])}
        for row in report.missing[: report.rows]
    ]
    long_lost = sum((row["days_lost"] or 0) > 365 for row in report.missing)
    count = "1 copy is" if len(report.missing) == 1 else f"{number(len(report.missing))} copies are"
    text = (
        f"{count} marked lost, missing or claimed returned, {number(long_lost)} of them for more "
        "than a year. Look once more, then take them out of the catalogue: patrons place holds "
        "on them."
    )
    shelf = table(
        listed,
        "Lost, missing or claimed returned, the longest first",
        headings={"lost_on": "Since", "days_lost": "Days"},
    )
    return joined(paragraph(text), folded("The list", shelf))


def schemes(report: Collection) -> Html:
    """In which schemes the call numbers are written, how that is known, and how many are in none:
    their order and their classes rest on it."""
    copies: Counter[tuple[str | None, str]] = Counter()
    for row in report.schemes:
        copies[row["scheme"], row["scheme_from"]] += row["copies"]
    if not copies:
        return Html("<p>No copy has a call number.</p>")
    of_scheme: Counter[str | None] = Counter()
    for (scheme, _), count in copies.items():
        of_scheme[scheme] += count
    total, unparsed = of_scheme.total(), of_scheme[None]
    exported = sum(count for (_, told), count in copies.items() if told == "exported")
    text = (
        f"Of {number(total)} call numbers {number(total - unparsed)} could be read. "
        f"{number(unparsed)} are in no scheme that is known here: of these copies no class can be "
        "told, and they stand by their words and numbers. "
        f"The exports name the scheme of {number(exported)}; of the others it was taken from their "
        "shelf or system, or guessed from the number."
    )
    read = table(
        [
            {
                "scheme": SCHEMES[scheme],
                **{told: copies[scheme, told] for told in TOLD_BY},
                "copies": of_scheme[scheme],
            }
            for scheme in SCHEMES
            if of_scheme[scheme]
        ],
        "Call numbers by scheme, and how the scheme is known",
        headings=TOLD_BY,
        foot={
            "scheme": "all",
            **{told: sum(copies[s, told] for s in SCHEMES) for told in TOLD_BY},
            "copies": total,
        },
    )
    return joined(paragraph(text), folded("By scheme", read))


def limits(report: Collection) -> Html:
    """The limits that were used, folded away."""
    listed = table(
        [_limit(row) for row in report.limits],
        f"Limits of the profile {report.settings['profile']}",
        headings={"age_years": "Older than (years)", "no_use_years": "Not used for (years)"},
    )
    source = next((row["source"] for row in report.limits if row.get("source")), "")
    text = (
        f"A copy is listed if it is {AND_OR[report.settings['combine']]}. Where a class has one "
        f"limit, that one decides. {f'Source: {source}.' if source else ''}"
    )
    return joined(paragraph(text), folded("All lines", listed))


def _limit(row: Row) -> Row:
    """A line of the limits; a class that is no range once."""
    first, last = row["class_from"], row["class_to"]
    return {
        "class": first if first == last else f"{first} to {last}",
        "scheme": row["scheme"],
        "age_years": row["age_years"] or "any",
        "no_use_years": row["no_use_years"] or "any",
        "note": row.get("note", ""),
    }
