"""Lines of a log parted by DuckDB into the fields that its LogFormat names: a block at a time, in
memory alone, so that what stands beside the wanted fields is never written anywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import duckdb

from libstats.errors import FileRefused
from libstats.readers.logs.lines import blocks
from libstats.readers.logs.log_format import COMMON_TIME, LogFormat
from libstats.readers.place import Place

# Most lines of the usual form have no blank in a name and no quotation mark in an address. Three
# groups that no sign can be in doubt of are found in a quarter of the time, which makes a load a
# third faster; False switches that off.
IS_OPEN = True
_PLAIN = (
    r"^(\S* \S* \S*) \[(\d\d/[A-Z][a-z][a-z]/\d{4}:\d\d:\d\d:\d\d)[^\]]*\] "
    r'"([^"]*" (?:\d{1,3}|-)) \S*$'
)
# a host that is a number may be a person's computer, one without a point somebody's name
_HOST = r"""case
            when regexp_full_match(host_told, '[0-9.]+|\[.*') then '(a number)'
            when regexp_full_match(host_told, '[\pL\d_-]+([.][\pL\d_-]+)+[.]?')
                then host_told
            else '(none)'
        end"""
# what the proxy shows of its own: its door, its menu, its pictures
THE_PROXY = "(the proxy)"
# of what stands between the second and the third stroke of a page's address
_HOST_IN = r"^(?:[^@]*@)?(\[[^\]]*\]|[^:\s?#@]*)"
# the proxy's own door, and where somebody wants to go through it
_WANTED = (
    r"(?i)/login\?(?:[^\s]*&)?q?url=\^?(?:https?(?::|%3a)(?:/|%2f){2})?"
    r"(?:[^/@\s?#&]*(?:@|%40))?([^/:%\s?&#\"@]*)"
)
_OUTCOME = """case
            when status is null then 'not told'
            -- a door that shows its form (200) to who is not in has opened nothing
            when is_sent_on and status < 400 then 'asked'
            when status between 200 and 299 or status = 304 then 'success'
            when status between 300 and 399 then 'redirected'
            when status in (401, 402, 403, 407, 451) then 'refused'
            when status in (404, 410) then 'not found'
            when status >= 400 then 'failed'
            else 'other'
        end"""
_LEADS = """
        select own, sum(n)::bigint
        from told
        where wanted <> '' and lower(wanted) <> own
        group by own"""
# who is let in by the address of the computer
_NOBODY = "('', '-', 'auto')"


@dataclass(frozen=True)
class Block:
    """Some lines of a log, and how many there are above them."""

    above: int
    text: str
    log_format: LogFormat
    name: str
    con: duckdb.DuckDBPyConnection
    door: str = ""

    def ask(self, select: str, *, are_alike: bool = False) -> list[Any]:
        """The rows that `select` asks of `told`: the number of the line in the block, its text,
        moment, day, host, outcome, status, session, user, groups, access; no day where the line has
        another form. With `are_alike` lines of a day that tell the same are one, and `n` says how
        many: a quarter of the time."""
        query = f"with {_told(self.log_format, self.door, are_alike=are_alike)} {select}"
        try:
            return self.con.execute(query, {"text": self.text}).fetchall()
        except duckdb.Error as error:
            # its own words may hold a line
            raise FileRefused(
                f"{self.name}: its lines cannot be read by their LogFormat"
                f" ({type(error).__name__})",
                "Look at the times in it: libstats reads those of strptime, as"
                " %{%Y-%m-%d %H:%M:%S}t. Nothing of it was loaded.",
            ) from None


def parted(place: Place, log_format: LogFormat) -> Iterator[Block]:
    """The lines of a log, block by block."""
    with closing(duckdb.connect()) as con:
        con.execute("set threads = 1; set temp_directory = ''; set enable_external_access = false")
        door = _door(place, log_format, con)
        for above, text in blocks(place):
            yield Block(above, text, log_format, place.name, con, door)


def _door(place: Place, log_format: LogFormat, con: duckdb.DuckDBPyConnection) -> str:
    """The host of the proxy itself: the one whose login?url= leads most often to other hosts; empty
    where no line names it."""
    leads = Counter[str]()
    for _, text in blocks(place):
        if doors := "\n".join(_with(text, "ogin?")):
            found = Block(0, doors, log_format, place.name, con).ask(_LEADS, are_alike=True)
            leads.update(dict(found))
    return min(leads, key=lambda host: (-leads[host], host), default="")


def _with(text: str, word: str) -> Iterator[str]:
    """The lines that hold a word."""
    at = text.find(word)
    while at >= 0:
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        yield text[text.rfind("\n", 0, at) + 1 : end]
        at = text.find(word, end)


def _told(log_format: LogFormat, door: str, *, are_alike: bool) -> str:
    """SQL: the CTE `told`."""
    fields = log_format.fields
    has = {name: f"f.{name}" for name in fields}
    page = has.get("url") or has.get("request")
    # a pattern takes ten times that: it is looked at closer where lines are one already
    place = f"""case
                    when suffix(split_part({page}, '/', 1), ':')
                        and split_part({page}, '/', 2) = ''
                        then split_part({page}, '/', 3)
                    else {has.get("host", "''")}
                end"""
    wanted = f"""case
                    when contains({page}, 'ogin?')
                        then regexp_extract({page}, {_quoted(_WANTED)}, 1)
                    else ''
                end"""
    person = f"if({has['user']} in {_NOBODY}, '', {has['user']})" if "user" in has else "''"
    session, is_usual = has.get("session", "''"), log_format.time == COMMON_TIME
    is_in = " or ".join(
        f"{has[name]} not in ('', '-')" for name in ("user", "session") if name in has
    )
    return f"""
        line as (
            select unnest(text) as text, generate_subscripts(text, 1) as number
            from (select string_split($text, chr(10)) as text)
        ),
        {_fields(log_format)},
        word as (
            select
                number,
                text,
                {f"left(f.time, {11 if are_alike else 20})" if is_usual else "f.time"} as clock,
                {place if page else "f.host"} as place,
                {wanted if page else "''"} as wanted,
                {has.get("status", "''")} as status_told,
                {has.get("address", "''")} as address,
                {person} as user,
                if({session} in ('', '-'), '', {session}) as session,
                {has.get("groups", "''")} as groups,
                {has.get("access", "''")} as access,
                {is_in or "false"} as is_in
            from field
        ),
        alike as (
            select * exclude (number, text), min(number) as number, '' as text, count(*) as n
            from word
            group by all
        ),
        timed as (
            select
                *,
                try_cast(status_told as integer) as status,
                wanted <> '' and (is_in or coalesce(status >= 300, true)) as is_sent_on,
                lower(regexp_extract(place, {_quoted(_HOST_IN)}, 1)) as own,
                if(is_sent_on, lower(wanted), own) as host_told,
                {_moment(log_format, are_alike=are_alike)} as moment
            from {"alike" if are_alike else "(select *, 1 as n from word)"}
        ),
        told as (
            select
                number,
                text,
                moment,
                moment::date as day,
                if(host_told = {_quoted(door or THE_PROXY)}, '{THE_PROXY}', {_HOST}) as host,
                {_OUTCOME} as outcome,
                status,
                -- where the log tells no session, who comes from one address on one day is one
                case
                    when session <> '' then session
                    else concat_ws(' ', moment::date, address, user)
                end as session,
                user,
                if(groups = '-', '', groups) as groups,
                access,
                wanted,
                own,
                n
            from timed
        )"""


def _fields(log_format: LogFormat) -> str:
    """SQL: the CTE `field`, and what it is made of."""
    fields, leading = log_format.fields, log_format.leading
    found = f"regexp_extract(text, {_quoted(log_format.pattern)}, {list(fields)})"
    if not (IS_OPEN and leading):
        return f"field as (select number, text, {found} as f from line where text <> '')"
    parts = {
        "time": "p.time",
        "request": "split_part(p.rest, '\" ', 1)",
        "status": "split_part(p.rest, '\" ', 2)",
        **{name: f"split_part(p.who, ' ', {leading.index(name) + 1})" for name in leading if name},
    }
    plain = ", ".join(f"'{name}': {parts[name]}" for name in fields)
    return f"""
        plain as (
            select
                number,
                text,
                regexp_extract(text, {_quoted(_PLAIN)}, ['who', 'time', 'rest']) as p
            from line
            where text <> ''
        ),
        field as (
            select
                number,
                text,
                case when p.time <> '' then {{{plain}}} else {found} end as f
            from plain
        )"""


def _moment(log_format: LogFormat, *, are_alike: bool) -> str:
    """SQL: when a line was written, or the day."""
    form = log_format.time
    if form == COMMON_TIME and are_alike:
        form = form.partition(":")[0]
    return f"try_strptime(clock, {_quoted(form)})::timestamp"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
