"""Taking one file's rows for one table into its stored rows: which came, which stay, which went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from libstats.declaration.select import Lines, Plan, Raw, in_one, quoted
from libstats.loading import bits
from libstats.schema import Table
from libstats.store.generations import step
from libstats.store.tables import same_key


@dataclass(frozen=True)
class Seen:
    """A file that was compared, each of its rows in temp table `incoming_TABLE`, so that other
    tables
    need not read it again.

    name      the temp table
    texts     positions of the texts that it holds of rows that are not stored already
    riders    the other tables whose fingerprint of each row it holds, as hash_TABLE
    """

    name: str
    texts: tuple[int, ...]
    riders: frozenset[str]


@dataclass
class Taken:
    """What one pass over a file did to a table's stored rows: rows read, of them rejected, set
    aside,
    equal to another, kept.

    is_plain  True if nothing else is stored and each row has a key of its own: the rows are the
              fold
    seen      what other tables may take instead of the file
    """

    rows: int = 0
    rejected: int = 0
    set_aside: int = 0
    repeated: int = 0
    kept: int = 0
    is_plain: bool = False
    seen: Seen | None = None


def take(
    con: duckdb.DuckDBPyConnection,
    plan: Plan,
    raw: Raw,
    export_id: int,
    seq: int,
    source: str,
    *,
    riders: Sequence[Plan] = (),
    seen: Seen | None = None,
) -> Taken:
    """Read the file once and bring the table's stored runs up to this load; `riders` are plans for
    the
    same rows, which may take what was `seen` here.

    The first file of an export goes straight into the stored rows. A later one is compared with the
    rows that the export's last load left open: what is equal stays, what came is added, what went
    is closed.
    """
    table = plan.table
    is_open = f"export_id = {export_id} and until_seq is null"
    had_open = con.execute(
        f"select exists (select 1 from {table.name}__row where {is_open})"
    ).fetchall()[0][0]
    taken = (
        _compare(con, plan, raw, export_id, seq, source, riders, seen)
        if had_open
        else _insert(con, plan, raw, export_id, seq, source)
    )
    taken.kept = taken.rows - taken.rejected - taken.set_aside
    step("rows")
    return taken


def _insert(
    con: duckdb.DuckDBPyConnection, plan: Plan, raw: Raw, export_id: int, seq: int, source: str
) -> Taken:
    """The first file of an export: every row is new to it."""
    row = f"{plan.table.name}__row"
    columns = ", ".join(["row_hash", "n", *plan.columns])
    # rows are the fold at once only where nothing else is stored; else the fold, which compares
    # before and after, makes them so
    alone = not con.execute(f"select exists (from {row})").fetchall()[0][0]
    # of a row that is counted and taken out again no value may be written: it would stay legible in
    # the log and in freed blocks
    kept = ", ".join(["row_hash", "n", *(f"case when n = 1 then {c} end" for c in plan.columns)])
    _streamed(
        con,
        f"insert into {row} (source, export_id, from_seq, is_sole, {columns}) select {quoted(source)}, {export_id}, {seq}, {alone}, {kept} from ({plan.values_sql(raw)})",
    )
    mine = f"from_seq = {seq}"
    taken = _counted(
        dict(con.execute(f"select n, count(*) from {row} where {mine} group by all").fetchall())
    )
    if taken.rejected or taken.set_aside:
        con.execute(f"delete from {row} where {mine} and n < 1")
    key = plan.table.exported_key
    taken.is_plain = (
        alone
        and len(key) == 1
        and bits.all_distinct(con, f"try_cast({key[0]} as bigint)", f"{row} where {mine}")
    )
    if not taken.is_plain:
        taken.repeated = _merge_equal(con, plan.table, mine)
    return taken


def _counted(counts: dict[int, int]) -> Taken:
    return Taken(sum(counts.values()), counts.get(0, 0), counts.get(-1, 0))


def _merge_equal(con: duckdb.DuckDBPyConnection, table: Table, mine: str) -> int:
    """Equal rows of one file become one with their number; gives how many fewer there are (a log's
    are events: none)."""
    row = f"{table.name}__row"
    con.execute(
        f"create or replace temp table twin as select row_hash from {row} where {mine} group by all having count(*) > 1"
    )
    if not con.execute("select exists (from twin)").fetchall()[0][0]:
        return 0
    columns = ", ".join(
        [
            "source",
            "export_id",
            "from_seq",
            "until_seq",
            "row_hash",
            "is_sole",
            *(c.name for c in table.stored),
        ]
    )
    twins = f"select * from {row} where {mine} and row_hash in (from twin)"
    con.execute(
        f"create or replace temp table merged as select {columns}, sum(n)::bigint as n from ({twins}) group by all"
    )
    con.execute(f"delete from {row} where {mine} and row_hash in (from twin)")
    con.execute(f"insert into {row} ({columns}, n) select {columns}, n from merged")
    return (
        0
        if table.is_keyless
        else int(con.execute("select coalesce(sum(n - 1), 0) from merged").fetchall()[0][0])
    )


def _compare(
    con: duckdb.DuckDBPyConnection,
    plan: Plan,
    raw: Raw,
    export_id: int,
    seq: int,
    source: str,
    riders: Sequence[Plan],
    seen: Seen | None,
) -> Taken:
    """A later file of an export, compared with the rows left open. A row that stays is not even
    read beyond its fingerprint."""
    table, row = plan.table, f"{plan.table.name}__row"
    is_open = f"export_id = {export_id} and until_seq is null"
    found = None
    if seen and table.name in seen.riders:
        found = _ridden(con, plan, seen, is_open)
    elif raw.lines:
        found = _match_lines(con, plan, raw.lines, is_open)
    seen = found or _match(con, plan, raw, is_open, riders)
    stayed = con.execute(f"select count(id) from {seen.name}").fetchall()[0][0]
    columns = ", ".join(plan.columns)
    con.execute(
        f"create or replace temp table read as select row_hash, n, {columns} from ({plan.values_sql(_unmatched(plan, seen))})"
    )
    taken = _counted(dict(con.execute("select n, count(*) from read group by all").fetchall()))
    taken.rows, taken.seen = taken.rows + stayed, seen
    con.execute(
        f"create or replace temp table came as select row_hash, count(*) as n, {columns} from read where n = 1 group by all"
    )
    _gone(con, table, is_open, seen.name)
    if table.is_keyless:
        _whole_groups(con, plan, is_open, seen.name)
    else:
        twins, opened, gone = con.execute(
            f"select (select coalesce(sum(n - 1), 0) from came), (select count(*) from {row} where {is_open}), (select count(*) from gone)"
        ).fetchall()[0]
        taken.repeated = int(twins) + stayed - (opened - gone)
    con.execute(f"update {row} set until_seq = {seq} where rowid in (select id from gone)")
    con.execute(
        f"insert into {row} (source, export_id, from_seq, is_sole, row_hash, n, {columns}) select {quoted(source)}, {export_id}, {seq}, false, row_hash, n, {columns} from came"
    )
    return taken


def _match(
    con: duckdb.DuckDBPyConnection, plan: Plan, raw: Raw, is_open: str, riders: Sequence[Plan]
) -> Seen:
    """For every row of the file the id of the equal open row, or else its text, and persons' keys
    in place of theirs."""
    riding = [r for r in riders if not r.people and r.table.name not in r.source.only]
    seen = Seen(
        f"incoming_{plan.table.name}",
        tuple(dict.fromkeys(position for p in (plan, *riding) for position in p.texts)),
        frozenset(r.table.name for r in riding),
    )
    people = "".join(f", {sql} as {column}" for column, sql in plan.people.items())
    hashes = "".join(f", {r.hashed} as hash_{r.table.name}" for r in riding)
    same = " and ".join(
        ["o.row_hash = v.row_hash", *(f"o.{c} is not distinct from v.{c}" for c in plan.people)]
    )
    one, grouped = (
        ("min(rowid)", " group by all") if _has_bared_twins(con, plan, is_open) else ("rowid", "")
    )
    opened = f"select {', '.join(['row_hash', *plan.people])}, {one} as id from {plan.table.name}__row where {is_open}{grouped}"
    keys = "".join(
        f", case when o.id is null then v.{c} end as told_{c}" for c in plan.people
    ) + "".join(f", v.hash_{r.table.name}" for r in riding)
    told = f"(select {in_one(seen.texts)} as told, {plan.hashed} as row_hash{people}{hashes} from {raw.sql}) v"
    _streamed(
        con,
        f"""
        create or replace temp table {seen.name} as
        select o.id, case when o.id is null then v.told end as told{keys}
        from {f"({opened}) o right join {told}" if raw.is_few else f"{told} left join ({opened}) o"} on {same}
        """,
    )
    return seen


def _match_lines(
    con: duckdb.DuckDBPyConnection, plan: Plan, lines: Lines, is_open: str
) -> Seen | None:
    """The same by lines: of one that is stored nothing but its fingerprint is looked at, the rest
    is
    read by column.

    None if a record runs over lines, most are not stored, or a line has fields without a heading:
    these are written nowhere.
    """
    opened = f"select row_hash, rowid as id from {plan.table.name}__row where {is_open}"
    _streamed(
        con,
        f"""
        create or replace temp table by_line as
        select o.id, case when o.id is null then v.line end as line
        from (select line, {plan.hashed_line} as row_hash from {lines.sql}) v left join ({opened}) o on o.row_hash = v.row_hash
        """,
    )
    known, every = con.execute("select count(id), count(*) from by_line").fetchall()[0]
    if (
        not lines.are_records()
        or 2 * known < every
        or con.execute(
            f"select exists (from by_line where id is null and {lines.ragged})"
        ).fetchall()[0][0]
    ):
        return None
    # with a heading: of a file's first text a reader would drop a byte order mark
    con.execute(
        f"copy (select line from by_line where id is null) to {quoted(str(lines.rest))} (format csv, header true, delimiter '\x01', quote '', escape '')"
    )
    seen = _match(con, plan, Raw(lines.rest_sql, is_few=True), is_open, ())
    con.execute(f"insert into {seen.name} select id, null from by_line where id is not null")
    return seen


def _has_bared_twins(con: duckdb.DuckDBPyConnection, plan: Plan, is_open: str) -> bool:
    """True if open rows that told one thing of several persons are equal since these were
    forgotten: a row of the file is equal to one of them alone."""
    if (
        not plan.people
        or not con.execute(
            "select exists (from stripped where table_name = $1) or exists (from horizon)",
            [plan.table.name],
        ).fetchall()[0][0]
    ):
        return False
    is_bare = " or ".join(f"{c} is null" for c in plan.people)
    found = f"select 1 from {plan.table.name}__row where {is_open} and ({is_bare}) group by row_hash, {', '.join(plan.people)} having count(*) > 1"
    return bool(con.execute(f"select exists ({found})").fetchall()[0][0])


def _streamed(con: duckdb.DuckDBPyConnection, query: str) -> None:
    """Run a query that joins a file with tables: DuckDB takes files for small, and would hold all
    the text in memory and look the tables up in it."""
    con.execute("set disabled_optimizers = 'join_order,build_side_probe_side'")
    con.execute(query)
    con.execute("reset disabled_optimizers")


def _ridden(con: duckdb.DuckDBPyConnection, plan: Plan, seen: Seen, is_open: str) -> Seen | None:
    """The same for a table that rides along, from what was seen of the file already.

    None where a row that the primary table has stored already tells this table something new (it
    was rejected here): its text must be read again.
    """
    ridden = Seen(f"incoming_{plan.table.name}", seen.texts, frozenset())
    opened = f"select row_hash, rowid as id from {plan.table.name}__row where {is_open}"
    con.execute(
        f"create or replace temp table {ridden.name} as select o.id, case when o.id is null then v.told end as told from {seen.name} v left join ({opened}) o on o.row_hash = v.hash_{plan.table.name}"
    )
    is_unknown = con.execute(
        f"select exists (from {ridden.name} where id is null and told is null)"
    ).fetchall()[0][0]
    return None if is_unknown else ridden


def _unmatched(plan: Plan, seen: Seen) -> Raw:
    """The rows of a file that are not stored yet, as text."""
    texts = [
        f"nullif(texts[{place}], '') as c{position}"
        for place, position in enumerate(seen.texts, start=1)
    ]
    people = [f"told_{c}" for c in plan.people]
    return Raw(
        f"(select {', '.join([*texts, *people])} from (select string_split(told, chr(31)) as texts{''.join(f', {p}' for p in people)} from {seen.name} where id is null))",
        has_keys=True,
    )


def _gone(con: duckdb.DuckDBPyConnection, table: Table, is_open: str, incoming: str) -> None:
    """Temp table `gone`: ids of the open rows that the file lacks."""
    opened = f"{table.name}__row where {is_open}"
    found = bits.bounds(con, "rowid", opened)
    if found is None:
        lacking = f"select r.id from (select rowid as id from {opened}) r anti join {incoming} m on m.id = r.id"
    else:
        con.execute(
            f"set variable matched = (select bitstring_agg(id, {found[0]}, {found[1]}) from {incoming})"
        )
        lacking = f"select rowid as id from {opened} and coalesce(get_bit(getvariable('matched')::bit, (rowid - {found[0]})::integer), 0) = 0"
    con.execute(f"create or replace temp table gone as {lacking}; reset variable matched")


def _whole_groups(con: duckdb.DuckDBPyConnection, plan: Plan, is_open: str, incoming: str) -> None:
    """A log's events of one identity come and go together, so that a run always holds the whole
    group."""
    identity, row = plan.table.key, f"{plan.table.name}__row"
    columns = ", ".join(f"r.{c}" for c in plan.columns)
    opened = f"(select rowid as id, * from {row} where {is_open})"
    mine = ", ".join(f"r.{c}" for c in identity)
    con.execute(
        f"""
        create or replace temp table stays as select id, count(*) as n from {incoming} where id is not null group by id;
        create or replace temp table moved as
        select {", ".join(identity)} from came
        union select {mine} from {opened} r join gone g on g.id = r.id
        union select {mine} from {opened} r join stays m on m.id = r.id where m.n <> r.n;
        create or replace temp table regrouped as
        select r.id, r.row_hash, m.n, {columns} from {opened} r join stays m on m.id = r.id semi join moved v on {same_key(identity, "v", "r")};
        insert into came select row_hash, n, {", ".join(plan.columns)} from regrouped;
        insert into gone select id from regrouped
        """
    )


def without_slipped(con: duckdb.DuckDBPyConnection, primary: Plan, raw: Raw) -> Raw:
    """The file without the rows that its primary table rejects for a value: a row that slipped
    tells
    the truth of no table.

    One without what the primary table needs, such as a barcode, may well tell of its title.
    """
    con.execute(
        f"create or replace temp table unsound as select distinct row_hash from ({primary.values_sql(raw)}) where n = 0 and ({primary.slipped})"
    )
    return Raw(
        f"(select * from {raw.sql} where {primary.hashed} not in (from unsound))", raw.has_lines
    )
