"""The shape of a file: what it was taken for, and what is made of it."""

from __future__ import annotations

from libstats.loading.incoming import Incoming
from libstats.store.ledger import Shape


def shape_of(incoming: Incoming) -> Shape:
    """The shape of a file, its scope left open."""
    source = incoming.source
    return Shape(
        source=incoming.instance,
        declaration=source.label,
        select_hash=source.hash_in(incoming.job.workspace.timezone),
        primary_table=incoming.primary.table.name,
        is_whole=incoming.is_whole,
        absence=source.absence,
        scope_column=source.scope if incoming.is_whole else None,
        scope=None,
        columns={plan.table.name: list(plan.columns) for plan in incoming.plans},
    )
