"""What libstats.toml may hold: its sections, their keys, and what each key wants.

SECTIONS is the whole of it: what does not stand there is a fault, and nothing stands there without
its check. What lies below [export] and [headings] is checked by `faults`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import duckdb

from libstats.definitions import calendar, processes
from libstats.definitions.events import WORDS
from libstats.definitions.invoices import CHECKS, OFF, is_limit, is_off
from libstats.errors import WorkspaceError
from libstats.workspace.codes_given import ROLES, of_call_numbers, of_claims, of_roles
from libstats.workspace.exports_given import of_branches, of_exports, of_sources, of_whole
from libstats.workspace.fault import Fault, nearest
from libstats.workspace.files_given import FILES
from libstats.workspace.harvest_given import HARVEST
from libstats.workspace.logs_given import EZPROXY
from libstats.workspace.mail_given import MAIL
from libstats.workspace.marc_map import is_maps
from libstats.workspace.pull_given import PULL
from libstats.workspace.section import Config, Section, Setting


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_day(value: object) -> bool:
    return type(value) is date


def _is_number(least: int, most: int) -> Callable[[object], bool]:
    return lambda value: type(value) is int and least <= value <= most


def _is_goal(value: object) -> bool:
    return type(value) in (int, float) and 0 < value < 10_000  # type: ignore[operator]


def _is_zone(value: object) -> bool:
    """True for a name of a zone that DuckDB knows; Python's own list is not on every Windows."""
    found = "select count(*) from pg_timezone_names() where name = $1"
    return _is_text(value) and bool(duckdb.execute(found, [value]).fetchall()[0][0])


def is_amount(value: object) -> bool:
    """True for an amount of memory as DuckDB wants it, and with which it can begin to work."""
    found = _AMOUNT.fullmatch(value) if isinstance(value, str) else None
    return found is not None and float(found[1]) * _UNITS[found[2].upper()] >= _LEAST


