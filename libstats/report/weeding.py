"""The part of the report on the collection that is about weeding: what to look at, why the rest is
not on the list, the list to print."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from libstats.report import sections
from libstats.report.collection_rows import Collection
from libstats.report.page.html import notice, paragraph
from libstats.report.page.table import Html, Table, folded, joined, shown, table
from libstats.wording import Row, month_name, number, share

__all__ = [
    "first_shelf",
    "last_list",
    "limits",
    "missing",
    "pick_list",
    "schemes",
    "summary",
    "why_not",
]

UNKNOWN = {
    "class": "class not known",
    "branch": "branch not known",
    "location": "location not known",
}
LONGEST_TITLE = 60
LONGEST_AUTHOR = 30
MOST_SHELVES = 11  # and a line for the others
JUDGE = (
    "The list is for people to judge at the shelf. No export tells whether a book misleads, is "
    "worn or has been superseded."
)
WALK = {
    "call_number": "Call number",
    "published_year": "Year",
    "unused_since": "Last use",
    "copies_here": "Copies held",
    "holds_waiting": "Holds waiting",
    "limits_passed": "Because it is",
}
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
        {**_named(branch=branch, location=location), "copies": copies}
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
        pieces += [table(by_shelf, caption, foot=foot), _of_classes(report)]
    return joined(*pieces, sections.heed([JUDGE]) if by_shelf else "")


def _of_classes(report: Collection) -> Html:
    """How much of each class is on the list."""
    classes = Counter(row["class"] for row in report.candidates)
    held = {row["class"]: row["items"] for row in report.age}
    rows = [
        {
            **_named(**{"class": name}),
            "copies": classes[name],
            "of_class": held.get(name),
            "share": share(classes[name], held.get(name, 0)),
        }
        for name in sorted(classes, key=lambda name: _blanks_last((name,)))
    ]
    headings = {"of_class": "Copies of the class", "share": "Share of the class"}
    return folded(
        "How many of each class", table(rows, "Copies to look at, by class", headings=headings)
    )


def first_shelf(report: Collection) -> str:
    """Where most of the copies to look at stand, in words."""
    shelves = Counter((row["branch"], row["location"]) for row in report.candidates)
    (branch, location), most = min(shelves.items(), key=_most_first)
    told = _named(branch=branch, location=location)
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
    name = _named(**{"class": of_class[0]})["class"]
    first = report.candidates[0]
    place = _named(branch=first["branch"], location=first["location"])
    return (
        f"Begin at {first_shelf(report)}. The class with most of them is {name} "
        f"({number(in_class)}). The list for the shelves follows the walk along them: it begins at "
        f"{place['branch']}, {place['location']}, with {first['call_number'] or 'no call number'}."
    )


def _named(**values: str | None) -> dict[str, str]:
    """Values in words where they are not known, which a value of the same words is not."""
    return {name: value or UNKNOWN[name] for name, value in values.items()}


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
    told = [
        f"{number(row['items'])} copies seem to have been added to {row['source']} on "
        f"{shown(row['added_on'])}. Another system was copied in that day, so their true day is "
        "not known."
        for row in report.migrations
    ]
    told += sections.undeclared(report.undeclared, "copies")
    listed = table(
        [{"reason": "on the list", "copies": len(report.candidates)}, *rows],
        "Every copy has one place",
        foot={"reason": "all copies in the catalogue", "copies": whole},
    )
    return joined(paragraph(text), sections.heed(told), folded("Every reason", listed))


def years(report: Collection) -> str:
    """For how long a new copy is kept, in words."""
    held = report.settings.get("years_held", 2)
    return f"{held} {'year' if held == 1 else 'years'}"


def pick_list(report: Collection) -> Html:
    """The copies to look at, to print and take to the shelves: a table and a sheet for each branch,
    in the order in which they stand."""
    return _walk(report, report.candidates, "")


def last_list(report: Collection) -> Html:
    """The last copies of their titles that are beyond their limits too, in the order in which they
    stand."""
    if not report.settings.get("keep_last_copies", True):
        return Html(paragraph("This report was asked to list last copies among the others."))
    return _walk(report, report.last, ", last of their title")


def _walk(report: Collection, copies: list[Row], of: str) -> Html:
    listed = copies[: report.rows]
    if not listed:
        return Html("<p>No copy is on the list.</p>")
    count = f"{number(len(copies))} {'copy is' if len(copies) == 1 else 'copies are'}"
    pieces: list[Table | str] = [paragraph(f"{count} on this list.")]
    if len(copies) > len(listed):
        pieces.append(
            notice(
                f"These are the first {number(len(listed))} of {number(len(copies))} copies. Ask "
                "for the report of one branch to see its others."
            )
        )
    for branch in dict.fromkeys(row["branch"] for row in listed):
        rows = [_pick(row) for row in listed if row["branch"] == branch]
        name = _named(branch=branch)["branch"]
        caption = f"{name}: {number(len(rows))} {'copy' if len(rows) == 1 else 'copies'}{of}"
        pieces += ['<div class="libstats-walk">', table(rows, caption, headings=WALK), "</div>"]
    return joined(*pieces)


def _pick(row: Row) -> Row:
    """A line of a list to take along, in words where it has no last use or where use does not speak
    for going; numbers of years as text, without a comma."""
    limits = {"age": "old", "use": "unused", "age and use": "old and unused"}
    year = row["published_year"]
    return {
        "call_number": row["call_number"],
        "location": row["location"],
        "author": _short(row["author"], LONGEST_AUTHOR),
        "title": _short(row["title"]),
        "published_year": None if year is None else str(year),
        "barcode": row["barcode"],
        "uses": row["lifetime_uses"],
        "unused_since": _last_use(row),
        "copies_here": row["copies_here"],
        "holds_waiting": row["holds_waiting"],
        "limits_passed": "old, still used"
        if row["is_still_used"]
        else limits[row["limits_passed"]],
        "decision": "☐ keep ☐ go",
    }


def _last_use(row: Row) -> str | None:
    """The month of the last use; one that is not recorded is not called unknown: it says since when
    the record is silent."""
    silent = {
        "records": "none since records begin, {}",
        "arrival": "none since it came, {}",
        "publication": "none since it was published, {}",
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


def _short(title: str | None, most: int = LONGEST_TITLE) -> str | None:
    """A title or author without the punctuation that cataloguers leave at its end, cut where it is
    long."""
    if title is None:
        return None
    text = title.rstrip(" /:;=,")
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


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
    return joined(paragraph(text), folded("The list", shelf, is_open=True))


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
