"""`python -m benchmarks.pull [--loans 5000000] [--pairs 1]`: what a pull reads of private servers,
against loading the same rows as the file that it wrote, each in a process of its own and in pairs.

By the processor's time, so that a busy machine tells the same: of the reader, and of the server
beside it, which on two cores works at the same time. The reader's memory is measured too.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from tests.support.servers import Server, mariadb, postgresql

PASSWORD = "only-for-this-benchmark"
# goals: reading takes at most so many times the load of the file; the reader's memory
SLOWEST, MOST_MB = {"koha": 5.0, "evergreen": 2.0}, 100

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
def kept(place, files, source):
    (place.folder / "kept").mkdir()
    for file in files: file.rename(place.folder / "kept" / file.name)
    raise SystemExit(0)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
pulled.load = kept
try: main.main(sys.argv[1:])
finally: print(before // 1024, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def _timed(command: list[str]) -> tuple[float, float, str]:
    """Seconds of the clock, of the processor, and what was said."""
    began, before = time.perf_counter(), _processor()
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return time.perf_counter() - began, _processor() - before, said


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _of_server(server: Server) -> float:
    """Seconds of the processor that a server has used, with those of its helpers that ended."""
    for told in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if f"{server.folder}/data".encode() in told.read_bytes():
                fields = told.with_name("stat").read_text().rpartition(")")[2].split()
                return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def _measure(
    system: str, made: AbstractContextManager[Server], loans: int, folder: Path, pairs: int
) -> None:
    ours = [sys.executable, "-m", "libstats"]
    zone = '[library]\nname = "Benchmark"\ntimezone = "UTC"\n' if system == "evergreen" else ""
    with made as server:
        asked = _asked(system, server, loans)
        for pair in range(pairs):
            places = [folder / f"{system}-{name}-{pair}" for name in ("reader", "file")]
            for place in places:
                _timed([*ours, "init", str(place)])
                if zone:
                    (place / "libstats.toml").write_text(zone, encoding="utf-8")
            before = _of_server(server)
            clock, read, said = _timed(
                [sys.executable, "-c", _READER, "-w", str(places[0]), *asked]
            )
            served = _of_server(server) - before
            (file,) = (p for p in (places[0] / "kept").iterdir() if p.stat().st_size > 1000)
            by_clock, load, _ = _timed([*ours, "-w", str(places[1]), "load", str(file)])
            least, most = map(int, said.split()[-2:])
            print(
                f"{system}: {loans:,} loans read in {read:.1f} s of the reader and {served:.1f} of "
                f"the server ({clock:.1f} by the clock), {most - least} MB above the {least} of the "
                f"program (at most {MOST_MB}); loaded from the file in {load:.1f} s ({by_clock:.1f} "
                f"by the clock): {max(read, served) / load:.2f} times (at most {SLOWEST[system]})"
            )


def main() -> None:
    """Measure both kinds of server, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loans", type=int, default=5_000_000)
    parser.add_argument("--pairs", type=int, default=1)
    given = parser.parse_args()
    os.environ["LIBSTATS_PASSWORD"] = PASSWORD
    with tempfile.TemporaryDirectory() as name:
        _measure("evergreen", postgresql(), given.loans, Path(name), given.pairs)
        _measure("koha", mariadb(), given.loans, Path(name), given.pairs)
    print(f"all processes: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
