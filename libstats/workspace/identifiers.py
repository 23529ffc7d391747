"""Which columns of the declared exports hold patrons' numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from libstats import schema
from libstats.sources import sources


def of_patrons(config: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The headings of patrons' numbers, by the export's declaration."""
    people = {name: table.natured("person") for name, table in schema.tables().items()}
    told = {
        source.label: tuple(
            dict.fromkeys(
                heading
                for table, lines in source.lines.items()
                for line in lines
                if line.column in people[table]
                for heading in line.headings
            )
        )
        for source in sources(config)
    }
    return {label: headings for label, headings in told.items() if headings}
