"""What libstats.toml says that codes mean: of copies, holds and requests, in [roles], of call
numbers, in [call_numbers], and of how often serials come, in [claims]."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from libstats.definitions.claim_days import CLAIM_DAYS
from libstats.workspace.fault import Fault, nearest

__all__ = ["ROLES", "of_call_numbers", "of_claims", "of_roles", "own_exports"]

Config = Mapping[str, Any]
ROLES = "[roles.SOURCE.TABLE.FIELD]"


def own_exports(config: Config) -> Mapping[str, Any]:
    """The exports that a library declares itself."""
    own = config.get("export", {})
    return own if isinstance(own, dict) else {}


def of_roles(given: Mapping[str, Any], config: Config) -> Iterator[Fault]:
    """Meanings of codes: of sources, tables and columns that there are not, and words that mean
    nothing there."""
    from libstats.definitions import roles
    from libstats.sources import sources

    own = {label.split(" ")[0] for label in own_exports(config)}
    places = sorted({*config.get("sources", {}), *own, *(s.system for s in sources())})
    for source, tables in given.items():
        at: tuple[str, ...] = ("roles", source)
        if source not in places:
            yield _unlisted(at, "is no source", source, places, "sources")
            continue
        for table, fields in tables.items():
            if table not in roles.FIELDS:
                yield _unlisted((*at, table), "is no table of codes", table, roles.FIELDS, "tables")
            elif not isinstance(fields, dict):
                yield Fault((*at, table), "is not a section", f"Write {ROLES} and codes below it")
            else:
                yield from _of_codes((*at, table), table, fields, config)


def _of_codes(
    at: tuple[str, ...], table: str, fields: Mapping[str, Any], config: Config
) -> Iterator[Fault]:
    from libstats.definitions import roles

    for field, codes in fields.items():
        words = roles.words(table, field, config)
        if field not in roles.FIELDS[table]:
            told = "columns"
            yield _unlisted((*at, field), "is no column of codes", field, roles.FIELDS[table], told)
        elif not isinstance(codes, dict):
            yield Fault((*at, field), "is not a section", f"Write {ROLES} and codes below it")
        else:
            yield from (
                _unlisted(
                    (*at, field, code), f"means {word!r}, which is no role", word, words, "roles"
                )
                for code, word in codes.items()
                if word not in words
            )
            yield from _twice((*at, field), codes)


def _twice(at: tuple[str, ...], codes: Iterable[str]) -> Iterator[Fault]:
    """Codes that are compared as one, and said to mean something twice."""
    from libstats.definitions.roles import fold

    seen: dict[str, str] = {}
    for code in codes:
        first = seen.setdefault(fold(code), code)
        if first != code:
            yield Fault((*at, code), f"is the same code as {first}", "Leave one of them out")


def _unlisted(
    at: tuple[str, ...], problem: str, wrong: object, names: Iterable[str], what: str
) -> Fault:
    listed = f"The {what} are: {', '.join(names)}"
    return Fault(at, problem, nearest(str(wrong), names) + listed)


def of_call_numbers(given: Mapping[str, Any], config: Config) -> Iterator[Fault]:
    """Words before call numbers that mean nothing known, and schemes that there are not."""
    from libstats.definitions.call_numbers import MEANINGS, SCHEMES

    for key, what, allowed in (("prefixes", "meaning", MEANINGS), ("schemes", "scheme", SCHEMES)):
        for word, said in given.get(key, {}).items():
            here = ("call_numbers", key, word)
            if said not in allowed:
                told = f"{nearest(said, allowed)}The {what}s are: {', '.join(allowed)}"
                yield Fault(here, f"{said} is no {what}", told)
            elif key == "prefixes" and not re.search(r"[^\W\d_]", word):
                yield Fault(here, "has no letter", "Write the word as it stands on the labels")


def of_claims(given: Mapping[str, Any], config: Config) -> Iterator[Fault]:
    """Days until a claim of what comes as often as no serial does."""
    for name in (name for name in given if name not in CLAIM_DAYS):
        told = f"{nearest(name, CLAIM_DAYS)}They are: {', '.join(CLAIM_DAYS)}"
        yield Fault(("claims", name), "is no word for how often a serial comes", told)
