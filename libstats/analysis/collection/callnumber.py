"""Call numbers: the class that one names, and where the copy stands among its neighbours.

Two tables that come with libstats are the vocabulary: `callnumber_words.csv` (the words that stand
before a class number, such as J, FIC, REF or DVD, what each means, and whether it may also stand
before a Library of Congress number, where a single letter is a class) and `classes.csv` (the broad
classes and their names).
"""

from __future__ import annotations

import csv
import io
import re
from functools import cache
from importlib import resources

__all__ = ["classed", "shipped"]

SEPARATOR = r"[ .:,/\-]+"
DEWEY = r"^(?:\d{3}(?:[^0-9]|$)|\d{1,2}(?:[. ]|$))"
CERTAIN_DEWEY = r"^\d{3}([. /]|$)"
LCC = r"^([A-HJ-NP-WZ]|[A-HJ-NP-WZ][A-Z]|[DK][A-Z][A-Z]) ?(\d{1,4})(?:[^0-9]|$)"
CERTAIN_SUDOC = r"^[A-Z]{1,4} ?\d+(\.\d+)?(/[\w-]+)*:"
CERTAIN_LCC = r"^[A-HJ-NP-WZ][A-Z]{0,2} ?\d{1,4}(\.\d+)? ?\.[A-Z]+\d"
LCC_SCHEME = "^(lc|nlm|0$|2$)|congress|library of medicine"
# most call numbers: these need none of the patterns of words and letters, and no more than four
# characters say their class
IS_NUMBER = "label between '0' and '9z'"
LABEL = """case
                when call_number between '0' and '9z' then left(call_number, 4)
                else upper(trim(call_number))
            end"""
NAMED_SCHEME = f"""case
                when call_number_scheme is null then null
                when regexp_matches(lower(call_number_scheme), '^(ddc|dewey|1$)|dewey') then 'ddc'
                when regexp_matches(lower(call_number_scheme), '{LCC_SCHEME}') then 'lcc'
                when regexp_matches(lower(call_number_scheme), '^(sudoc|3$)|superintendent')
                    then 'sudoc'
                when lower(call_number_scheme) like 'udc%' then 'udc'
            end"""

# From `copy` (source, call_number, call_number_scheme and whatever else, of copies in `item`) to
# `classed`, which adds class (its name), class_scheme, class_key and is_reference; NULL is "cannot
# tell". Classes are told once for each text that says one, in `classed_label`. A scheme is honoured
# where the export names it; else the source's prevailing one counts. Each scheme is tried first,
# the other after it, because systems write their default scheme beside call numbers of another.
CLASSED = r"""
    item_label as (
        select
            source,
            call_number_scheme,
            {label} as label,
            count(*) as copies
        from item
        where call_number is not null
        group by all
    ),
    spelled as (
        select
            *,
            {named_scheme} as scheme,
            {certain_lcc} as is_certainly_lcc
        from item_label
    ),
    house as (
        select
            source,
            case
                when sum(copies) filter (where is_certainly_lcc)
                    > coalesce(
                        sum(copies) filter (
                            where {is_number} and regexp_matches(label, '{certain_dewey}')
                        ),
                        0
                    )
                    then 'lcc'
                else 'ddc'
            end as scheme
        from spelled
        where scheme is null
        group by source
    ),
    marked as (
        select
            s.* exclude (scheme),
            case
                when s.scheme is not null then s.scheme
                when {is_number} then h.scheme
                when contains(s.label, ':') and regexp_matches(s.label, '{certain_sudoc}')
                    then 'sudoc'
                else h.scheme
            end as scheme,
            case
                when {is_number} then ''
                else regexp_extract(s.label, '{words}', 0)
            end as marks,
            case
                when marks = '' then ''
                else regexp_extract(s.label, '{lcc_words}', 0)
            end as lcc_marks
        from spelled s left join house h using (source)
    ),
    numbered as (
        select
            * exclude (marks, lcc_marks),
            case
                when {is_number} or marks <> ''
                    then regexp_extract(substr(label, 1 + length(marks)), '{dewey}')
                else ''
            end as dewey,
            case
                when {is_number} then {'letters': '', 'number': ''}
                else regexp_extract(
                    substr(label, 1 + length(lcc_marks)),
                    '{lcc}',
                    ['letters', 'number']
                )
            end as lcc,
            if(scheme = 'lcc' and (lcc).letters <> '', lcc_marks, marks) as marks
        from marked
    ),
    meaning as (
        select
            marks,
            {meanings}
        from (select marks from marked union select lcc_marks from marked)
    ),
    meant as (
        select
            n.* exclude (dewey),
            m.* exclude (marks),
            case
                when n.dewey = '' then null
                when length(n.dewey) > 3 then left(n.dewey, 3)
                else lpad(rtrim(n.dewey, '. '), 3, '0')
            end as dewey,
            n.dewey in ('92', '92 ', '92.') as is_old_biography,
            n.scheme = 'lcc' as is_lcc
        from numbered n left join meaning m using (marks)
    ),
    keyed as (
        select
            *,
            if(
                lcc.letters = '',
                null,
                rpad(lcc.letters, 3, ' ') || lpad(lcc.number, 4, '0')
            ) as lcc_key,
            case
                when scheme = 'sudoc' then 'GOV'
                when is_local then 'LOCAL'
                when is_periodical then 'PER'
                when is_sound_or_video then 'AV'
                when is_graphic then 'GN'
                when is_easy then 'E'
                when is_teen_fiction or (is_teen and (is_fiction or dewey is null)) then 'YA'
                when is_child_fiction
                    or (is_child and (is_fiction or dewey is null) and not is_biography)
                    then 'J'
                when is_fiction then 'FIC'
                when is_biography or is_old_biography or dewey in ('920', '921') then 'B'
            end as label_key,
            scheme = 'udc' as is_udc
        from meant
    ),
    chosen as (
        select
            *,
            case
                when is_udc then null
                when is_lcc and lcc_key is not null then ('lcc', lcc_key)
                when label_key is not null
                    and not (
                        is_certainly_lcc
                        and label_key not in ('GOV', 'LOCAL')
                        and dewey is null
                    )
                    then ('label', label_key)
                when dewey is not null then ('ddc', dewey)
                when is_certainly_lcc then ('lcc', lcc_key)
                when label_key is not null then ('label', label_key)
            end as pair
        from keyed
    ),
    class_name as (
        select
            unnest($class_schemes::varchar[]) as scheme,
            unnest($class_keys::varchar[]) as key,
            unnest($class_names::varchar[]) as name
    ),
    classed_label as (
        select
            c.source,
            c.call_number_scheme,
            c.label,
            n.name as class,
            c.pair[1] as class_scheme,
            c.pair[2] as class_key,
            c.is_reference
        from chosen c
        left join class_name n
            on n.scheme = c.pair[1]
            and n.key = if(c.pair[1] = 'label', c.pair[2], left(c.pair[2], 1))
        where c.label <> '' and (c.pair is not null or c.is_reference)
    ),
    classed as (
        select
            c.*,
            l.class,
            l.class_scheme,
            l.class_key,
            l.is_reference
        from copy c
        left join classed_label l
            on l.source = c.source
            and l.call_number_scheme is not distinct from c.call_number_scheme
            and l.label = {label}
    )
"""


