"""Whatever order the sample's files come in, and however often: the same tables, and the same
report to the byte.

python -m tests.loading.test_orders 10      ten random orders
"""

from __future__ import annotations

import hashlib
import random
import sys
import tempfile
from pathlib import Path

import pytest

import libstats
from libstats import report, schema
from libstats.cli import demo

REPORTS = ("circulation", "digital", "ill", "collection", "summary", "explore")


def made(
    folder: Path, seed: int | None, reports: tuple[str, ...] = REPORTS
) -> tuple[dict[str, str], dict[str, str]]:
    """Fingerprints of every table and report of the sample library, its files loaded in an order of
    their own: in halves that overlap, some twice.

    Without a seed in the order of their names, at once.
    """
    place = demo.empty(folder)
    place.key_file.write_text(
        "5" * 64 + "\n", encoding="ascii"
    )  # else every workspace has other keys of patrons
    files = sorted(p for p in place.exports.rglob("*") if p.is_file())
    dice = random.Random(seed)
    if seed is not None:
        dice.shuffle(files)
    third = len(files) // 3
    parts = (
        [files] if seed is None else [files[: 2 * third], files[third:], dice.sample(files, third)]
    )
    for part in parts:
        libstats.load(place, part)
    con = libstats.open(place)
    tables = {name: digest(con.sql(f"from {name}").fetchall()) for name in schema.tables()}
    con.close()
    return tables, {
        name: digest(report.run(name, place.folder).read_text(encoding="utf-8")) for name in reports
    }


def digest(found: object) -> str:
    """A fingerprint; rows in any order."""
    text = "\n".join(sorted(map(repr, found))) if isinstance(found, list) else str(found)
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.slow
def test_another_order_gives_the_same_tables_and_reports(tmp_path: Path) -> None:
    # the folder's name stands in no report
    expected, found = (
        made(tmp_path / place / "library", seed, ("circulation",))
        for place, seed in (("a", None), ("b", 1))
    )
    assert found[0] == expected[0]
    assert found[1] == expected[1]


def main(orders: int) -> int:
    """So many random orders, each against the plain one."""
    with tempfile.TemporaryDirectory() as folder:
        expected = made(Path(folder) / "plain" / "library", None)
        for seed in range(1, orders + 1):
            found = made(Path(folder) / str(seed) / "library", seed)
            wrong = [
                name
                for told, known in zip(found, expected, strict=True)
                for name in known
                if told[name] != known[name]
            ]
            print(
                f"order {seed}: {', '.join(wrong) or 'the same tables, the same reports to the byte'}",
                flush=True,
            )
            if wrong:
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10))
