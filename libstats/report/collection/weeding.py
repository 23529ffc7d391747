"""The part of the report on the collection that is about weeding: what to look at, and why the rest
is not on the list. The lists to print are in shelf_list."""

from __future__ import annotations

from collections import Counter
from typing import Any

from libstats.report import sections
from libstats.report.collection.rows import Collection
from libstats.report.collection.shelf_list import named
from libstats.report.page.html import paragraph
from libstats.report.page.table import Html, Table, folded, joined, shown, table
from libstats.wording import Row, number, percent

__all__ = ["first_shelf", "limits", "schemes", "summary", "why_not"]

MOST_SHELVES = 11  # and a line for the others
JUDGE = (
    "The list is for people to judge at the shelf. No export tells whether a book misleads, is "
    "worn or has been superseded."
)
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
    """What to do first: where the copies to look at are, and where to begin."""
    shelves = Counter((row["branch"], row["location"]) for row in report.candidates)
    by_shelf: list[Row] = [
        {**named(branch=branch, location=location), "copies": copies}
        for (branch, location), copies in sorted(shelves.items(), key=_most_first)
    ]
    more = by_shelf[MOST_SHELVES:]
    if len(more) > 1:
        rest = sum(shelves.values()) - sum(row["copies"] for row in by_shelf[:MOST_SHELVES])
        by_shelf[MOST_SHELVES:] = [
            {"branch": f"{number(len(more))} more shelves", "location": "", "copies": rest}
        ]
    foot = {"branch": "all", "location": "", "copies": len(report.candidates)} if by_shelf else None
    pieces: list[Table | str] = [paragraph(_begin(report))]
    if by_shelf:
        caption = "Copies to look at by shelf, the most first"
        listed = table(by_shelf, caption, foot=foot, sheet="Copies to look at, by shelf")
        pieces += [listed, _of_classes(report)]
    return joined(*pieces, sections.heed([JUDGE]) if by_shelf else "")


def _of_classes(report: Collection) -> Html:
    """How much of each class is on the list."""
    classes = Counter(row["class"] for row in report.candidates)
    held = {row["class"]: row["items"] for row in report.age}
    rows = [
        {
            **named(**{"class": name}),
            "copies": classes[name],
            "of_class": held.get(name),
            "share": classes[name] / held[name] if held.get(name) else None,
        }
        for name in sorted(classes, key=lambda name: _blanks_last((name,)))
    ]
    headings = {"of_class": "Copies of the class", "share": "Share of the class"}
    return folded(
        "How many of each class",
        table(rows, "Copies to look at, by class", headings=headings, formats={"share": percent}),
    )


def first_shelf(report: Collection) -> str:
    """Where most of the copies to look at stand, in words."""
    shelves = Counter((row["branch"], row["location"]) for row in report.candidates)
    (branch, location), most = min(shelves.items(), key=_most_first)
    told = named(branch=branch, location=location)
    verb = "stands" if most == 1 else "stand"
    return f"{told['branch']}, {told['location']}, where {number(most)} of them {verb}"


def _begin(report: Collection) -> str:
    """Where weeding does most at once, and where the list begins."""
    if not report.candidates:
        last = len(report.last)
        return (
            f"No copy is beyond its limits, but for {number(last)} that are the last of their "
            "title."
            if last
            else "No copy is beyond its limits."
        )
    classes = Counter((row["class"],) for row in report.candidates)
    of_class, in_class = min(classes.items(), key=_most_first)
    name = named(**{"class": of_class[0]})["class"]
    first = report.candidates[0]
    place = named(branch=first["branch"], location=first["location"])
    return (
        f"Begin at {first_shelf(report)}. The class with most of them is {name} "
        f"({number(in_class)}). The list for the shelves follows the walk along them: it begins at "
        f"{place['branch']}, {place['location']}, with {first['call_number'] or 'no call number'}."
    )


def _blanks_last(values: tuple[str | None, ...]) -> tuple[tuple[bool, str], ...]:
    return tuple((value is None, value or "") for value in values)


def _most_first(pair: tuple[tuple[str | None, ...], int]) -> tuple[int, Any]:
    return -pair[1], _blanks_last(pair[0])


