"""The neighbour that circulates on Polaris: a library of three small branches lived day by day, and
the lists that somebody there exported, some of them in part."""

import json
from pathlib import Path

from sample.dice import Dice
from sample.polaris import lists, truth
from sample.polaris.desk import Desk
from sample.polaris.holds import Requests
from sample.polaris.stock import Stock

FOLDER = "polaris"
STREAM = 43


def write(folder: Path, *, seed: int, size: int) -> dict[str, int]:
    """Write all files and their truth below `folder`; return the rows of each, without heading."""
    place = folder / FOLDER
    place.mkdir(exist_ok=True)
    dice = Dice(seed * 100 + STREAM)
    stock = Stock(dice, size=size)
    requests = Requests(dice, stock, size=size)
    desk = Desk(dice, stock, requests, size=size)
    found = {}

    def put(name: str, heading: lists.Row, rows: list[lists.Row]) -> None:
        (place / name).write_bytes(lists.text([heading, *rows]).encode())
        found[f"{FOLDER}/{name}"] = len(rows)

    for listed in lists.copies(stock, desk):
        put(*listed)
    for listed in (*lists.transactions(desk), *lists.holds(requests), lists.organizations()):
        put(*listed)
    told = truth.of(stock, desk, requests) | {"files": dict(sorted(found.items()))}
    text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    (place / "truth.json").write_bytes(text.encode())
    return found
