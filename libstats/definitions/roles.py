"""Roles of codes: what the words mean that a system writes for the state of a copy, a hold, a
request, an order or an event.

A SELECT keeps the word as exported. Lists beside the sources, one line a code, give each word of a
vendor its role, its milestone and its outcome, and `[roles]` in libstats.toml a library's own.
They are joined when somebody asks, so that a correction needs no reload. A word is matched whole;
one that nobody declared has no role, and nothing is concluded from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import duckdb

from libstats.definitions.claim_days import CLAIM_DAYS
from libstats.definitions.processes import DIRECTIONS as PROCESS_DIRECTIONS
from libstats.definitions.processes import Process, processes

__all__ = [
    "COPY_ROLES",
    "EQUIPMENT",
    "FIELDS",
    "LENDING_MODELS",
    "OF_CARDS",
    "OF_FORMS",
    "OUTCOMES",
    "QUEUED",
    "ROLES",
    "ROUTES",
    "Line",
    "fold",
    "folded_sql",
    "judged",
    "offered",
    "own_lines",
    "register",
    "words",
]


class Line(NamedTuple):
    """What one code means. An empty `field` is any field of the table that carries codes, the code
    * any other value of the field."""

    about: str
    field: str
    code: str
    role: str = ""
    milestone: str = ""
    outcome: str = ""
    meaning: str = ""


class CopyRole(NamedTuple):
    """What a role says of a copy; None: it does not say."""

    is_held: bool
    is_on_shelf: bool | None
    can_fill: bool | None
    meaning: str


# The strongest first: of several codes of one copy it is the role. A hold may be filled by what is
# out and comes back (Evergreen calls it holdable), not by what never will.
COPY_ROLES = {
    "withdrawn": CopyRole(False, False, False, "taken out of the collection"),
    "never came": CopyRole(False, False, False, "ordered, and the order ended without it"),
    "not ours": CopyRole(False, False, False, "another library's, here on interlibrary loan"),
    "no copy": CopyRole(False, False, False, "a record that stands for no thing on a shelf"),
    "lost": CopyRole(False, False, False, "lost, or overdue so long that it is"),
    "paid for": CopyRole(False, False, False, "lost, and a patron has paid for it"),
    "missing": CopyRole(False, False, False, "not found where it should be"),
    "claimed returned": CopyRole(False, False, False, "a patron says that it came back, or never"),
    "on order": CopyRole(False, False, True, "ordered, and not here yet"),
    "on loan": CopyRole(True, False, True, "with a patron"),
    "lent to a library": CopyRole(True, False, True, "with another library, on interlibrary loan"),
    "in transit": CopyRole(True, False, True, "on its way between branches"),
    "hold shelf": CopyRole(True, False, True, "set aside for a patron, who may fetch it"),
    "requested": CopyRole(
        True, False, True, "wanted by a patron, and to be fetched from its shelf"
    ),
    "in process": CopyRole(True, False, True, "here, and not yet ready for its shelf"),
    "repair": CopyRole(True, False, False, "being mended"),
    "bindery": CopyRole(True, False, False, "with the binder"),
    "unavailable": CopyRole(True, False, False, "held, and not in its place"),
    "reshelving": CopyRole(True, False, True, "back, and on its way to its shelf"),
    "reserve": CopyRole(True, True, False, "on the shelf of course reserves"),
    "not for loan": CopyRole(True, True, False, "for use in the library, or for staff"),
    "damaged": CopyRole(True, None, False, "damaged; whether it stands on its shelf is not said"),
    "on shelf": CopyRole(True, True, True, "in its place, or wherever it is shelved for now"),
    "nothing said": CopyRole(True, True, True, "the code says nothing against it"),
}

PLACE = "place"
# A type of item that is lent and no part of the collection: laptops, chargers, tools. Most types
# have no role, and are of the collection.
EQUIPMENT = "equipment"
# By which route a copy on order comes: of several the first is its route, since what is electronic
# passes no desk, whatever it is bought by.
ROUTES = (
    "electronic",
    "approval",
    "gift",
    "deposit",
    "exchange",
    "standing",
    "shelf-ready",
    "firm",
)
OF_ROUTES = ("method_as_exported", "type_as_exported")
# On which terms a digital title is lent. Where one copy serves one patron at a time, patrons queue.
QUEUED = ("one user", "metered by time", "metered by checkouts", "metered by both")
LENDING_MODELS = (*QUEUED, "concurrent checkouts", "simultaneous use", "cost per checkout")
# The closed list of roles of each table. A word that a request has in one direction alone tells
# that it is of that direction.
_DIRECTED = ("ill_request", "ill_event")
ROLES: dict[str, Sequence[str]] = {
    "item": tuple(COPY_ROLES),
    **dict.fromkeys(_DIRECTED, tuple(PROCESS_DIRECTIONS.values())),
    "circulation_event": (
        "checkout",
        "renewal",
        "checkin",
        "in-house use",
        "payment",
        "other",
        PLACE,
    ),
    "loan": (PLACE,),
    "code": (EQUIPMENT,),
    "order_line": ROUTES,
    "subscription": tuple(CLAIM_DAYS),
    "digital_title": LENDING_MODELS,
}

# What a status may say of how a case stands.
OUTCOMES = (
    "open",
    "paused",
    "done",
    "given up by the patron",
    "given up",
    "lapsed",
    "not fetched",
    "over",
)

# The words of forms that are neither an outcome nor a milestone: what a library's own word means
# may be said with them too. Each with its outcome and milestone.
_ASKED = {
    **dict.fromkeys(("new", "in progress", "pending"), ("open", "")),
    "closed": ("over", ""),
    "canceled": ("given up", ""),
}
# outcomes of what stands ready for a patron
_OF_HOLDS = ("lapsed", "not fetched")
OF_FORMS = {
    "serial_issue": {
        "late": ("open", ""),
        "missing": ("open", ""),
        "never came": ("given up", ""),
        "not published": ("given up", "not_published"),
        "discarded": ("given up", "not_published"),
    },
    "purchase_request": {
        "new": ("open", ""),
        "rejected": ("given up", "declined"),
        "withdrawn": ("given up by the patron", "declined"),
    },
    "reserve_request": {**_ASKED, "resolved": ("done", ""), "withdrawn": ("given up", "")},
    "access_problem": {**_ASKED, "available": ("done", ""), "cancelled": ("given up", "")},
}

_COLUMNS = dict(enumerate(("source", *Line._fields), 1))

# A card, and a group of which every card is a place, are judged when they are loaded, before cards
# are hashed; most have no role and want none.
OF_CARDS = ("card", "patron_group")

# The columns whose words have roles, by table. The first is the one of the vendor's own words.
FIELDS: dict[str, Sequence[str]] = {
    "item": ("status", "lost_code", "damaged_code", "withdrawn_code", "not_for_loan_code"),
    "hold": ("status_as_exported", "cancelled_reason"),
    "ill_request": ("status_as_exported",),
    "ill_event": ("status_as_exported",),
    "order_line": ("status_as_exported", "reason_as_exported", *OF_ROUTES),
    "serial_issue": ("status_as_exported",),
    "purchase_request": ("status_as_exported",),
    "subscription": ("frequency_as_exported",),
    "loan": ("status_as_exported", *OF_CARDS),
    "circulation_event": ("kind_as_exported", *OF_CARDS),
    "reserve_request": ("status_as_exported",),
    "access_problem": ("status_as_exported",),
    "code": ("item_type",),
    "digital_title": ("lending_model",),
}


def fold(code: str) -> str:
    """A code as it is compared: whatever its case, without spaces around it, one between words."""
    return " ".join(code.split()).lower()


def folded_sql(column: str) -> str:
    """SQL: a code as it is compared."""
    return f"lower(regexp_replace(trim({column}), '\\s+', ' ', 'g'))"


def words(about: str, field: str, config: Mapping[str, Any]) -> tuple[str, ...]:
    """What a library may say of a code of a column: a role; of one that says how a case stands an
    outcome, or a milestone of the work that the table tells of; of how often a serial comes one of
    the words of claim_days.csv; of an event of a log a milestone, for a log tells
    how a case ended by its milestones; of cards that they are places, and of nothing else that."""
    if field in OF_CARDS:
        return (PLACE,)
    if about in ("code", "subscription") or field in OF_ROUTES:
        return tuple(ROLES[about])
    own = config.get("process", {})
    known = processes(config if isinstance(own, dict) else {}).values()
    found = [role for role in ROLES.get(about, ()) if role not in (PLACE, *ROUTES)]
    if (about, field) in judged(known):
        found += OUTCOMES
    if about not in ("item", "circulation_event"):
        for process in known:
            if about in process.tables or any(about in (r.told_by or ()) for r in process.read):
                found += process.happening
    if field == "status_as_exported":
        found += OF_FORMS.get(about, ())
    return tuple(dict.fromkeys(found))


def judged(known: Iterable[Process]) -> set[tuple[str, str]]:
    """The columns, by table, whose words say how a case of a process stands."""
    return {
        (read.told_by[1] if field == read.code and read.told_by else read.table, field)
        for process in known
        for read in process.read
        for field in (read.code, read.reason)
        if field
    }


def own_lines(config: Mapping[str, Any], source: str) -> list[Line]:
    """A library's own lines for a source: [roles.SOURCE.TABLE.FIELD] in libstats.toml, "code" =
    "role", or an outcome or a milestone of what is no copy; and [process.NAME.statuses], the older
    spelling for requests of interlibrary loan."""
    found = [*_of_statuses(config)]
    for about, fields in config.get("roles", {}).get(source, {}).items():
        for field, codes in fields.items():
            found += [_own(about, field, code, word) for code, word in codes.items()]
    return found


def _of_statuses(config: Mapping[str, Any]) -> Iterable[Line]:
    for process, direction in PROCESS_DIRECTIONS.items():
        for milestone, codes in (
            config.get("process", {}).get(process, {}).get("statuses", {}).items()
        ):
            for about in ("ill_request", "ill_event") if milestone != "last" else ():
                for code in codes:
                    yield Line(
                        about,
                        "status_as_exported",
                        code,
                        direction,
                        milestone,
                        "",
                        "as libstats.toml says",
                    )


def _own(about: str, field: str, code: str, word: str) -> Line:
    line = Line(about, field, code, meaning="as libstats.toml says")
    if word in ROLES.get(about, ()):
        return line._replace(role=word)
    outcome, milestone = OF_FORMS.get(about, {}).get(word, ("", ""))
    if outcome:
        return line._replace(outcome=outcome, milestone=milestone)
    return line._replace(outcome=word) if word in OUTCOMES else line._replace(milestone=word)


def offered(about: str, field: str) -> tuple[str, ...]:
    """The words that are offered for a code of nobody: of what a form tells too none that only
    holds know."""
    has_form = about in OF_FORMS and field == "status_as_exported"
    return tuple(w for w in words(about, field, {}) if not has_form or w not in _OF_HOLDS)


def register(
    con: duckdb.DuckDBPyConnection,
    shipped: Callable[[str], Iterable[Sequence[str]]],
    config: Mapping[str, Any],
) -> None:
    """Give a connection the table `role`: what each code of each loaded source means.

    `shipped` gives the lines of a system: about, field, code, role, milestone, outcome, meaning.
    """
    named = con.execute(
        "select distinct source, split_part(declaration, ' ', 1) from loaded_file order by all"
    ).fetchall()
    rows: dict[tuple[Any, ...], None] = {}
    for source, system in named:
        own = own_lines(config, source)
        taken = {
            (line.about, fold(line.code), f, line.role if line.about in _DIRECTED else "")
            for line in own
            for f in (line.field, "")
        }
        for line in map(Line._make, shipped(system)):
            place = (line.about, fold(line.code), line.field)
            if not {(*place, ""), (*place, line.role)} & taken:
                rows[(source, *line._replace(code=fold(line.code)), False)] = None
        rows |= {(source, *line._replace(code=fold(line.code)), True): None for line in own}
    columns = list(map(list, zip(*rows, strict=True))) or [[]] * 9
    con.execute(
        f"""
        create or replace temp table role as
        select
            {", ".join(f"nullif(unnest(${n}::varchar[]), '') as {c}" for n, c in _COLUMNS.items())},
            unnest($9::boolean[]) as is_own""",
        columns,
    )
