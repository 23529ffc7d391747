"""One file a system. Every `Source` and `LeftAlone` that a module here defines is known to libstats."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from libstats.source import LeftAlone, Source


@cache
def declared() -> tuple[Source | LeftAlone, ...]:
    """Every declaration of every module of this package, in the order of files and lines."""
    found: list[Source | LeftAlone] = []
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        names = vars(importlib.import_module(f"{__name__}.{module.name}")).values()
        found += [value for value in names if isinstance(value, (Source, LeftAlone))]
    return tuple(found)


def sources() -> tuple[Source, ...]:
    """The declarations that load something."""
    return tuple(d for d in declared() if isinstance(d, Source))
