"""How many keys of call numbers a second, beside pycallnumber's, in one run:

python -m benchmarks.call_numbers FILE    a call number a line; pycallnumber must be installed
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path
from statistics import median

import duckdb

from libstats.definitions import call_numbers

SAMPLE = 1000
ROUNDS = 7


def main(path: str) -> None:
    """Print both speeds, in keys a second of processor time, and the median of their ratios."""
    import pycallnumber

    numbers = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    con = duckdb.connect()
    call_numbers.register(con)
    con.execute("create table t as select unnest($1::varchar[]) as number", [numbers])
    sample = random.Random(1).sample(numbers, min(SAMPLE, len(numbers)))
    ratios = []
    for _ in range(ROUNDS):
        began = time.process_time()
        con.execute("create or replace table k as select call_number_key(number) as key from t")
        ours = len(numbers) / (time.process_time() - began)
        began = time.process_time()
        for number in sample:
            pycallnumber.callnumber(number).for_sort()
        theirs = len(sample) / (time.process_time() - began)
        ratios.append(ours / theirs)
        print(f"libstats {ours:,.0f}, pycallnumber {theirs:,.0f} keys a second: {ratios[-1]:,.0f}")
    print(f"median of {ROUNDS}: {median(ratios):,.0f}")


if __name__ == "__main__":
    main(sys.argv[1])
