"""A cluster of Dask asks libraries as processes do. It is no dependency: where it is not installed
this is skipped."""

from __future__ import annotations

import os
import signal
from datetime import date
from pathlib import Path

import pytest

import libstats
from tests.support.libraries import ASKED, another, three

distributed = pytest.importorskip("distributed", reason='needs pip install "libstats[across]"')
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

ANSWER = [(date(2026, 1, 1), "all", 3), (date(2026, 2, 1), "all", 3)]


def test_a_cluster_answers_as_one_though_a_worker_dies_and_asks_anew(tmp_path: Path) -> None:
    stores = three(tmp_path / "libraries")
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            local_directory=str(tmp_path / "dask"),
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        ask = client.get_executor(pure=False)

        def counts() -> list[tuple[object, ...]]:
            found = libstats.across(stores, "throughput", ask=ask, deadline=300, **ASKED)
            return found.answer.select("period, part, cases").fetchall()

        assert counts() == ANSWER
        os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)
        assert counts() == ANSWER
        another(stores[0], "3,mended,2026-02-11,Main")
        assert counts() == [ANSWER[0], (date(2026, 2, 1), "all", 4)]
