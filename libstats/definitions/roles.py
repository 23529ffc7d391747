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

from libstats.definitions.processes import DIRECTIONS as PROCESS_DIRECTIONS
from libstats.definitions.processes import processes

__all__ = [
    "COPY_ROLES",
    "FIELDS",
    "OUTCOMES",
    "ROLES",
    "Line",
    "fold",
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
    "lost": CopyRole(False, False, False, "lost, paid for or not, or overdue so long that it is"),
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
    "reserve": CopyRole(True, True, False, "on the shelf of course reserves"),
    "reshelving": CopyRole(True, False, True, "back, and on its way to its shelf"),
    "damaged": CopyRole(True, None, False, "damaged; whether it stands on its shelf is not said"),
    "not for loan": CopyRole(True, True, False, "for use in the library, or for staff"),
    "on shelf": CopyRole(True, True, True, "in its place, or wherever it is shelved for now"),
    "nothing said": CopyRole(True, True, True, "the code says nothing against it"),
}

# The closed list of roles of each table. A word that a request has in one direction alone tells
# that it is of that direction.
_DIRECTED = ("ill_request", "ill_event")
ROLES: dict[str, Sequence[str]] = {
    "item": tuple(COPY_ROLES),
    **dict.fromkeys(_DIRECTED, tuple(PROCESS_DIRECTIONS.values())),
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

# The columns whose words have roles, by table. The first is the one of the vendor's own words.
FIELDS: dict[str, Sequence[str]] = {
    "item": ("status", "lost_code", "damaged_code", "withdrawn_code", "not_for_loan_code"),
    "hold": ("status_as_exported", "cancelled_reason"),
    "ill_request": ("status_as_exported",),
    "ill_event": ("status_as_exported",),
    "order_line": ("status_as_exported",),
    "order_copy": ("status_as_exported",),
    "serial_issue": ("status_as_exported",),
    "circulation_event": ("kind_as_exported",),
    "reserve_request": ("status_as_exported",),
    "access_problem": ("status_as_exported",),
}


def fold(code: str) -> str:
    """A code as it is compared: whatever its case, without the spaces around it."""
    return code.strip().lower()


def words(about: str, config: Mapping[str, Any]) -> tuple[str, ...]:
    """What a library may say of a code of a table: a role; of what is no copy also an outcome, or
    a milestone of any kind of work."""
    own = config.get("process", {})
    found = [*ROLES.get(about, ())]
    if about != "item":
        found += OUTCOMES
        for process in processes(config if isinstance(own, dict) else {}).values():
            found += process.milestones
    return tuple(dict.fromkeys(found))


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
    return line._replace(outcome=word) if word in OUTCOMES else line._replace(milestone=word)


def register(
    con: duckdb.DuckDBPyConnection,
    shipped: Callable[[str], Iterable[Sequence[str]]],
    config: Mapping[str, Any],
) -> None:
    """Give a connection the tables `role` (what each code of each loaded source means) and
    `copy_role` (what a role says of a copy), and the view `copy_state`, for analyses and people.

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
    con.execute(
        """
        create or replace temp table role (
            source varchar,
            about varchar,
            field varchar,
            code varchar,
            role varchar,
            milestone varchar,
            outcome varchar,
            meaning varchar,
            is_own boolean
        )"""
    )
    if rows:
        con.execute(
            f"""
            insert into role
            select {", ".join(f"nullif(unnest(${n}::varchar[]), '')" for n in range(1, 9))},
                unnest($9::boolean[])""",
            list(map(list, zip(*rows, strict=True))),
        )
    _register_copies(con)


def _register_copies(con: duckdb.DuckDBPyConnection) -> None:
    """The tables about copies: `copy_role`, and `copy_state`."""
    con.execute(
        """
        create or replace temp table copy_role as
        select
            unnest($1::varchar[]) as role,
            unnest($2::boolean[]) as is_held,
            unnest($3::boolean[]) as is_on_shelf,
            unnest($4::boolean[]) as can_fill,
            unnest($5::varchar[]) as meaning,
            generate_subscripts($1::varchar[], 1) as place
        """,
        list(map(list, zip(*((role, *said) for role, said in COPY_ROLES.items()), strict=True))),
    )
    con.execute(f"create or replace temp view copy_state as {COPY_STATE}")


# Copies share few combinations of codes: these are judged, and each copy finds its own. A code has
# the role of its own field before that of any field, and that of * only where nothing names it. 0
# says nothing in a field of its own; in status it may be a code (Evergreen's Available).
_FIELDS = FIELDS["item"]
_CODES = ",\n            ".join(_FIELDS)
_SAID = """
        union all
        select
            combination,
            source,
            '{field}',
            trim({field})
        from combination
        where trim({field}) not in ({nothing})"""
COPY_STATE = f"""
    with combination as materialized (
        select
            *,
            row_number() over (order by source, {", ".join(_FIELDS)}, is_due) as combination
        from (
            select distinct
                source,
                {_CODES},
                due_on is not null as is_due
            from item
        )
    ),
    said as (
        select
            combination,
            source,
            'due_on' as field,
            '' as code
        from combination
        where is_due{
    "".join(_SAID.format(field=f, nothing="''" if f == "status" else "'', '0'") for f in _FIELDS)
}
    ),
    meant as (
        select
            s.combination,
            s.field,
            s.code,
            case when s.field = 'due_on' then 'on loan' else r.role end as role
        from said s
        left join role r
            on r.source = s.source
            and r.about = 'item'
            and coalesce(r.field, s.field) = s.field
            and r.code in (lower(s.code), '*')
        qualify row_number() over (
            partition by s.combination, s.field
            order by
                coalesce(r.code <> '*', false) desc,
                r.field is not null desc,
                r.role
        ) = 1
    ),
    verdict as (
        select
            m.combination,
            arg_min(m.role, r.place) as role,
            bool_or(m.role is null) as is_unknown,
            bool_and(r.is_held) as is_held,
            bool_and(r.is_on_shelf) as is_on_shelf,
            bool_and(r.can_fill) as can_fill,
            string_agg(m.field || ' "' || m.code || '"', ', ' order by m.field) filter (
                where m.role is null
            ) as unknown_code
        from meant m left join copy_role r using (role)
        group by m.combination
    )
    select
        i.source,
        i.item_key,
        case when v.combination is null then 'nothing said' else v.role end as role,
        case
            when v.combination is null then true
            when not (v.is_unknown and coalesce(v.is_held, true)) then v.is_held
        end as is_held,
        case
            when v.combination is null then true
            when not (v.is_unknown and coalesce(v.is_on_shelf, true)) then v.is_on_shelf
        end as is_on_shelf,
        case
            when v.combination is null then true
            when not (v.is_unknown and coalesce(v.can_fill, true)) then v.can_fill
        end as can_fill,
        v.unknown_code
    from item i
    join combination c
        on c.source = i.source
        and c.is_due = (i.due_on is not null)
        {" ".join(f"and c.{f} is not distinct from i.{f}" for f in _FIELDS)}
    left join verdict v using (combination)
"""
