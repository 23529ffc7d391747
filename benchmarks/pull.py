"""`python -m benchmarks.pull [--loans 5000000]`: a pull of loans from private servers, against
loading the same rows as the file that it wrote, each in a process of its own.

The reader alone is measured too, its memory above all: the pull's own process without the load.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import AbstractContextManager
from pathlib import Path

from tests.support.servers import Server, mariadb, postgresql

PASSWORD = "only-for-this-benchmark"
# goals: the whole pull takes at most so many times the load of its file; the reader's memory
SLOWEST, MOST_MB = {"koha": 6.0, "evergreen": 3.0}, 100

_KOHA = """
create database koha; use koha;
create table issues (issue_id int primary key, itemnumber int, borrowernumber int,
    branchcode varchar(10), issuedate datetime, date_due datetime, returndate datetime,
    lastreneweddate datetime, renewals_count int, auto_renew int, onsite_checkout int,
    timestamp timestamp);
create table old_issues like issues;
insert into old_issues
select seq, seq % 700000, seq % 90000, concat('BR', seq % 20),
    '2020-01-01 00:00:00' + interval seq * 37 second,
    '2020-01-22 00:00:00' + interval seq * 37 second,
    '2020-01-12 00:00:00' + interval seq * 37 second, null, seq % 3, 0, 0,
    '2020-01-12 00:00:00' + interval seq * 37 second
from seq_1_to_{loans};
create user reader@'127.0.0.1' identified by '{password}';
grant select on koha.* to reader@'127.0.0.1';
"""
_EVERGREEN = """
create role reader login password '{password}';
create schema action; create schema actor;
create table actor.org_unit (id int primary key, shortname text, name text, parent_ou int);
insert into actor.org_unit select n, 'BR' || n, 'Branch ' || n, null from generate_series(0, 19) n;
create table action.all_circulation as
select n as id, null::bigint as parent_circ, n % 90000 as usr, n % 700000 as target_copy,
    n % 20 as circ_lib, n % 20 as checkin_lib, n % 20 as copy_owning_lib, 1 as usr_profile,
    timestamptz '2020-01-01' + n * interval '37 second' as xact_start,
    timestamptz '2020-01-22' + n * interval '37 second' as due_date,
    timestamptz '2020-01-12' + n * interval '37 second' as checkin_time,
    false as desk_renewal, false as opac_renewal, false as phone_renewal, false as auto_renewal
from generate_series(1, {loans}) n;
grant usage on schema action, actor to reader;
grant select on all tables in schema action, actor to reader;
"""


def _asked(system: str, server: Server, loans: int) -> list[str]:
    """Fill the server; gives the words of the command."""
    if system == "koha":
        server.run(_KOHA.format(loans=loans, password=PASSWORD), "mysql")
        address = f"mysql://reader@127.0.0.1:{server.port}/koha"
        return ["pull", system, address, "--only", "loans"]
    server.run("create database evergreen", "postgres")
    server.run(_EVERGREEN.format(loans=loans, password=PASSWORD), "evergreen")
    address = f"postgresql://reader@127.0.0.1:{server.port}/evergreen"
    return ["pull", system, address, "--only", "circulations"]


_READER = """
import resource, sys
from libstats.cli import main
from libstats.loading.receipt import LoadReceipt
from libstats.pull import pulled
def kept(place, files, source): raise SystemExit(0)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
pulled.load = kept
try: main.main(sys.argv[1:])
finally: print(before // 1024, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def _timed(command: list[str]) -> tuple[float, str]:
    began = time.perf_counter()
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return time.perf_counter() - began, said


def _measure(system: str, made: AbstractContextManager[Server], loans: int, folder: Path) -> None:
    ours = [sys.executable, "-m", "libstats"]
    zone = '[library]\nname = "Benchmark"\ntimezone = "UTC"\n' if system == "evergreen" else ""
    with made as server:
        asked = _asked(system, server, loans)
        places = [folder / f"{system}-{name}" for name in ("reader", "pull", "file")]
        for place in places:
            _timed([*ours, "init", str(place)])
            if zone:
                (place / "libstats.toml").write_text(zone, encoding="utf-8")
        reader, said = _timed([sys.executable, "-c", _READER, "-w", str(places[0]), *asked])
        whole, _ = _timed([*ours, "-w", str(places[1]), *asked])
    (file,) = (p for p in (places[1] / "exports").iterdir() if p.stat().st_size > 1000)
    load, _ = _timed([*ours, "-w", str(places[2]), "load", str(file)])
    before, after = map(int, said.split()[-2:])
    print(
        f"{system}: {loans:,} loans read in {reader:.1f} s ({loans / reader:,.0f} a second), "
        f"{after - before} MB above the {before} of the program (at most {MOST_MB}); "
        f"pulled in {whole:.1f} s, loaded from the file in {load:.1f} s: "
        f"{whole / load:.1f} times (at most {SLOWEST[system]})"
    )


def main() -> None:
    """Measure both kinds of server, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loans", type=int, default=5_000_000)
    loans = parser.parse_args().loans
    os.environ["LIBSTATS_PASSWORD"] = PASSWORD
    with tempfile.TemporaryDirectory() as name:
        _measure("evergreen", postgresql(), loans, Path(name))
        _measure("koha", mariadb(), loans, Path(name))
    print(f"all processes: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
