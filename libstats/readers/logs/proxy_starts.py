"""The log of starting points of EZproxy (LogSPU): a line each time somebody goes to a database from
one of its links."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from libstats.readers.logs import lines
from libstats.readers.logs.log_format import LogFormat
from libstats.readers.logs.parting import parted
from libstats.readers.logs.proxy_log import OTHER_FORM
from libstats.readers.part import Advance, Count, Damaged, Part, idle

TIME, HOST, SESSION = "time of start", "host started", "session of start"
USER, ACCESS = "user of start", "proxy or local"
_EACH = """
        select number, strftime(moment, '%Y-%m-%d %H:%M:%S'), host, session, user,
            lower(access), if(moment is null, text, '')
        from told
        order by number"""


@dataclass(frozen=True)
class Starts(Part):
    """The log as a table, by the form of its lines."""

    log_format: LogFormat = field(default_factory=lambda: LogFormat(""))

    @property
    def form(self) -> str:
        """What its bytes are."""
        return f"log of starting points of EZproxy, LogSPU {self.log_format.directive}"

    def headers(self) -> Iterator[Starts]:
        """The log under its headings, which do not stand in it."""
        told = self.log_format.fields
        optional = [h for h, name in ((USER, "user"), (ACCESS, "access")) if name in told]
        yield replace(self, header=(TIME, HOST, SESSION, *optional), is_bare=True)

    def firsts(self) -> Iterator[tuple[Starts, list[list[str]]]]:
        """Nothing: it is recognised by its form."""
        yield from ()

    def count(self, advance: Advance = idle) -> Count:
        """Fingerprint it and count its lines."""
        return lines.count(self.place, advance)

    def records(
        self, counted: Count | None = None, advance: Advance = idle
    ) -> Iterator[tuple[int, list[str]]]:
        """(line, fields) of every line."""
        for block in parted(self.place, self.log_format):
            for number, moment, host, session, user, access, text in block.ask(_EACH):
                if moment is None:
                    yield block.above + number, Damaged(OTHER_FORM, text)
                    continue
                beside = [t for h, t in ((USER, user), (ACCESS, access)) if h in self.header]
                yield block.above + number, [moment, host, session, *beside]
