"""What a command takes: seconds by the clock and of the processor, and the most memory of all its
processes together."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from pathlib import Path

__all__ = ["run"]


def held(pid: int) -> int:
    """The memory of a process and of those that it began, in kB."""
    found = 0
    try:
        text = Path(f"/proc/{pid}/status").read_text()
        found = next((int(x.split()[1]) for x in text.splitlines() if x.startswith("VmRSS")), 0)
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return found
    return found + sum(held(int(child)) for child in children)


def run(what: str, command: list[str], folder: Path) -> tuple[float, int]:
    """Run a command, say what it took, and give its seconds of the processor and its megabytes."""
    before, started, most = os.times(), time.monotonic(), [0]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            most[0] = max(most[0], held(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    status = process.wait()
    done.set()
    watcher.join()
    after = os.times()
    spent = sum(after[2:4]) - sum(before[2:4])
    clock = time.monotonic() - started
    print(f"{what}: {clock:.1f} s, {spent:.1f} s of the processor, {most[0] >> 10} MB")
    assert status == 0, what
    return spent, most[0] >> 10