_AMOUNT = re.compile(r"(\d{1,6}(?:\.\d+)?) ?([KMGT])i?B", re.I)
_UNITS = {"K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_LEAST = 1e7


def _is_columns(value: object) -> bool:
    return isinstance(value, dict) and all(
        _is_text(asked) or (isinstance(asked, list) and all(map(_is_text, asked)))
        for asked in value.values()
    )


def _is_words(value: object) -> bool:
    return isinstance(value, dict) and all(map(_is_text, value.values()))


def _of_forms(
    section: str, keys: Iterable[str], check: Callable[[str, Mapping[str, Any]], None]
) -> Callable[[Mapping[str, Any], Config], Iterator[Fault]]:
    """What finds in a section whose names have keys those that there are not, else what its check
    says."""

    def further(given: Mapping[str, Any], config: Config) -> Iterator[Fault]:
        for name, entry in given.items():
            unknown = [key for key in entry if key not in keys]
            told = f"The keys are: {', '.join(keys)}"
            yield from (
                Fault((section, name, key), "is no key of it", _meant(key, keys) + told)
                for key in unknown
            )
            try:
                if not unknown:
                    check(name, entry)
            except WorkspaceError as error:
                problem = error.problem.partition("]")[2].lstrip(": ")
                yield Fault((section, name), problem, (error.remedy or "").rstrip("."))

    return further


def _kinds_of_work(config: Config) -> list[str]:
    own = config.get("process", {})
    return [*processes.processes(), *(own if isinstance(own, dict) else ())]


def _of_changes(given: Mapping[str, Any], config: Config) -> Iterator[Fault]:
    """Changes of kinds of work that there are not; `given` by their place in the list."""
    names = _kinds_of_work(config)
    for place, entry in given.items():
        if "process" in entry and entry["process"] not in names:
            told = f"The kinds of work are: {', '.join(dict.fromkeys(names))}"
            at = ("change", place, "process")
            meant = nearest(entry["process"], names)
            yield Fault(at, "there is no such kind of work", meant + told)


def _of_goals(given: Mapping[str, Any], config: Config) -> Iterator[Fault]:
    """Goals of kinds of work that there are not."""
    names = _kinds_of_work(config)
    yield from (
        Fault(
            ("goals", name),
            "is no goal: there is no such kind of work",
            f"{nearest(name, names)}The kinds of work are: {', '.join(dict.fromkeys(names))}",
        )
        for name in given
        if name not in names
    )


def _text(example: str) -> Setting:
    return Setting(_is_text, "is not a text", f'"{example}"')


_FLAG = Setting(_is_flag, "is neither true nor false", "true")
_BELOW = Setting(_is_table, "is not a section", "")
SECTIONS = {
    "library": Section(
        "[library]",
        {
            "name": _text("Archmere Library"),
            "cataloguing_agency": _text("ARC"),
            "fiscal_year_starts": Setting(_is_number(1, 12), "is not a month, 1 to 12", "7"),
            "timezone": Setting(_is_zone, "is no zone that is known", '"America/New_York"'),
        },
    ),
    "sources": Section(
        "[sources.NAME]",
        each=_BELOW,
        below={
            "system": Setting(_is_text, "is not a text", '"koha"', is_required=True),
            "columns": Setting(_is_columns, "does not name columns", '{selitem = "oIBlmytf"}'),
        },
        further=of_sources,
    ),
    "export": Section('[export."SYSTEM LIST"]'),
    "headings": Section('[headings."SYSTEM LIST"]'),
    "whole": Section("[whole]", each=_FLAG, further=of_whole),
    "exact": Section("[exact]", each=_FLAG, further=of_exports("exact")),
    "coverage": Section(
        '[coverage."SYSTEM LIST"]',
        each=_BELOW,
        below={
            "selects": Setting(
                WORDS.__contains__, f"is none of: {', '.join(WORDS)}", f'"{WORDS[0]}"'
            ),
            "whole_days": _FLAG,
        },
        further=of_exports("coverage"),
    ),
    "ezproxy": EZPROXY,
    "marc": Section("[marc]", {"map": Setting(is_maps, "is no text, nor a list", '"koha"')}),
    "files": FILES,
    "privacy": Section(
        "[privacy]",
        {
            "forget_after_days": Setting(
                _is_number(0, 36_500), "is not a number of days, 0 to 36500", "90"
            ),
            "purge_exports": _FLAG,
        },
    ),
    "calendar": Section(
        "[calendar.NAME]",
        each=_BELOW,
        further=_of_forms("calendar", calendar.KEYS, calendar.check),
    ),
    "process": Section(
        "[process.NAME]",
        each=_BELOW,
        further=_of_forms("process", processes.KEYS, processes.check),
    ),
    "roles": Section(ROLES, each=_BELOW, further=of_roles),
    "branches": Section(
        "[branches]",
        each=Setting(_is_name, "is no name of a branch", '"Quillbrook Central"'),
        further=of_branches,
    ),
    "vendors": Section("[vendors]", each=Setting(_is_name, "is no name of a vendor", '"Vale"')),
    "goals": Section(
        "[goals]",
        each=Setting(_is_goal, "is no goal: it is not a number of days", "7"),
        further=_of_goals,
    ),
    "change": Section(
        "[[change]]",
        {
            "on": Setting(_is_day, "is not a day", "2025-11-03", is_required=True),
            "what": Setting(_is_text, "is not a text", '"ILL goes out daily"', is_required=True),
            "branch": _text("EAST"),
            "process": _text("ill_borrowing"),
            "rebase": _FLAG,
        },
        further=_of_changes,
        is_repeated=True,
    ),
    "invoices": Section(
        "[invoices]",
        {
            "percent": Setting(is_limit, "is no number of per cent", "5"),
            "amount": Setting(is_limit, "is no amount of money", "1.00"),
            "days": Setting(is_limit, "is no number of days", "30"),
            "off": Setting(is_off, f"names no checks with reasons ({', '.join(CHECKS)})", OFF),
        },
    ),
    "claims": Section(
        "[claims]",
        each=Setting(_is_number(1, 3_650), "is not a number of days, 1 to 3650", "10"),
        further=of_claims,
    ),
    "weeding": Section("[weeding]", {"profile": _text("ours"), "thresholds": _text("weeding.csv")}),
    "call_numbers": Section(
        "[call_numbers]",
        {
            "prefixes": Setting(_is_words, "does not say what words mean", '{"TZ" = "teen"}'),
            "schemes": Setting(_is_words, "does not say schemes of words", '{"LCX" = "lcc"}'),
        },
        further=of_call_numbers,
    ),
    "mail": MAIL,
    "harvest": HARVEST,
    "pull": PULL,
    "duckdb": Section(
        "[duckdb]", {"memory_limit": Setting(is_amount, "is not an amount of memory", '"2GB"')}
    ),
}


def faults(config: Config) -> Iterator[Fault]:
    """Everything in a configuration that is no section or no key, or of the wrong kind."""
    for name, given in config.items():
        section = SECTIONS.get(name)
        if section is None:
            told = f"The sections are: {', '.join(s.heading for s in SECTIONS.values())}"
            yield Fault((name,), "is an unknown section", _meant(name, SECTIONS) + told)
        elif section.is_repeated and _is_list_of_tables(given):
            yield from _of_repeated(name, given, section, config)
        elif section.is_repeated or not isinstance(given, dict):
            form = f"Write {section.heading} on a line of its own, and below it what it holds"
            yield Fault((name,), "is not a section", form)
        else:
            yield from _of_section(name, given, section, config)


def _is_list_of_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_table, value))


