"""Which log of a proxy a file is, by the form of its first lines, or by the form that libstats.toml
says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from libstats.errors import FileRefused, NotLoadedYet
from libstats.readers.logs.lines import first_lines
from libstats.readers.logs.log_format import USUAL, USUAL_STARTS, LogFormat, proven
from libstats.readers.logs.proxy_audit import Audit, is_audit
from libstats.readers.logs.proxy_log import ProxyLog
from libstats.readers.logs.proxy_starts import Starts
from libstats.readers.part import Part
from libstats.readers.place import Place

_TIME = re.compile(r"\[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\]")
_START = re.compile(
    r"\d{4}/\d\d/\d\d:\d\d:\d\d:\d\d\t[^\t]*\t[^\t]*\t(?:proxy|local)\t[^\t]*\t[^\t]*"
)
# what names a host, or the door of a proxy
_PROXIED = re.compile(r"[a-z]+://|/login\?", re.IGNORECASE)
# %l says nothing: where something stands in its place, the log has another form
_NO_IDENTITY = re.compile(r"\S* - ")


def probe(place: Place, head: bytes, config: Mapping[str, Any]) -> Part | None:
    """The log that the bytes are; None for other bytes. FileRefused for a log in a form that is to
    be told first, NotLoadedYet for that of another server."""
    if is_audit(head):
        return Audit(place)
    lines, told = first_lines(head), config.get("ezproxy", {})
    given = told.get("log_format")
    if given and LogFormat(given).fits(lines):
        return ProxyLog(place, log_format=LogFormat(given))
    if (start := told.get("spu_format")) and LogFormat(start).fits(lines):
        return Starts(place, log_format=LogFormat(start))
    if _most(_START, lines):
        return Starts(place, log_format=LogFormat(USUAL_STARTS))
    if not _most(_TIME, lines):
        return None
    if not any(map(_PROXIED.search, lines)):
        raise NotLoadedYet(
            f"{place.name}: the log of a web server, not of a proxy: its lines name no host"
        )
    if LogFormat(USUAL).fits(lines) and _most(_NO_IDENTITY, lines):
        return ProxyLog(place, log_format=LogFormat(USUAL))
    raise _other_form(place.name, lines, given)


def _most(form: re.Pattern[str], lines: Sequence[str]) -> bool:
    return 2 * sum(1 for line in lines if form.search(line)) > len(lines)


def _other_form(name: str, lines: Sequence[str], given: str | None) -> FileRefused:
    """The refusal of a log whose form nobody has told, with the one that its lines prove; else with
    the columns that may be one thing or another."""
    guess, doubtful = proven(lines)
    which = "the one that libstats.toml says" if given else "the usual one"
    problem = f"{name}: a log of EZproxy in another LogFormat than {which}"
    copy = (
        "Copy the line LogFormat of EZproxy's config.txt into libstats.toml, below [ezproxy], as"
        " log_format = '...' (between single quotation marks)."
    )
    if doubtful:
        columns = ", ".join(map(str, doubtful))
        copy += (
            f" Its lines do not prove what stands in column{'s' * (len(doubtful) > 1)} {columns}:"
            " a name, a number and a session look alike."
        )
    if guess is None or doubtful or "'" in guess:
        return FileRefused(problem, f"{copy} Nothing of it was loaded.")
    return FileRefused(
        problem,
        f"{copy} Its first lines prove this form:\n\n  [ezproxy]\n  log_format = '{guess}'\n\n"
        "  Where {-} stands nothing is read. Nothing of it was loaded.",
    )
