"""What codes say of a copy, and which codes nobody declared: views over the table `role`.

Copies share few combinations of codes: these are judged, and each copy finds its own, so that a
million copies take a fraction of a second.
"""

from __future__ import annotations

import duckdb

from libstats import schema
from libstats.definitions.kept import DEFERRED, run
from libstats.definitions.roles import COPY_ROLES, FIELDS, OF_CARDS, folded_sql

__all__ = ["COPY_ROLES", "register", "undeclared"]

_FIELDS = FIELDS["item"]
# SQL: the direction of a request whose word the common words of `status` have not
_DIRECTION = "case when coalesce(status, 'other') = 'other' then direction end"


def register(con: duckdb.DuckDBPyConnection) -> None:
    """Give a connection the table `copy_role` (what a role says of a copy) and the view
    `copy_state` (the role of each copy, gone ones too)."""
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
    run(con, f"create or replace temp view copy_state{DEFERRED} as {_state()}")
    _let_events_mean(con)


def _let_events_mean(con: duckdb.DuckDBPyConnection) -> None:
    """Where a library says what an event of its log is that libstats does not know, let it be that:
    a temp view over `circulation_event`."""
    own = """
        from role
        where is_own and about = 'circulation_event'
            and coalesce(field, 'kind_as_exported') = 'kind_as_exported'
            and role is not null"""
    if not con.execute(f"select count(*) {own}").fetchall()[0][0]:
        return
    con.execute(
        f"""
        create or replace temp view circulation_event as
        select e.* replace (
            if(e.kind = 'other', coalesce(r.role, e.kind), e.kind) as kind
        )
        from memory.main.circulation_event e
        left join (select source, code, min(role) as role {own} group by source, code) r
            on r.source = e.source and r.code = {folded_sql("e.kind_as_exported")}"""
    )


def _says(field: str) -> str:
    """SQL: the code says something: in a field of its own 0 does not, nor 0.0, as a spreadsheet or
    a program of statistics writes it; in status it may be a code (Evergreen's Available)."""
    if field not in _FIELDS[1:]:
        return f"trim({field}) <> ''"
    return f"not regexp_full_match(trim({field}), '0*([.,]0+)?')"


def _folded(code: str) -> str:
    """SQL: a code with one space between words."""
    return f"regexp_replace(trim({code}), '\\s+', ' ', 'g')"


def _said(field: str) -> str:
    """SQL: what one field of a combination says."""
    return f"""
        union all
        select
            combination,
            source,
            '{field}',
            {_folded(field)}
        from combination
        where {_says(field)}"""


def _state() -> str:
    """SQL: the role of each copy, what its codes say of it together, and those without a role.

    A code has the role of its own field before that of any field, and that of * only where nothing
    names it. Of several codes one no decides, else one unknown.
    """
    coded = ", ".join(f"coalesce({field}, '')" for field in _FIELDS)
    is_coded = " or ".join(f"{field} <> ''" for field in _FIELDS)
    return f"""
    with coded_copy as not materialized (
        select
            *,
            -- one text is compared much faster than six; what carries no code has none
            case
                when {is_coded} or due_on is not null
                    then concat_ws(
                        chr(31),
                        source,
                        {coded},
                        believed_day(due_on, '9999-12-31') is not null
                    )
            end as combination
        from item_ever
    ),
    combination as materialized (
        select
            combination,
            any_value(source) as source,
            {", ".join(f"any_value({field}) as {field}" for field in _FIELDS)},
            bool_or(believed_day(due_on, '9999-12-31') is not null) as is_due
        from coded_copy
        where combination is not null
        group by combination
    ),
    said as (
        select
            combination,
            source,
            'due_on' as field,
            '' as code
        from combination
        where is_due{"".join(map(_said, _FIELDS))}
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
        {", ".join(map(_one_no_decides, ("is_held", "is_on_shelf", "can_fill")))},
        v.unknown_code
    from coded_copy i
    left join verdict v using (combination)"""


def _one_no_decides(said: str) -> str:
    """SQL: what the codes of a copy say together of one thing; NULL where it cannot be told."""
    return f"""case
            when v.combination is null then true
            when not (v.is_unknown and coalesce(v.{said}, true)) then v.{said}
        end as {said}"""


def undeclared() -> str:
    """SQL: the codes that nobody declared: `source`, `about`, `field`, `code`, `rows`, and the line
    of libstats.toml that would declare it; of copies, and of each other table of which a list of
    the system tells."""
    told = " union all ".join(
        f"""
        select
            source,
            '{about}' as about,
            '{field}' as field,
            {_folded(field)} as code,
            {_DIRECTION if about == "ill_request" else "null::varchar"} as direction
        from {about}
        where {_says(field)}
            and ('{about}' = 'item' or (source, '{about}') in (select (source, about) from role))"""
        for about, fields in FIELDS.items()
        for field in fields
        if field not in OF_CARDS and field in {c.name for c in schema.tables()[about].columns}
    )
    return f"""
        select
            t.source,
            t.about,
            t.field,
            min(t.code) as code,
            count(*) as rows,
            concat(
                '[roles.',
                if(regexp_full_match(t.source, '[A-Za-z0-9_-]+'), t.source, '"' || t.source || '"'),
                '.',
                t.about,
                '.',
                t.field,
                '] "',
                replace(replace(min(t.code), '\\', '\\\\'), '"', '\\"'),
                '" = "..."'
            ) as line
        from ({told}) t
        anti join role r
            on r.source = t.source
            and r.about = t.about
            and coalesce(r.field, t.field) = t.field
            and r.code in (lower(t.code), '*')
            -- a word of one direction says nothing in another
            and (t.direction is null or coalesce(r.role, t.direction) = t.direction)
            -- a code of copies that a list names without a role is each library's own
            and (t.about <> 'item' or r.role is not null)
        group by t.source, t.about, t.field, lower(t.code)"""
