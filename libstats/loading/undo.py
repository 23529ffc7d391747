"""Taking a load back, and believing one that was held."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from libstats import schema
from libstats.errors import LibstatsError
from libstats.loading import forget
from libstats.privacy import forgetting, keys, strangers
from libstats.store import generations, gone, ledger, settle
from libstats.workspace import given
from libstats.workspace.workspace import Workspace, at


def undo(workspace: Workspace | Path | str, seq: int) -> None:
    """Take a load back: the state is then as if that file had never been loaded. It can be loaded
    again.

    Raises LibstatsError if there is no such load, or it is undone already.
    """
    place, seq = at(workspace), given.load_number(seq)
    with generations.writing(place.store, memory=place.memory_limit) as writer:
        con = writer.con
        row = con.execute("select export_id, undone_seq from load where seq = $1", [seq]).fetchall()
        if not row:
            raise LibstatsError(f"there is no load {seq}", "`libstats loads` lists them.")
        if row[0][1] is not None:
            raise LibstatsError(
                f"load {seq} is undone already", "`libstats loads` lists which are active."
            )
        forgetting.refuse_before_horizon(con, seq, f"undoing load {seq}")
        con.execute("begin")
        settle.undo_load(con, seq, datetime.now().replace(microsecond=0))
        con.execute("commit")
        if strangers.is_concerned(
            con, [seq]
        ):  # what was of a copy alone that is undone is of none now
            forget.finish_rotation(con, place.key_file)
            writer.must_rewrite = strangers.veil(con, keys.read_key(place.key_file))
        writer.publish()


def confirm(workspace: Workspace | Path | str, seq: int) -> None:
    """Believe a whole-state load although it is much smaller than the one before: what it lacks is
    gone."""
    place, seq = at(workspace), given.load_number(seq)
    with generations.writing(place.store, memory=place.memory_limit) as writer:
        con = writer.con
        held = ledger.held(con, seq)
        if held is None:
            raise LibstatsError(
                f"load {seq} is not held",
                "`libstats loads` shows which whole-state loads wait to be confirmed.",
            )
        con.execute("begin")
        entry = ledger.enter(con, "confirm", seq, datetime.now().replace(microsecond=0))
        con.execute("update load set confirmed_seq = $1 where seq = $2", [entry, seq])
        gone.after_confirming(con, schema.tables()[held.table])
        con.execute("commit")
        writer.publish()
