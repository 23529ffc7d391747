"""Named points between two effects on the disk: where tests look, fill the disk or end the process.

copied, ledger, rows, fold, committed, checkpointed, renamed, pointer written, published
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

_watchers: list[Callable[[str], object]] = []


def step(name: str) -> None:
    """The command has come to this point."""
    for watcher in _watchers:
        watcher(name)


@contextmanager
def watched(watcher: Callable[[str], object]) -> Iterator[None]:
    """Tell `watcher` of each point that a command comes to meanwhile."""
    _watchers.append(watcher)
    try:
        yield
    finally:
        _watchers.remove(watcher)
