"""What cannot be below nothing, a price of an order or a count, is rejected with the reason."""

from __future__ import annotations

from pathlib import Path

import libstats
from libstats.workspace.workspace import Workspace
from tests.support.cases import configured
from tests.support.files import write

GATE = """
[export."gate hours"]
recognise = ["Site", "Hour beginning", "In"]
dates = "year first, as in 2026-10-31"
[export."gate hours".fills]
manual_count = '''
    'visits' as measure,
    'all' as kind,
    "Site" as branch,
    iso_date("Hour beginning") as starts_on,
    iso_date("Hour beginning") as ends_on,
    whole_number("In") as value
'''
"""
ORDERS = (
    "ordernumber,basketno,orderstatus,quantity,listprice,ecost,unitprice\n"
    "1,1,ordered,1,0,35.00,0\n2,1,ordered,1,-1,,\n3,1,ordered,1,,-35.00,\n4,1,ordered,1,,,-2\n"
)


def test_a_price_and_a_count_below_nothing_are_rejected(
    workspace: Workspace, tmp_path: Path
) -> None:
    """One order of four is sound, and one hour of two: 0 is a price and a count."""
    place = configured(workspace, GATE)
    gate = "Site,Hour beginning,In\nEAST,2026-10-01,-4\nEAST,2026-10-02,0\n"
    for name, text in (("aqorders", ORDERS), ("gate-hours", gate)):
        libstats.load(place, [write(tmp_path / f"{name}-2026-10-31.csv", text)])
    with libstats.open(place) as con:
        told = con.sql("select line, heading, reason, shape from rejected_row order by all")
        assert told.fetchall() == [
            (2, "In", "not an amount, or outside value >= 0", "-9"),
            (3, "listprice", "not an amount, or outside list_price >= 0", "-9"),
            (4, "ecost", "not an amount, or outside estimated_price >= 0", "-99.99"),
            (5, "unitprice", "not an amount, or outside unit_price >= 0", "-9"),
        ]
        assert con.sql("select estimated_price from order_line").fetchall() == [(35,)]
        assert con.sql("select value from manual_count").fetchall() == [(0,)]
