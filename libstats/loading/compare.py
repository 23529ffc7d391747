"""One file's rows for one table, taken into its stored rows: which came, which stay, which went."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from libstats.declaration.raw import Raw, quoted
from libstats.declaration.select import Plan
from libstats.loading import bits, lines
from libstats.loading.streamed import streamed
from libstats.store.steps import step
from libstats.store.tables import same_key


@dataclass(frozen=True)
class Into:
    """Where a file's rows go: the number of its shape, of its load, and its configured source."""

    shape: int
    seq: int
    source: str

    @property
    def is_open(self) -> str:
        """SQL: a stored row is held by the shape's last load."""
        return f"export_id = {self.shape} and until_seq is null"


@dataclass
class Taken:
    """What one pass over a file did to a table's stored rows: rows read, of them rejected, set
    aside, equal to another, kept.

    totals    of those set aside, the ones that add up others
    is_plain  True if nothing else is stored and each row has a key of its own: the rows are the
              fold
    """

    rows: int = 0
    rejected: int = 0
    set_aside: int = 0
    totals: int = 0
    repeated: int = 0
    kept: int = 0
    is_plain: bool = False

    @classmethod
    def of(cls, states: dict[int, int]) -> Taken:
        """From the number of rows by state: 1 kept, 0 rejected, -1 set aside, -2 a total."""
        totals = states.get(-2, 0)
        return cls(sum(states.values()), states.get(0, 0), states.get(-1, 0) + totals, totals)

    @property
    def misleads(self) -> bool:
        """True if a row may tell the truth of no table."""
        return bool(self.rejected or self.totals)


def take(con: duckdb.DuckDBPyConnection, plan: Plan, raw: Raw, into: Into) -> Taken:
    """Read the file once and bring the table's stored runs up to this load.

    The first file of a shape goes straight into the stored rows. A later one is compared with the
    rows that the shape's last load left open: what is equal stays, what came is added, what went is
    closed.
    """
    has_open = f"select exists (from {plan.table.name}__row where {into.is_open})"
    later = con.execute(has_open).fetchall()[0][0]
    taken = (_Later if later else _First)(con, plan, into).run(raw)
    taken.kept = taken.rows - taken.rejected - taken.set_aside
    step("rows")
    return taken


class _First:
    """The first file of a shape: every row is new to it."""

    def __init__(self, con: duckdb.DuckDBPyConnection, plan: Plan, into: Into) -> None:
        self.con, self.plan, self.table, self.into = con, plan, plan.table, into
        self.row = f"{plan.table.name}__row"
        self.mine = f"from_seq = {into.seq}"

    def run(self, raw: Raw) -> Taken:
        # rows are the fold at once only where nothing else is stored; else the fold, which compares
        # before and after, makes them so
        alone = not self.con.execute(f"select exists (from {self.row})").fetchall()[0][0]
        self._insert(raw, alone)
        states = f"select n, count(*) from {self.row} where {self.mine} group by all"
        taken = Taken.of(dict(self.con.execute(states).fetchall()))
        if taken.rejected or taken.set_aside:
            self.con.execute(f"delete from {self.row} where {self.mine} and n < 1")
        key = self.table.exported_key
        taken.is_plain = (
            alone
            and len(key) == 1
            and bits.all_distinct(
                self.con, f"try_cast({key[0]} as bigint)", f"{self.row} where {self.mine}"
            )
        )
        if not taken.is_plain:
            taken.repeated = self._merge_equal()
        return taken

    def _insert(self, raw: Raw, alone: bool) -> None:
        columns = self.plan.columns
        # of a row that is counted and taken out again no value may be written: it would stay
        # legible in the log and in freed blocks
        kept = ", ".join(f"case when n = 1 then {c} end" for c in columns)
        streamed(
            self.con,
            f"""
            insert into {self.row}
                (source, export_id, from_seq, is_sole, row_hash, n, {", ".join(columns)})
            select
                {quoted(self.into.source)},
                {self.into.shape},
                {self.into.seq},
                {alone},
                row_hash,
                n,
                {kept}
            from ({self.plan.values_sql(raw)})
            """,
        )

    def _merge_equal(self) -> int:
        """Equal rows of one file become one with their number; gives how many fewer there are (a
        log's are events: none)."""
        con, row = self.con, self.row
        twins = f"select row_hash from {row} where {self.mine} group by all having count(*) > 1"
        con.execute(f"create or replace temp table twin as {twins}")
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
                *(c.name for c in self.table.stored),
            ]
        )
        equal = f"{self.mine} and row_hash in (from twin)"
        con.execute(
            f"""
            create or replace temp table merged as
            select {columns}, sum(n)::bigint as n from {row} where {equal} group by all;
            delete from {row} where {equal};
            insert into {row} ({columns}, n) select {columns}, n from merged
            """
        )
        if self.table.is_keyless:
            return 0
        fewer = "select coalesce(sum(n - 1), 0) from merged"
        return int(con.execute(fewer).fetchall()[0][0])


