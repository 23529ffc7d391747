"""The law of the store in plain Python: what the current tables must be, whatever was loaded and
undone in whatever order.

Slow on purpose, and written without a look at fold.py. A load is a `Told`; `items` and `events` are
the law for a keyed table with a second name and for a keyless log.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

STICKY = ("owning_branch", "title_id")
CLEARABLE = ("call_number", "status")


@dataclass
class Told:
    """One load: its entry, what it is, its rows as dicts of canonical columns, and when it was
    confirmed or undone."""

    seq: int
    table: str
    columns: tuple[str, ...]
    rows: list[dict[str, str | None]]
    rank: tuple[int, str]
    kind: str
    whole: bool = False
    scoped: bool = False
    confirmed: int | None = None
    undone: int | None = None
    source: str = "test"
    is_changed: bool = False
    unread: tuple[dict[str, str | None], ...] = ()
    beside: tuple[dict[str, str | None], ...] = ()


def active(loads: list[Told], table: str, at: int) -> list[Told]:
    """The loads of a table that count at an entry, in rank order."""
    found = [
        x for x in loads if x.table == table and x.seq <= at and (x.undone is None or x.undone > at)
    ]
    return sorted(found, key=lambda x: x.rank)


def _aliases(loads: list[Told]) -> dict[str, str]:
    newest: dict[str, tuple[tuple[int, str], str]] = {}
    for load in loads:
        for row in load.rows:
            if row.get("item_id") and row.get("barcode"):
                newest[row["barcode"]] = max(
                    newest.get(row["barcode"], ((-1, ""), "")), (load.rank, row["item_id"])
                )
    return {barcode: own for barcode, (_, own) in newest.items()}


def _believed(loads: list[Told], at: int) -> list[tuple[Told, tuple[str, ...] | None]]:
    """The whole-state loads that retire what they lack: not one that shrank by over 2 %, over the
    branches that it speaks of, and was not confirmed."""
    found: list[tuple[Told, tuple[str, ...] | None]] = []
    baseline: dict[str | None, int] = {}
    for load in loads:
        if not load.whole:
            continue
        scope = (
            tuple(sorted({r["owning_branch"] for r in load.rows if r["owning_branch"]}))
            if load.scoped
            else None
        )
        counts = {
            b: sum(1 for r in load.rows if scope is None or r["owning_branch"] == b)
            for b in scope or (None,)
            if scope != ()
        }
        confirmed = load.confirmed is not None and load.confirmed <= at
        if confirmed or sum(counts.values()) >= 0.98 * sum(baseline.get(b, 0) for b in counts):
            baseline |= counts
            found.append((load, scope))
    return found


def _is_about(row: dict[str, str | None], key: str, folded: dict[str, str | None]) -> bool:
    """True if a row of a whole list that was rejected names the item, by its number or else by its
    newest barcode."""
    own, barcode = row.get("item_id"), row.get("barcode")
    return own == key if own else barcode is not None and barcode == folded.get("barcode")


def items(loads: list[Told], at: int) -> tuple[dict[str, tuple[str | None, ...]], set[str]]:
    """(key -> item_id, barcode, sticky columns, clearable columns; keys that are gone)."""
    loads = active(loads, "item", at)
    aliases = _aliases(loads)
    by_rank: dict[str, dict[tuple[int, str], list[tuple[Told, dict[str, str | None]]]]] = (
        defaultdict(lambda: defaultdict(list))
    )
    for load in loads:
        for row in load.rows:
            key = (
                row.get("item_id")
                or aliases.get(row.get("barcode") or "")
                or f"barcode:{row['barcode']}"
            )
            by_rank[key][load.rank].append((load, row))
    state, gone = {}, set()
    believed = _believed(loads, at)
    for key, ranks in by_rank.items():
        folded: dict[str, str | None] = {}
        for rank in sorted(ranks):
            for column in ("item_id", "barcode", *STICKY, *CLEARABLE):
                told = [row.get(column) for load, row in ranks[rank] if column in load.columns]
                values = [v for v in told if v is not None]
                if values:
                    folded[column] = max(values)
                elif told and column in CLEARABLE:
                    folded[column] = None
        state[key] = tuple(folded.get(c) for c in ("item_id", "barcode", *STICKY, *CLEARABLE))
        seen = max(
            [rank[0] for rank in ranks]
            + [
                load.rank[0]
                for load in loads
                if any(_is_about(row, key, folded) for row in load.unread)
            ]
        )
        if any(
            load.rank[0] > seen and (scope is None or folded.get("owning_branch") in scope)
            for load, scope in believed
        ):
            gone.add(key)
    return state, gone


def keyed(loads: list[Told], table: str, key: str, column: str, at: int) -> dict[str, str | None]:
    """Key -> sticky column of a table without second names, which may ride along in another table's
    files."""
    state: dict[str, str | None] = {}
    ranks: dict[str, tuple[int, str]] = {}
    of = {"title": "item"}.get(table, table)
    for load in active(loads, of, at):
        if column not in load.columns:
            continue  # a file with the keys alone tells nothing of such a table
        for row in (*load.rows, *load.beside):
            own, value = row.get(key), row.get(column)
            if not own:
                continue
            if value and ranks.get(own) == load.rank:
                state[own] = max(value, state.get(own) or "")
            elif value:
                state[own], ranks[own] = value, load.rank
            state.setdefault(own, None)
    return state


def bare(loads: list[Told], table: str, key: tuple[str, ...]) -> set[tuple[str | None, ...]]:
    """(source, key) of what the newest of all loads, undone ones too, that tell of patrons shows
    only without a patron."""
    newest: dict[tuple[str | None, ...], tuple[tuple[int, str], bool]] = {}
    for load in loads:
        if load.table == table and "patron_key" in load.columns:
            for row in load.rows:
                name = (load.source, *(row[c] for c in key))
                rank, is_bare = newest.get(name, ((-1, ""), True))
                if load.rank >= rank:
                    newest[name] = (
                        load.rank,
                        row["patron_key"] is None and (is_bare or load.rank > rank),
                    )
    return {name for name, (_, is_bare) in newest.items() if is_bare}


def events(loads: list[Told], at: int) -> list[tuple[str | None, ...]]:
    """Every event: for each time, branch and type, those of the load that has most, the newest of
    those."""
    best: dict[tuple[str | None, ...], list[tuple[str | None, ...]]] = {}
    for load in active(loads, "circulation_event", at):
        groups = defaultdict(list)
        for row in load.rows:
            groups[(row["happened_at"], row["branch"], row["kind_as_exported"])].append(
                row.get("item_id")
            )
        for identity, told in groups.items():
            if identity not in best or len(told) >= len(best[identity]):
                best[identity] = [(*identity, item) for item in told]
    return sorted((event for told in best.values() for event in told), key=repr)