def why_not(report: Collection) -> Html:
    """Why the other copies are not on the list, in short and copy for copy."""
    rows = [{"reason": row["reason"], "copies": row["rows"]} for row in report.fates if row["rows"]]
    whole = len(report.candidates) + sum(row["copies"] for row in rows)
    kinds = Counter[str]()
    for row in rows:
        kinds[row["reason"].split(":")[0]] += row["copies"]
    text = (
        f"Of {number(whole)} copies in the catalogue {number(len(report.candidates))} are on the "
        f"list. {number(kinds['kept'])} are kept whatever their age, and "
        f"{number(kinds['within the limits of its class'])} are within the limits of their class. "
        f"{number(kinds['cannot judge'])} cannot be judged. Copies that came, or were published, "
        f"within {years(report)} are never listed."
    )
    told, accepted = _warnings(report)
    listed = table(
        [{"reason": "on the list", "copies": len(report.candidates)}, *rows],
        "Every copy has one place",
        foot={"reason": "all copies in the catalogue", "copies": whole},
    )
    return joined(paragraph(text), sections.heed(told), accepted, folded("Every reason", listed))


def _warnings(report: Collection) -> tuple[list[str], Html]:
    """What limits the list, and, folded away, what of it somebody accepted as an alarm."""
    found = [
        (
            (row["source"], f"item added on {row['added_on']}"),
            f"{number(row['items'])} copies seem to have been added to {row['source']} on "
            f"{shown(row['added_on'])}. Another system was copied in that day, so their true day "
            "is not known.",
        )
        for row in report.migrations
    ]
    told = [text for alarm, text in found if alarm not in report.accepted]
    heard = [f"{text} Accepted: {why}." for a, text in found if (why := report.accepted.get(a))]
    codes = [row for row in report.undeclared if (row["source"], row["line"]) in report.accepted]
    told += sections.undeclared([row for row in report.undeclared if row not in codes], "copies")
    heard += [
        f"{number(row['rows'])} copies of {row['source']} carry the {row['field']} “{row['code']}”,"
        f" of which no role is known. Accepted: {report.accepted[row['source'], row['line']]}."
        for row in codes
    ]
    if not heard:
        return told, Html("")
    return told, folded(f"Accepted: {len(heard)}", *map(paragraph, heard))


def years(report: Collection) -> str:
    """For how long a new copy is kept, in words."""
    held = report.settings.get("years_held", 2)
    return f"{held} {'year' if held == 1 else 'years'}"


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
        f"{number(unparsed)} are in no scheme that is known here. Of these copies no class can be "
        "told; they stand by their words and numbers. "
        f"The exports name the scheme of {number(exported)}. Of the others it was taken from their "
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
        sheet="Call numbers by scheme",
        headings=TOLD_BY,
        foot={
            "scheme": "all",
            **{told: sum(copies[s, told] for s in SCHEMES) for told in TOLD_BY},
            "copies": total,
        },
    )
    return folded("How the call numbers were read", paragraph(text), read)


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
    return folded("The limits", paragraph(text), sections.heed(_recalled(report)), listed)


def _recalled(report: Collection) -> list[str]:
    """How far the limits that come with libstats can be trusted."""
    if report.settings["thresholds"] is not None:
        return []
    seen = sum("seen in" in row["note"] for row in report.limits)
    return [
        f"Of the {number(len(report.limits))} lines of limits “{report.settings['profile']}” "
        f"{number(seen)} were seen in published guides. The others were written from memory, or "
        "carried over to LC classes by us. Compare those of your classes with the manual, or use a "
        "table of your own."
    ]


def _in_years(limit: str | None) -> int | str:
    """A limit as the number that it is; the table of limits is text."""
    return int(limit) if limit and limit.isdecimal() else "any"


def _limit(row: Row) -> Row:
    """A line of the limits; a class that is no range once."""
    first, last = row["class_from"], row["class_to"]
    return {
        "class": first if first == last else f"{first} to {last}",
        "scheme": row["scheme"],
        "age_years": _in_years(row["age_years"]),
        "no_use_years": _in_years(row["no_use_years"]),
        "note": row.get("note", ""),
    }
