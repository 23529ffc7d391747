"""What libstats.toml says of COUNTER's API: the address of a platform, and which reports to ask
for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from libstats.readers.service import is_safe
from libstats.workspace.fault import Fault
from libstats.workspace.section import Config, Section, Setting

__all__ = ["HARVEST", "KEYS", "RELEASES", "variable"]

RELEASES = ("5.1", "5")
KEYS = ("customer_id", "requestor_id", "api_key")
_REPORT = re.compile(r"(?:PR|DR|TR|IR)(?:_[A-Z]\d)?")


def _is_address(value: object) -> bool:
    """True for a safe address without a user."""
    return is_safe(value) and not urlsplit(str(value)).username


def _is_list_of_reports(value: object) -> bool:
    """True for numbers of COUNTER reports."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(each, str) and _REPORT.fullmatch(each) for each in value)
    )


def variable(name: str, key: str) -> str:
    """The variable of the environment that holds a key of a platform.

    >>> variable("blue-shelf", "api_key")
    'LIBSTATS_HARVEST_BLUE_SHELF_API_KEY'
    """
    return f"LIBSTATS_HARVEST_{re.sub(r'[^A-Za-z0-9]', '_', name)}_{key}".upper()


def _faults(given: Mapping[str, Any], config: Config) -> Iterator[Fault]:
    """Names that a variable of the environment cannot have."""
    yield from (
        Fault(("harvest", name), "is no name of a platform", "Use letters, digits and hyphens")
        for name in given
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", name)
    )


def _key(key: str) -> Setting:
    """A key, which no value is right for."""
    return Setting(
        lambda value: False,
        "does not belong into this file, which others read and copy",
        "",
        remedy=f"Take it out, and set it in the environment: of a platform NAME as"
        f" {variable('NAME', key)}",
    )


HARVEST = Section(
    "[harvest.NAME]",
    each=Setting(lambda value: isinstance(value, dict), "is not a section", ""),
    below={
        "url": Setting(
            _is_address,
            "is not the address of an API: https, and nothing behind a question mark",
            '"https://counter.archmere.example"',
            is_required=True,
        ),
        "reports": Setting(
            _is_list_of_reports,
            "does not list reports of COUNTER",
            '["TR_J1", "DR"]',
            is_required=True,
        ),
        "release": Setting(RELEASES.__contains__, "is neither 5 nor 5.1", '"5.1"'),
        "platform": Setting(
            lambda value: isinstance(value, str) and bool(value.strip()),
            "is not a text",
            '"Blue Shelf"',
        ),
        **{key: _key(key) for key in KEYS},
    },
    further=_faults,
)
