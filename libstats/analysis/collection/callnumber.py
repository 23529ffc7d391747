"""The class of each copy, by its call number: `libstats/definitions/call_numbers.py` reads one
number; here its scheme is found, where the export does not name it, among its neighbours."""

from __future__ import annotations

from functools import cache

import duckdb

from libstats.definitions.call_numbers import shipped
from libstats.definitions.parameters import asked

__all__ = ["call_number_schemes", "classed"]

# A number of a class scheme beyond doubt: three figures; letters, a number and a cutter.
CERTAIN_DEWEY = r"^\d{3}([. /]|$)"
CERTAIN_LCC = r"^[A-HJ-NP-WZ][A-Z]{0,2} ?\d{1,4}(\.\d+)? ?\.[A-Z]+\d"
# What of a call number says its class: of most numbers, which begin with figures, four characters;
# but signs of the Universal Decimal Classification may stand behind them.
LABEL = """case
                when call_number between '0' and '9z' and not regexp_matches(call_number, '[-:(+=]')
                    then left(call_number, 4)
                else trim(call_number)
            end"""

# Of each shelf (source, branch and location) and label of `item` the scheme, and on what it rests:
# exported, else the one in which most numbers of the shelf are written beyond doubt, else most of
# the system; else NULL, and a guess.
SCHEMED = f"""
    item_label as (
        select
            source,
            owning_branch,
            location,
            call_number_scheme,
            {LABEL} as label,
            count(*) as copies
        from item
        where trim(call_number) <> ''
        group by all
    ),
    evidence as (
        select
            source,
            owning_branch,
            location,
            sum(copies) filter (regexp_matches(upper(label), '{CERTAIN_LCC}')) as lcc,
            sum(copies) filter (regexp_matches(label, '{CERTAIN_DEWEY}')) as ddc
        from item_label
        where named_scheme(call_number_scheme) is null
        group by all
    ),
    shelf as (
        select
            *,
            case
                when lcc is null and ddc is null then null
                else if(coalesce(lcc, 0) > coalesce(ddc, 0), 'lcc', 'ddc')
            end as of_shelf,
            case
                when sum(lcc) over system is null and sum(ddc) over system is null then null
                else if(
                    coalesce(sum(lcc) over system, 0) > coalesce(sum(ddc) over system, 0),
                    'lcc',
                    'ddc'
                )
            end as of_system
        from evidence
        window system as (partition by source)
    ),
    schemed as (
        select
            l.*,
            coalesce(named_scheme(l.call_number_scheme), s.of_shelf, s.of_system) as scheme,
            case
                when named_scheme(l.call_number_scheme) is not null then 'exported'
                when s.of_shelf is not null then 'shelf'
                when s.of_system is not null then 'system'
                else 'guessed'
            end as scheme_from
        from item_label l
        left join shelf s
            on s.source = l.source
            and s.owning_branch is not distinct from l.owning_branch
            and s.location is not distinct from l.location
    )
"""

# From `copy` (source, owning_branch, location, call_number, call_number_scheme and whatever else,
# title_id, of copies in `item`) to `classed`, which adds class (its name), class_scheme, class_key,
# is_reference and scheme; NULL is "cannot tell". A copy without a call number has the class of its
# record, and is_class_of_record. A class is told once for each text that says one.
CLASSED = f"""
    {SCHEMED},
    record_label as (
        select distinct
            c.source,
            c.title_id,
            t.class as label,
            t.class_scheme as scheme
        from copy c join title t using (source, title_id)
        where trim(t.class) <> '' and coalesce(trim(c.call_number), '') = ''
    ),
    read_label as (
        select
            label,
            scheme,
            call_number_parts(label, scheme) as parts
        from (
            select label, scheme from schemed
            union
            select label, scheme from record_label
        )
    ),
    class_name as (
        select
            unnest($class_schemes::varchar[]) as scheme,
            unnest($class_keys::varchar[]) as key,
            unnest($class_names::varchar[]) as name
    ),
    named_label as (
        select
            r.label,
            r.scheme,
            n.name as class,
            r.parts.class_scheme,
            r.parts.class_key,
            r.parts.is_reference
        from read_label r
        left join class_name n
            on n.scheme = r.parts.class_scheme
            and n.key = case
                when r.parts.class_scheme = 'label' then r.parts.class_key
                else left(r.parts.class_key, 1)
            end
    ),
    classed_label as (
        select
            s.source,
            s.owning_branch,
            s.location,
            s.call_number_scheme,
            s.label,
            s.scheme,
            n.* exclude (label, scheme)
        from schemed s
        join named_label n on n.label = s.label and n.scheme is not distinct from s.scheme
    ),
    record_class as (
        select
            r.source,
            r.title_id,
            n.* exclude (label, scheme)
        from record_label r
        join named_label n on n.label = r.label and n.scheme is not distinct from r.scheme
    ),
    told_class as (
        select class_scheme, class_key from classed_label
        union
        select class_scheme, class_key from record_class
    ),
    classed as (
        select
            c.*,
            coalesce(l.class, r.class) as class,
            coalesce(l.class_scheme, r.class_scheme) as class_scheme,
            coalesce(l.class_key, r.class_key) as class_key,
            l.is_reference,
            l.scheme,
            r.class_key is not null as is_class_of_record
        from copy c
        left join record_class r
            on r.source = c.source
            and r.title_id = c.title_id
            and coalesce(trim(c.call_number), '') = ''
        left join classed_label l
            on l.source = c.source
            and l.owning_branch is not distinct from c.owning_branch
            and l.location is not distinct from c.location
            and l.call_number_scheme is not distinct from c.call_number_scheme
            and l.label = {LABEL}
    )
"""


@cache
def classed() -> tuple[str, dict[str, list[str]]]:
    """The SQL that follows a `copy` table and makes `classed` of it, and its parameters."""
    names = shipped("classes.csv")
    return CLASSED, {
        f"class_{column}s": [row[of] for row in names]
        for column, of in (("scheme", "scheme"), ("key", "key"), ("name", "name"))
    }


@asked
def call_number_schemes(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """In which schemes are the call numbers of each shelf written, how is that known, and how many
    are in none?

    Definition: the scheme that the export names counts; else the one in which most numbers of the
    shelf (branch and location) are written beyond doubt, else most of the system; else it is
    guessed from the number. A number may be written in another scheme all the same.

    Returns one row per shelf and scheme, ordered: `source`, `branch` (owner), `location`, `scheme`
    (lcc, ddc, nlm, sudoc, udc, local: a word, or a number of accession; NULL: unparsed),
    `scheme_from` (exported, shelf, system, guessed) and `copies` with a call number (copies).

    >>> libstats.call_number_schemes(con).columns
    ['source', 'branch', 'location', 'scheme', 'scheme_from', 'copies']
    """
    return con.sql(
        f"""
        with {SCHEMED},
        read_label as (
            select
                label,
                scheme,
                call_number_parts(label, scheme).scheme as written_in
            from (select distinct label, scheme from schemed)
        )
        select
            s.source,
            s.owning_branch as branch,
            s.location,
            r.written_in as scheme,
            s.scheme_from,
            sum(s.copies)::bigint as copies
        from schemed s
        join read_label r on r.label = s.label and r.scheme is not distinct from s.scheme
        group by all
        order by
            s.source,
            branch nulls last,
            s.location nulls last,
            copies desc,
            scheme nulls last,
            s.scheme_from
        """
    )
