"""Running notebooks in a kernel of their own."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from libstats import errors
from libstats.errors import LibstatsError, NothingTold, ReportError
from libstats.report.page import protected, publish
from libstats.report.page.notebook import NotebookNode, nbformat, text

if TYPE_CHECKING:
    from nbclient import NotebookClient

__all__ = ["Kernel"]

# Errors whose words say what is wrong and what to do: no notebook is needed to look for it.
_IN_WORDS = {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, LibstatsError)
}
# What is opened once serves all notebooks of one kernel, and shows all of them one state.
_SHARED = "import functools, libstats\nlibstats.open = functools.cache(libstats.open)"


class Kernel:
    """A kernel of this very Python, for a notebook or for several one after the other; a person's
    own start-up files do not change what it does.

    Parameters
    ----------
    folder : in which the cells run
    environment : its environment
    timeout : seconds that one cell may take
    is_shared : several notebooks come, which open a workspace once
    """

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        timeout: float,
        *,
        is_shared: bool = False,
    ) -> None:
        self._folder, self._timeout, self._is_shared = folder, timeout, is_shared
        self._scratch = tempfile.TemporaryDirectory(prefix="libstats-", ignore_cleanup_errors=True)
        self._environment = {**environment, "IPYTHONDIR": self._scratch.name}
        self._client: NotebookClient | None = None

    def __enter__(self) -> Kernel:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()
        self._scratch.cleanup()

    def run(self, notebook: NotebookNode, name: str, failed: Path) -> None:
        """Run all cells of a notebook. ReportError on a failure: the notebook as far as it came
        goes into the file `failed`. What a cell refuses in words of ours is said in them alone, as
        NothingTold where nothing tells of its period."""
        from nbclient.exceptions import CellExecutionError, CellTimeoutError

        try:
            if self._is_shared and self._client is None:
                cells = [nbformat.v4.new_code_cell(_SHARED, id="shared")]
                self._execute(nbformat.v4.new_notebook(cells=cells))
            self._execute(notebook)
        except (CellExecutionError, CellTimeoutError, RuntimeError) as error:
            if not isinstance(error, CellExecutionError):
                self._end()  # a cell may still run in it
            elif error.ename in _IN_WORDS:
                problem, _, remedy = error.evalue.partition("\n")
                kind = NothingTold if error.ename == NothingTold.__name__ else ReportError
                raise kind(problem, remedy.strip()) from error
            protected.unseal(notebook)
            publish.write(failed, text(notebook))
            raise ReportError(
                f"{name} failed: {_cause(error)}",
                f"The report before it is untouched; {failed.name} beside it shows how "
                "far this one came.",
            ) from error

    def _execute(self, notebook: NotebookNode) -> None:
        if self._client is None:
            self._client = self._started(notebook)
        self._client.nb = notebook
        # what the kernel's libraries print when it is shut down is nobody's business
        quiet = subprocess.DEVNULL
        self._client.execute(cleanup_kc=False, env=self._environment, stderr=quiet)

    def _started(self, notebook: NotebookNode) -> NotebookClient:
        from nbclient import NotebookClient

        return NotebookClient(
            notebook,
            km=_kernel(Path(self._scratch.name)),
            timeout=self._timeout,
            record_timing=False,
            resources={"metadata": {"path": str(self._folder)}},
        )

    def _end(self) -> None:
        client, self._client = self._client, None
        if client is not None and client.kc is not None:
            with contextlib.suppress(RuntimeError):  # it has ended already
                client._cleanup_kernel()


def _cause(error: Exception) -> str:
    """A failed run in one line."""
    from nbclient.exceptions import CellExecutionError, CellTimeoutError

    if isinstance(error, CellExecutionError):
        return f"{error.ename}: {error.evalue}".strip()
    if isinstance(error, CellTimeoutError):
        return "a cell took too long"
    return "the notebook's Python ended, perhaps for want of memory"


def _kernel(scratch: Path) -> Any:
    """A kernel of this very Python, whatever kernels are installed, that listens on no network
    port."""
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager

    command = [
        sys.executable,
        "-m",
        "ipykernel_launcher",
        "-f",
        "{connection_file}",
        "--HistoryManager.enabled=False",
    ]

    class ThisPython(KernelSpecManager):
        def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
            return KernelSpec(
                argv=command, name=kernel_name, display_name="Python", language="python"
            )

    transport = "ipc" if os.name == "posix" else "tcp"
    return AsyncKernelManager(
        kernel_name="python3",
        kernel_spec_manager=ThisPython(),
        transport=transport,
        connection_file=str(scratch / "kernel.json"),
    )