class _Later:
    """A later file of a shape, compared with the rows left open. A row that stays is not even read
    beyond its fingerprint.

    Its temp tables: `incoming_TABLE` each row of the file, with the id of the equal open row;
    `came` the rows that are new; `gone` the ids of the open rows that the file lacks.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, plan: Plan, into: Into) -> None:
        self.con, self.plan, self.table, self.into = con, plan, plan.table, into
        self.row = f"{plan.table.name}__row"
        self.columns = ", ".join(plan.columns)
        self.incoming = f"incoming_{self.table.name}"

    def run(self, raw: Raw) -> Taken:
        self._match(raw)
        stayed = self._one(f"select count(id) from {self.incoming}")
        taken = self._read()
        taken.rows += stayed
        self._find_gone()
        if self.table.is_keyless:
            self._regroup()
        else:
            is_open = self.into.is_open
            twins = self._one("select coalesce(sum(n - 1), 0) from came")
            opened = self._one(f"select count(*) from {self.row} where {is_open}")
            gone = self._one("select count(*) from gone")
            taken.repeated = twins + stayed - (opened - gone)
        self._write()
        return taken

    def _one(self, query: str) -> int:
        return int(self.con.execute(query).fetchall()[0][0])

    def _read(self) -> Taken:
        """Read the rows that are not stored by column; makes `came`."""
        values = self.plan.values_sql(self._unmatched())
        self.con.execute(
            f"""
            create or replace temp table read as
            select row_hash, n, {self.columns} from ({values})
            """
        )
        states = self.con.execute("select n, count(*) from read group by all").fetchall()
        self.con.execute(
            f"""
            create or replace temp table came as
            select row_hash, count(*) as n, {self.columns} from read where n = 1 group by all
            """
        )
        return Taken.of(dict(states))

    def _unmatched(self) -> Raw:
        """The rows of the file that are not stored yet, as text."""
        texts = [
            f"nullif(texts[{place}], '') as c{position}"
            for place, position in enumerate(self.plan.texts, start=1)
        ]
        people = [f"told_{c}" for c in self.plan.people]
        split = ", ".join(["string_split(told, chr(31)) as texts", *people])
        return Raw(
            f"""(
            select {", ".join([*texts, *people])}
            from (select {split} from {self.incoming} where id is null))""",
            has_keys=True,
        )

    def _write(self) -> None:
        self.con.execute(
            f"""
            update {self.row} set until_seq = {self.into.seq} where rowid in (select id from gone);
            insert into {self.row}
                (source, export_id, from_seq, is_sole, row_hash, n, {self.columns})
            select
                {quoted(self.into.source)},
                {self.into.shape},
                {self.into.seq},
                false,
                row_hash,
                n,
                {self.columns}
            from came
            """
        )

    def _match(self, raw: Raw) -> None:
        """Make `incoming`: for every row of the file the id of the equal open row, or else its
        text, and persons' keys in place of theirs."""
        stored = f"{self.row} where {self.into.is_open}"
        rest = lines.unstored(self.con, raw.lines, stored) if raw.lines else None
        self._match_by_column(rest or raw)
        if rest:
            known = "select id, null from by_line where id is not null"
            self.con.execute(f"insert into {self.incoming} {known}")

    def _match_by_column(self, raw: Raw) -> None:
        plan = self.plan
        people = "".join(f", {sql} as {column}" for column, sql in plan.people.items())
        # persons are no part of row_hash: another patron is told by their keys alone
        same = " and ".join(
            [
                "stored.row_hash = read.row_hash",
                *(f"stored.{c} is not distinct from read.{c}" for c in plan.people),
            ]
        )
        one, grouped = ("min(rowid)", "group by all") if self._has_bared_twins() else ("rowid", "")
        stored = f"""(
            select {", ".join(["row_hash", *plan.people])}, {one} as id
            from {self.row}
            where {self.into.is_open}
            {grouped}) stored"""
        kept = "".join(
            f", case when stored.id is null then read.{c} end as told_{c}" for c in plan.people
        )
        read = f"""(
            select {plan.fingerprint.told()} as told, {plan.hashed} as row_hash{people}
            from {raw.sql}) read"""
        joined = f"{stored} right join {read}" if raw.is_few else f"{read} left join {stored}"
        streamed(
            self.con,
            f"""
            create or replace temp table {self.incoming} as
            select stored.id, case when stored.id is null then read.told end as told{kept}
            from {joined} on {same}
            """,
        )

    def _has_bared_twins(self) -> bool:
        """True if open rows that told one thing of several persons are equal since these were
        forgotten: a row of the file is equal to one of them alone."""
        con, people = self.con, self.plan.people
        forgot = "select exists (from stripped where table_name = $1) or exists (from horizon)"
        if not people or not con.execute(forgot, [self.table.name]).fetchall()[0][0]:
            return False
        is_bare = " or ".join(f"{c} is null" for c in people)
        twins = f"""
            select 1
            from {self.row}
            where {self.into.is_open} and ({is_bare})
            group by row_hash, {", ".join(people)}
            having count(*) > 1
            """
        return bool(con.execute(f"select exists ({twins})").fetchall()[0][0])

    def _find_gone(self) -> None:
        """Make `gone`."""
        self.con.execute(
            f"""
            create or replace temp table gone as
            select r.id
            from (select rowid as id from {self.row} where {self.into.is_open}) r
                anti join {self.incoming} m on m.id = r.id
            """
        )

    def _regroup(self) -> None:
        """A log's events of one identity come and go together, so that a run always holds the whole
        group: what stays of a group that changed goes, and comes again."""
        identity = self.table.key
        columns = ", ".join(f"r.{c}" for c in self.plan.columns)
        opened = f"(select rowid as id, * from {self.row} where {self.into.is_open})"
        mine = ", ".join(f"r.{c}" for c in identity)
        self.con.execute(
            f"""
            create or replace temp table stays as
            select id, count(*) as n from {self.incoming} where id is not null group by id;
            create or replace temp table moved as
            select {", ".join(identity)} from came
            union select {mine} from {opened} r join gone g on g.id = r.id
            union select {mine} from {opened} r join stays m on m.id = r.id where m.n <> r.n;
            create or replace temp table regrouped as
            select r.id, r.row_hash, m.n, {columns}
            from {opened} r join stays m on m.id = r.id
                semi join moved v on {same_key(identity, "v", "r")};
            insert into came select row_hash, n, {self.columns} from regrouped;
            insert into gone select id from regrouped
            """
        )


def without_misleading(con: duckdb.DuckDBPyConnection, primary: Plan, raw: Raw) -> Raw:
    """The file without the rows that tell the truth of no table, as its primary table shows."""
    con.execute(
        f"""
        create or replace temp table misleading as
        select distinct row_hash
        from ({primary.values_sql(raw)})
        where {primary.misleading}
        """
    )
    return Raw(
        f"(select * from {raw.sql} where {primary.hashed} not in (from misleading))", raw.has_lines
    )
