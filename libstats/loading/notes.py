"""What a receipt says beside its counts, however the file was settled."""

from __future__ import annotations

import duckdb

from libstats.declaration.marc_sources import RECORDS
from libstats.loading.incoming import Clock, Incoming
from libstats.loading.receipt import counted
from libstats.store import ledger

BATCH = 5_000  # records: what has more is a catalogue, of which nobody looks at each
BROKE_OFF = "the export broke off: its last line is no whole row. Export it again"


def broke_off(incoming: Incoming) -> str:
    """That a file ends in the middle: of lines where it is lines, of a record where it is MARC."""
    return incoming.part.where_cut() or BROKE_OFF


def rejected(seq: int) -> str:
    """Where the rejected rows are told of."""
    return f"`libstats rejects {seq}` lists the rejected rows"


def of_rows(seq: int, *, are_rejected: bool, doubted: int) -> list[str]:
    """Where rows are told of that were rejected, and those that count though something in them is
    not known; nothing where there are none."""
    found = [rejected(seq)] if are_rejected else []
    if doubted:
        told = f"{counted(doubted, 'row')} counted of which something is not known"
        found.append(f"{told}: `libstats rejects {seq}` says what")
    return found


def tells_nothing(rows: int, table: str) -> str:
    """What is said of rows that a table that rides along cannot take."""
    tell = "tells" if rows == 1 else "tell"
    return f"{counted(rows, 'row')} {tell} nothing of {table}: a value for it is unreadable"


def loaded_already(seq: int, counts: dict[str, int]) -> str:
    """What is said of a file that is load `seq` already, of whose rows that became."""
    if 0 < counts.get("rejected", 0) == sum(counts.values()):
        return (
            f"the same file is load {seq} already, of which no row could be read:"
            f" `libstats rejects {seq}` says why. Load it again once it is mended"
        )
    return f"the same file is load {seq} already; nothing to do"


def of_no_copy(seq: int, numbers: int, unknown: int, *, has_copies: bool) -> list[str]:
    """What is said of a list of scans with numbers of no copy on record."""
    if not unknown:
        return []
    told = f"{unknown:,} of its {counted(numbers, 'number')} {'is' if unknown == 1 else 'are'}"
    kept = "What is kept of them is a keyed hash"
    if not has_copies:
        return [f"{told} of no copy yet: load the list of your copies. {kept} until then"]
    if unknown * 2 <= numbers:
        return [f"{told} of no copy on record. {kept}"]
    return [
        f"{told} of no copy on record: is this a list of patrons? `libstats undo {seq}` takes it"
        f" back. If the copies are new, load your newest list of copies. {kept}"
    ]


def same_scans(con: duckdb.DuckDBPyConnection, seq: int) -> list[str]:
    """What is said of a list of scans most of which another list saw on the same day: it may be
    that one's correction, which nothing else tells from a second round."""
    rows = con.execute(
        f"""
        with scan as (
            select l.seq, r.list_id, r.barcode, r.scanned_at::date as day
            from shelf_scan__row r
            join load l
                on l.export_id = r.export_id
                and r.from_seq <= l.seq
                and l.seq < coalesce(r.until_seq, {ledger.LATEST})
            where l.undone_seq is null
        )
        select o.seq
        from scan o
        join scan m using (barcode, day)
        where m.seq = $1 and o.list_id <> m.list_id
        group by o.seq
        having 2 * count(distinct barcode)
            > (select count(distinct barcode) from scan where seq = $1)
        order by o.seq
        """,
        [seq],
    ).fetchall()
    return [
        f"load {other} saw most of it on the same day, in another list. Is this its correction,"
        f" take that one back: `libstats undo {other}`"
        for (other,) in rows
    ]


def same_isbn(con: duckdb.DuckDBPyConnection, seq: int) -> list[str]:
    """What is said of a batch of records with titles whose ISBN another title has already, be it of
    another system: they may be there twice."""
    ((number, first),) = con.execute(
        r"""
        with told as (
            select
                r.source,
                r.title_id,
                r.from_seq = $1 as is_new,
                -- what a number of 10 and of 13 digits have in common
                regexp_extract(
                    replace(r.isbn, '-', ''), '\b(?:97[89])?(\d{9})[\dXx]\b', 1
                ) as isbn
            from title__row r join load l on l.seq = r.from_seq
            where l.undone_seq is null and r.from_seq <= $1
        ),
        twice as (
            select distinct n.title_id
            from told n join told o using (isbn)
            where n.is_new and isbn <> '' and (n.source, n.title_id) <> (o.source, o.title_id)
        )
        select
            count(*),
            list(title_id order by length(title_id), title_id)[:3]
        from twice
        """,
        [seq],
    ).fetchall()
    if not number:
        return []
    named = ", ".join(first) + (", ..." if number > len(first) else "")
    have = "has" if number == 1 else "have"
    return [
        f"{counted(number, 'title')} ({named}) {have} an ISBN that another title has too: are these"
        " one? Look before you add them to the catalogue"
    ]


def of_file(
    incoming: Incoming, seq: int, clock: Clock, rows_read: int, *, is_to_come: bool
) -> list[str]:
    """What is to be said of a file that is load `seq`. For who has entered it."""
    found = []
    if incoming.is_whole and ledger.held(incoming.job.con, seq, at=seq):
        found.append(
            "it has far fewer rows than the one before, looks cut or has lines that cannot be read."
            f" What it lacks is kept until you run `libstats confirm {seq}`"
        )
    found += incoming.primary.repeated()
    if incoming.lacks_groups:
        found.append(
            "some groups are declared to be of cards that stand for places, and its rows leave out"
            " a card's group. So which of its patrons are such cards is not known. Add the group to"
            f" the report, or name the cards themselves: [roles.{incoming.instance}."
            f"{incoming.primary.table.name}.card]"
        )
    if lacks := incoming.part.lacks(rows_read):
        found.append(lacks)
    if incoming.source.tells_zones and incoming.job.workspace.timezone is None:
        found.append(
            "its times may say their zone and are taken as they are written; [library] timezone in"
            " libstats.toml turns them into the library's own clock"
        )
    if incoming.source.name == RECORDS and rows_read <= BATCH:
        found += same_isbn(incoming.job.con, seq)
    if is_to_come:
        found.append(
            "the time of its export is still to come: that of this load was taken instead. Is its"
            " day wrong, or the clock of this computer?"
        )
    if clock.is_set_back:
        found.append(
            "the clock of this computer is set back: it is before the last load"
            f" ({clock.loaded_at:%Y-%m-%d %H:%M}); set it right"
        )
    return found