def shipped(name: str) -> list[dict[str, str]]:
    """The rows of a table that comes with libstats."""
    text = (
        resources.files("libstats.analysis.collection").joinpath(name).read_text(encoding="utf-8")
    )
    return list(csv.DictReader(io.StringIO(text)))


@cache
def classed() -> tuple[str, dict[str, list[str]]]:
    """The SQL that follows a `copy` table and makes `classed` of it, and its parameters."""
    words = shipped("callnumber_words.csv")
    meanings: dict[str, list[str]] = {}
    for row in words:
        meanings.setdefault(row["meaning"], []).append(row["word"])
    tests = ",\n            ".join(
        _meaning(meaning, of) for meaning, of in meanings.items() if meaning != "other"
    )
    filled = {
        "words": _leading([row["word"] for row in words]),
        "lcc_words": _leading([row["word"] for row in words if row["before_lcc"] == "yes"]),
        "meanings": tests,
        "dewey": DEWEY,
        "lcc": LCC,
        "certain_sudoc": CERTAIN_SUDOC,
        "certain_dewey": CERTAIN_DEWEY,
        "certain_lcc": f"""case
                when {IS_NUMBER} then false
                else regexp_matches(label, '{CERTAIN_LCC}')
            end""",
        "is_number": IS_NUMBER,
        "label": LABEL,
        "named_scheme": NAMED_SCHEME,
    }
    sql = CLASSED
    for name, text in filled.items():
        sql = sql.replace("{" + name + "}", text)
    names = shipped("classes.csv")
    return sql, {
        f"class_{column}s": [row[of] for row in names]
        for column, of in (("scheme", "scheme"), ("key", "key"), ("name", "name"))
    }


def _leading(words: list[str]) -> str:
    """The pattern of any number of these words at the start, the longest first."""
    return f"^(?:(?:{_any(words)})(?:{SEPARATOR}|$))+"


def _meaning(meaning: str, words: list[str]) -> str:
    """The test whether the words before the class number have this meaning."""
    pattern = rf"(?:^|[ .:,/\-])(?:{_any(words)})(?:{SEPARATOR}|$)"
    return f"regexp_matches(marks, '{pattern}') as is_{meaning.replace(' ', '_')}"


def _any(words: list[str]) -> str:
    return "|".join(
        re.escape(word).replace("'", "''").replace("\\ ", " ")
        for word in sorted(words, key=lambda word: (-len(word), word))
    )
