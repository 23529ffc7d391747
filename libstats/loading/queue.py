"""The parts of a command on their way into the store, in their order: small ones in batches, big
ones and what cannot share a batch alone."""

from __future__ import annotations

from functools import cache

import duckdb

from libstats.errors import FileRefused, NotLoadedYet
from libstats.loading import modest
from libstats.loading.batch import Batch
from libstats.loading.incoming import BIG, Incoming, Job
from libstats.loading.intake import Intake, repeated
from libstats.loading.receipt import FileReceipt
from libstats.loading.staged import Staging
from libstats.loading.twins import Twins
from libstats.readers.place import unreadable
from libstats.recognise.found import Found
from libstats.store import generations

# A batch ends with so many bytes: what is worked on at once stays small.
MOST = 64 << 20
# Where files must be loaded alone, no more are looked at for the next batch than this, or than
# twice as many as were last loaded at once: all of them each time would take ever longer.
FEW = 8


class Queue:
    """Parts to be loaded; `receipts` has one for each, in their order, once `end` was called."""

    def __init__(self, job: Job, *, in_batches: bool = True) -> None:
        self.job, self.in_batches = job, in_batches
        self.receipts: list[FileReceipt | None] = []
        self._waiting: list[tuple[int, Incoming]] = []
        self._bytes = 0
        self._names = cache(self._find_names)

    def add(self, found: Found) -> None:
        """Take one more. What cannot be loaded gets its receipt at once. Raises what tells of a
        full disk."""
        self.receipts.append(None)
        place = len(self.receipts) - 1
        if isinstance(found.what, Exception):
            self.receipts[place] = not_loaded(found.name, found.what)
            return
        try:
            source, part, counting = found.what
            self._refuse_renamed(source.system, found.name)
            incoming = Incoming(self.job, source, part, counting)
            if self.in_batches and incoming.weight < BIG:
                incoming.refuse_unfit()
                self._waiting.append((place, incoming))
                self._bytes += incoming.weight
                if self._bytes > MOST:
                    self._flush()
                return
            self._flush()
            self.receipts[place] = self._alone(incoming)
            incoming.drop()
        except (FileRefused, OSError, duckdb.Error) as error:
            self.receipts[place] = not_loaded(found.name, error)

    def end(self) -> list[FileReceipt]:
        """Load what waits; gives all receipts."""
        self._flush()
        return [receipt for receipt in self.receipts if receipt is not None]

    def _flush(self) -> None:
        waiting, self._waiting, self._bytes = self._sound(self._waiting), [], 0
        twins = Twins(self.job.con, [incoming for _, incoming in waiting])
        for number, load in twins.loaded.items():
            place, incoming = waiting[number]
            self.receipts[place] = repeated(incoming, load.seq, load.dispositions)
        doubtful = {waiting[number][0] for number in twins.doubtful}
        fresh = [each for number, each in enumerate(waiting) if number not in twins.loaded]
        fresh = self._sound(fresh, is_written_anew=True)
        self._load(fresh, {n for n, (place, _) in enumerate(fresh) if place in doubtful})

    def _load(self, waiting: list[tuple[int, Incoming]], alone: set[int]) -> None:
        """Load files, those with the numbers `alone` alone."""
        files = [incoming for _, incoming in waiting]
        staging, done, most = self._staging(files), 0, len(files)
        while done < len(files):
            end = min(done + most, len(files))
            end = next((n for n in range(done, end) if n in alone), end)
            receipts = self._together(staging, done, end) if staging else {}
            if not receipts:
                receipts = {done: self._alone(files[done])}
            for number, receipt in receipts.items():
                self.receipts[waiting[number][0]] = receipt
            done += len(receipts)
            most = max(FEW, 2 * len(receipts))
        if staging:
            staging.drop()
        for incoming in files:
            incoming.drop()

    def _staging(self, files: list[Incoming]) -> Staging | None:
        """The files read and evaluated, where that can be done at once; else each is tried alone,
        and says itself what is wrong with it."""
        if len(files) < 2:
            return None
        try:
            return Staging(files)
        except (OSError, duckdb.Error) as error:
            if generations.is_full(error):
                raise
            return None

    def _sound(
        self, waiting: list[tuple[int, Incoming]], *, is_written_anew: bool = False
    ) -> list[tuple[int, Incoming]]:
        """Those whose records can be counted, or that can be written anew where they must be."""
        sound = []
        for place, incoming in waiting:
            try:
                if incoming.count and is_written_anew:
                    incoming.write_anew_where_it_must_be()
                sound.append((place, incoming))
            except (FileRefused, OSError) as error:
                self.receipts[place] = not_loaded(incoming.part.written, error)
        return sound

    def _together(self, staging: Staging, first: int, end: int) -> dict[int, FileReceipt]:
        """The receipts of the first files that could share a batch, by their numbers; none where it
        failed."""
        if end - first < 2:
            return {}
        batch = Batch(staging, first, end)
        try:
            batch.settle()
        except (FileRefused, OSError, duckdb.Error) as error:
            if generations.is_full(error):
                raise
            return {}
        return batch.receipts

    def _alone(self, incoming: Incoming) -> FileReceipt:
        intake = Intake(incoming)
        try:
            with modest.within(self.job.con, self._memory(incoming)) as is_modest:
                try:
                    return intake.run()
                except duckdb.OutOfMemoryException:
                    if not is_modest:
                        raise
            return intake.run()
        except (FileRefused, OSError, duckdb.Error) as error:
            receipt = not_loaded(incoming.part.written, error)
            receipt.has_traces = intake.has_traces
            return receipt

    def _memory(self, incoming: Incoming) -> int | None:
        """How much memory a part is loaded in, where the library says nothing of it."""
        if self.job.workspace.memory_limit is not None:
            return None
        return incoming.part.enough_memory

    def _refuse_renamed(self, system: str, file: str) -> None:
        """FileRefused if exports of the system are loaded under a name that the configuration no
        longer has: under a new one, or under none, all would count twice."""
        named, other = self._names(system)
        if other is not None:
            raise FileRefused(
                f"{file}: what is loaded of {system} so far stands under the name {other}, which"
                f" libstats.toml does not have: loaded as {named} it would count twice",
                f"Write [sources.{other}] instead of [sources.{named}], with the line"
                f' system = "{system}", or take the old loads back first: `libstats loads` lists'
                " them.",
            )

    def _find_names(self, system: str) -> tuple[str, str | None]:
        """The name that the configuration has for a system, the first of several, and one that it
        has not though exports are loaded under it."""
        workspace = self.job.workspace
        named = [
            name
            for name, source in workspace.config.get("sources", {}).items()
            if source["system"] == system
        ] or [workspace.instance(system, self.job.source)]
        others = self.job.con.execute(
            """
            select distinct e.source
            from load l join export e using (export_id)
            where l.undone_seq is null and starts_with(e.declaration, $1)
                and not list_contains($2, e.source)
            order by all
            """,
            [f"{system} ", named],
        ).fetchall()
        return named[0], others[0][0] if others else None


def not_loaded(name: str, error: Exception) -> FileReceipt:
    """The receipt of what was not loaded, with the reason in words. Raises the error where the disk
    is full: no other file will fare better."""
    if generations.is_full(error):
        raise error
    if isinstance(error, OSError):
        error = unreadable(name, error)
    if isinstance(error, duckdb.OutOfMemoryException):
        error = FileRefused(
            f"{name}: it needs more memory than it may have; nothing of it was loaded",
            "Raise memory_limit under [duckdb] in libstats.toml, or close other programs.",
        )
    elif isinstance(error, duckdb.Error):
        # its own words may hold a row's value: only its kind is told
        error = FileRefused(
            f"{name}: DuckDB could not read it ({type(error).__name__}); nothing of it was loaded",
            "Please report the form of this file.",
        )
    return FileReceipt(
        name, "left alone" if isinstance(error, NotLoadedYet) else "refused", reason=str(error)
    )