def _of_repeated(
    name: str, given: list[Mapping[str, Any]], section: Section, config: Config
) -> Iterator[Fault]:
    entries = {str(place): entry for place, entry in enumerate(given, start=1)}
    found = [
        fault
        for place, entry in entries.items()
        for fault in _of_keys((name, place), entry, section.keys)
    ]
    if section.further and not found:
        found += section.further(entries, config)
    yield from found


def _of_section(
    name: str, given: Mapping[str, Any], section: Section, config: Config
) -> Iterator[Fault]:
    found: list[Fault] = []
    if section.keys:
        found += _of_keys((name,), given, section.keys)
    elif section.each:
        every = dict.fromkeys(given, section.each)
        found += _of_keys((name,), given, every, section.heading)
    if section.below and not found:
        for label, entry in given.items():
            found += _of_keys((name, label), entry, section.below)
    if section.further and not found:
        found += section.further(given, config)
    yield from found


def _of_keys(
    at: tuple[str, ...], given: Mapping[str, Any], keys: Mapping[str, Setting], form: str = ""
) -> Iterator[Fault]:
    for key, value in given.items():
        wanted = keys.get(key)
        if wanted is None:
            known = (name for name, setting in keys.items() if not setting.remedy)
            told = f"{_meant(key, keys)}The keys are: {', '.join(known)}"
            yield Fault((*at, key), "is no key of it", told)
        elif not wanted.is_right(value):
            name = key if re.fullmatch(r"[\w-]+", key, re.A) else f'"{key}"'
            right = f"Write for example {name} = {wanted.example}"
            told = right if wanted.example else f"Write {form} and its keys below it"
            yield Fault((*at, key), wanted.problem, wanted.remedy or told)
    yield from (
        Fault(at, f"lacks its {key}", f"Write below it: {key} = {wanted.example}")
        for key, wanted in keys.items()
        if wanted.is_required and key not in given
    )


def _meant(wrong: str, names: Iterable[str]) -> str:
    """What was meant: a key of another section, or a name like it."""
    places = {key: s.heading for s in SECTIONS.values() for key in (*s.keys, *s.below)}
    if wrong in places:
        return f"{wrong} stands below {places[wrong]}. "
    return nearest(wrong, names)
