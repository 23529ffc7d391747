"""`libstats lab`: JupyterLab on the notebook to explore, for this computer alone."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from libstats.cli import lab
from libstats.cli.main import main
from libstats.workspace.workspace import Workspace
from tests.support.files import ROOT


def test_it_says_what_to_install(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert main(["-w", str(workspace.folder), "lab"]) == 1
    assert capsys.readouterr().err == (
        "libstats: jupyterlab and ipywidgets are not installed\n"
        '  Install what it needs: python -m pip install "libstats[lab]"\n'
    )


def test_it_listens_to_this_computer_alone_and_asks_no_other(tmp_path: Path) -> None:
    words = lab.command(tmp_path)
    assert "--ServerApp.ip=127.0.0.1" in words
    assert "--LabApp.news_url=None" in words and "--LabApp.extension_manager=readonly" in words
    assert f"--ServerApp.root_dir={tmp_path}" in words
    assert not any("token" in word or "password" in word for word in words)


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals are told so on POSIX alone")
def test_it_opens_the_notebook_and_ends_with_ctrl_c(workspace: Workspace) -> None:
    pytest.importorskip("jupyterlab")
    pytest.importorskip("ipywidgets")
    notebook = workspace.folder / "notebooks" / lab.NOTEBOOK
    notebook.unlink()  # as in a workspace of before
    words = ["-m", "libstats", "-w", str(workspace.folder), "lab"]
    folder = workspace.folder.parent
    own = {f"JUPYTER_{name}_DIR": str(folder / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    (folder / "CONFIG").mkdir()
    config = {"ServerApp": {"allow_root": os.geteuid() == 0, "open_browser": False}}
    (folder / "CONFIG" / "jupyter_server_config.json").write_text(json.dumps(config))
    with subprocess.Popen(
        [sys.executable, *words],
        env={**os.environ, **own, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as started:
        assert started.stdout is not None
        stop = threading.Timer(90, os.killpg, (started.pid, signal.SIGKILL))
        stop.start()
        told = ""
        while line := started.stdout.readline():
            told += line
            if re.search(r"http://127\.0\.0\.1:\d+/lab/tree/explore\.ipynb\?token=", line):
                os.killpg(started.pid, signal.SIGINT)  # as a terminal does
                break
        told += started.stdout.read()
        status = started.wait()
        stop.cancel()
    assert (status, "Traceback" in told) == (0, False), told
    assert told.endswith("JupyterLab is closed.\n"), told
    assert notebook.exists()
