"""The main log of EZproxy, in whatever LogFormat.

A page that is opened is fifty lines of it: pictures, scripts. Of all lines of one session at one
host on one day with one outcome one row is written; the others are counted as told already.
Addresses, the rest of the address of a page (searches, tickets, titles) and what programs say of
themselves never leave `parting.py`.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from libstats.readers.logs import lines
from libstats.readers.logs.log_format import LogFormat
from libstats.readers.logs.parting import THE_PROXY, Block, parted
from libstats.readers.part import Advance, Count, Damaged, Normalised, Part, Wanted, idle

VISIT, DAY, HOST, OUTCOME = "visit", "day of visit", "host visited", "outcome of visit"
SESSION, USER, GROUPS = "proxy session", "proxy user", "proxy groups"
OTHER_FORM = "the line has not the form of the others, or of the LogFormat in libstats.toml"
MEMORY = 1 << 28
# what is held of a row: its first line, its user and groups
Beside = tuple[int, str, str]
# so many different rows are held before they are written
AT_ONCE = 1 << 16
_EACH = """
        select
            number,
            session,
            day::varchar,
            host,
            outcome,
            user,
            groups,
            if(day is null, text, '')
        from told
        order by number"""
_VISITS = """
        select min(number), session, day::varchar, host, outcome, status, max(user), max(groups),
            sum(n)::bigint
        from told
        group by session, day, host, outcome, status
        order by 1"""
_DAYLESS = "select number from told where day is null order by number"


@dataclass(frozen=True)
class ProxyLog(Part):
    """The log as a table, by the form of its lines. `statuses`: its lines by status, and `hosts`
    those of the proxy itself, for who has written it anew."""

    log_format: LogFormat = field(default_factory=lambda: LogFormat(""))
    statuses: Counter[str] = field(default_factory=Counter, compare=False, repr=False)
    hosts: Counter[str] = field(default_factory=Counter, compare=False, repr=False)

    @property
    def form(self) -> str:
        """What its bytes are."""
        return f"log of EZproxy, LogFormat {self.log_format.directive}"

    @property
    def enough_memory(self) -> int | None:
        """A quarter of a gigabyte: it is read in blocks."""
        return MEMORY

    def headers(self) -> Iterator[ProxyLog]:
        """The log under its headings, which do not stand in it."""
        optional = [(USER, "user"), (GROUPS, "groups")]
        found = [heading for heading, name in optional if name in self.log_format.fields]
        header = (VISIT, DAY, HOST, OUTCOME, SESSION, *found)
        yield replace(self, header=header, is_bare=True)

    def firsts(self) -> Iterator[tuple[ProxyLog, list[list[str]]]]:
        """Nothing: it is recognised by its form."""
        yield from ()

    def count(self, advance: Advance = idle) -> Count:
        """Fingerprint it and count its lines."""
        return lines.count(self.place, advance)

    def records(
        self, counted: Count | None = None, advance: Advance = idle
    ) -> Iterator[tuple[int, list[str]]]:
        """(line, fields) of every line, a row each."""
        for block in parted(self.place, self.log_format):
            for number, session, day, host, outcome, user, groups, text in block.ask(_EACH):
                if day is None:
                    yield block.above + number, Damaged(OTHER_FORM, text)
                else:
                    told = (session, day, host, outcome)
                    yield block.above + number, self._row(told, user, groups)

    def _row(self, told: tuple[str, ...], user: str, groups: str) -> list[str]:
        session, *visit = told
        beside = [t for name, t in ((USER, user), (GROUPS, groups)) if name in self.header]
        return ["\x1e".join(told), *visit, session, *beside]

    def remarks(self) -> list[str]:
        """Its lines by status."""
        told = [f"{status} {n:,}" for status, n in sorted(self.statuses.items())]
        own = self.hosts[THE_PROXY]
        return [
            *([f"lines by status: {', '.join(told)}"] if told else []),
            *([f"lines of the proxy's own pages, which are no visits: {own:,}"] if own else []),
        ]

    def write_anew(
        self, target: Path, wanted: Wanted, counting: Callable[[], Count], advance: Advance = idle
    ) -> Normalised:
        """Write its rows to `target`, each once."""
        found = Normalised(target)
        self.statuses.clear()
        self.hosts.clear()
        # what tells one visit from another holds the session: it is hashed as that is
        # one session is at several hosts, one user in many sessions
        change = dict(wanted.change)
        for place, how in wanted.change.items():
            change[place] = lru_cache(AT_ONCE)(how)
        change[self.header.index(VISIT)] = wanted.change[self.header.index(SESSION)]
        everything = replace(wanted, change=change)
        with target.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
            held = dict[tuple[str, ...], Beside]()
            for block in parted(self.place, self.log_format):
                self._hold(block, held, found)
                if len(held) >= AT_ONCE:
                    writer.writerows(everything.written(self._rows(held)))
                    held = {}
            writer.writerows(everything.written(self._rows(held)))
        return found

    def _hold(self, block: Block, held: dict[tuple[str, ...], Beside], found: Normalised) -> None:
        """Take a block's rows up among those held already."""
        is_dayless = False
        for number, session, day, host, outcome, status, user, groups, n in block.ask(
            _VISITS, are_alike=True
        ):
            if day is None:
                is_dayless = True
                continue
            found.records += n
            self.statuses[str(status or "none")] += n
            self.hosts[host] += n
            told = (session, day, host, outcome)
            before = held.get(told)
            found.folded += n - (before is None)
            held[told] = (
                (before[0], max(before[1], user), max(before[2], groups))
                if before
                else (block.above + number, user, groups)
            )
        if is_dayless:
            dayless = block.ask(_DAYLESS)
            found.records += len(dayless)
            found.damaged += [(block.above + number, OTHER_FORM) for (number,) in dayless]

    def _rows(self, held: dict[tuple[str, ...], Beside]) -> list[tuple[int, list[str]]]:
        return [
            (line, self._row(told, user, groups)) for told, (line, user, groups) in held.items()
        ]
