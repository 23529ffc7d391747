"""What each table tells of: a case ends with any of the days that its table has for an end."""

from __future__ import annotations

import re

import pytest

from libstats.definitions.events import TOLD
from libstats.definitions.processes import processes

# what comes behind an end and is none: money runs beside, a binder has what came; and a hold that
# stands ready is on its list still
NO_END = {"invoiced", "paid", "ready", "finished"}


@pytest.mark.parametrize("name", processes())
def test_an_end_of_every_column(name: str) -> None:
    process = processes()[name]
    ends = {*process.done, *process.behind, *process.given_up} - NO_END
    for read in process.read:
        told = TOLD[read.table]
        for milestone in ends & set(read.reached) if told.kind == "case" else ():
            column = re.fullmatch(r"t\.(\w+)", read.moment(milestone))
            if column:
                words = re.findall(r"\w+", told.ended_at)
                assert column[1] in words, (name, milestone, column[1])
                is_open = re.findall(r"\w+", told.is_open)
                assert column[1] in is_open, (name, milestone, column[1])


@pytest.mark.parametrize("table", [name for name, told in TOLD.items() if told.ended_at])
def test_what_has_an_end_is_not_open(table: str) -> None:
    columns = set(re.findall(r"\w+", TOLD[table].ended_at)) - {"coalesce", "timestamp"}
    changes = {"updated_at", "status_since", "completed_on"}
    assert columns - changes <= set(re.findall(r"\w+", TOLD[table].is_open))
