"""The sample library: a made-up system lived day by day, and the exports that its systems would
have written."""

import json
import re
from functools import partial
from pathlib import Path

from sample import (
    alma,
    by_hand,
    cataloguing,
    digital_lending,
    eresources,
    hours,
    illiad,
    machines,
    marc,
    planted,
    polaris,
    proxy,
    readme,
    serials,
    truth,
    vendors,
)
from sample.dice import Dice
from sample.exports import Exports
from sample.ill import Requests
from sample.library import Library
from sample.loans import write_loans
from sample.orders import Orders

__all__ = ["write", "write_loans"]

ILL_STREAM, ORDERS_STREAM = 765, 2
"""Each desk draws chance of its own, so that what is changed at one leaves the others as they were.
"""


def write(folder: Path, *, seed: int = 2026, size: int = 1) -> Path:
    """Write the exports of the sample library, their truth and a README to `folder`, and return it.

    folder: made if it is not there; files of the same name are replaced. seed: another seed is
    another library; the same seed gives the same bytes on every machine. size: 1 has about 1,400
    items, 28,000 events and 1,800 requests at the ILL desk; n has n times as many of everything.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    library = Library(seed, size=size)
    exports = Exports(folder)
    library.live(partial(exports.present, library))
    exports.past(library)
    desk = Requests(Dice(seed * 100 + ILL_STREAM), size=size)
    orders = Orders(Dice(seed * 100 + ORDERS_STREAM), size=size)
    files = (
        illiad.write(folder, desk.all)
        | alma.write(folder, orders)
        | cataloguing.write(folder, orders)
        | by_hand.write(folder, library)
        | serials.write(folder)
        | digital_lending.write(folder, library)
        | eresources.write(folder)
        | proxy.write(folder)
        | machines.write(folder, library)
    )
    messages = marc.write(folder, library) | vendors.write(folder, orders)
    _put(
        folder / "truth.json",
        _json(
            truth.of(library, exports, seed)
            | truth.of_desks(library, desk, orders, files)
            | {
                "planted": planted.truth(library, desk, orders),
                "messages": dict(sorted(messages.items())),
                "marc": marc.truth(library),
                "invoices": vendors.truth(orders),
                "by_hand": by_hand.truth(library),
                "serials": serials.truth(),
                "digital_lending": digital_lending.truth(library),
                "eresources": eresources.truth(),
                "proxy": proxy.truth(),
                "machines": machines.truth(library),
            }
        ),
    )
    neighbour = polaris.write(folder, seed=seed, size=size)
    _put(folder / hours.EXAMPLE, hours.configuration())
    _put(folder / "README.md", readme.text(exports.rows, files | messages | neighbour))
    return folder


def _json(found: dict[str, object]) -> str:
    """Return the truth as JSON, one value a line, but lists of plain values in one."""
    text = json.dumps(found, ensure_ascii=False, indent=1)
    return (
        re.sub(r"\[\s+([^][{}]+?)\s+\]", lambda plain: "[" + " ".join(plain[1].split()) + "]", text)
        + "\n"
    )


def _put(path: Path, text: str) -> None:
    """Write `text` to `path`."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
