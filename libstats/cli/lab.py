"""JupyterLab on the notebook `explore` of a workspace, for this computer alone."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from libstats.errors import LibstatsError
from libstats.workspace import shipped
from libstats.workspace.workspace import Workspace

__all__ = ["command", "prepare", "run"]

NOTEBOOK = "explore.ipynb"
NEEDED = ("jupyterlab", "ipywidgets")
PATIENCE = 10  # seconds in which it may end by itself


def prepare(place: Workspace) -> Path:
    """The workspace's folder of notebooks, with the one to explore in it. LibstatsError where
    JupyterLab or the controls are not installed."""
    lacking = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if lacking:
        raise LibstatsError(
            f"{' and '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} not installed",
            'Install what it needs: python -m pip install "libstats[lab]"',
        )
    folder = place.folder.resolve() / "notebooks"
    folder.mkdir(exist_ok=True)
    if not (folder / NOTEBOOK).exists():  # a workspace of before has none
        shutil.copyfile(shipped.notebooks() / NOTEBOOK, folder / NOTEBOOK)
    return folder


def run(folder: Path) -> None:
    """Open the notebook in JupyterLab, and wait until it is closed, or Ctrl-C is pressed here.
    LibstatsError where it cannot start."""
    with subprocess.Popen(
        command(folder),
        cwd=folder,
        env=_environment(),
        start_new_session=True,  # Ctrl-C comes to us alone: in its first seconds it knows none
    ) as lab:
        try:
            with _told_of_the_end():
                status = lab.wait()
        except KeyboardInterrupt:
            _end(lab)
            status = 0
    if status:
        raise LibstatsError("JupyterLab ended by itself", "What it wrote above says why.")


@contextlib.contextmanager
def _told_of_the_end() -> Iterator[None]:
    """While it runs, the end of this command, or of its terminal, comes as Ctrl-C does: nothing may
    be left running."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    ends = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {each: signal.signal(each, stop) for each in ends}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def command(folder: Path) -> list[str]:
    """The command that starts it: it listens to this computer alone, asks nothing at its end, and
    asks no other computer for news, updates or extensions."""
    return [
        sys.executable,
        "-m",
        "jupyterlab",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={folder}",
        f"--LabApp.default_url=/lab/tree/{NOTEBOOK}",
        "--JupyterApp.answer_yes=True",
        "--Application.log_level=ERROR",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
    ]


def _environment() -> dict[str, str]:
    """Its kernels import this very libstats."""
    paths = (str(shipped.code()), os.environ.get("PYTHONPATH", ""))
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


def _end(lab: subprocess.Popen[bytes]) -> None:
    """Have it end: on Windows Ctrl-C told it too. What does not is ended."""
    if os.name == "posix":
        lab.terminate()
    try:
        lab.wait(PATIENCE)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        lab.kill()
