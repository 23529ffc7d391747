"""What libstats.toml says of pulls: which parts of a system are read."""

from __future__ import annotations

from libstats.workspace.section import Section, Setting

__all__ = ["PULL"]


def _is_list_of_parts(value: object) -> bool:
    """True for names of parts."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(each, str) and bool(each.strip()) for each in value)
    )


PULL = Section(
    "[pull.NAME]",
    each=Setting(lambda value: isinstance(value, dict), "is not a section", ""),
    below={
        "parts": Setting(
            _is_list_of_parts,
            "does not list what is to be read",
            '["/shared/Archmere/Loans", "invoices"]',
            is_required=True,
        ),
        "password": Setting(
            lambda value: False,
            "does not belong into this file, which others read and copy",
            "",
            remedy="Take it out, and set it in the environment, as LIBSTATS_PASSWORD",
        ),
    },
)
