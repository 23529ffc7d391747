"""What libstats.toml says of logs: the form of their lines."""

from __future__ import annotations

import re

from libstats.workspace.section import Section, Setting

__all__ = ["EZPROXY"]


def _is_log_format(value: object) -> bool:
    """True for a LogFormat of EZproxy that tells a time and what was asked for."""
    return (
        isinstance(value, str)
        and re.search(r"%(?:\{[^}]*\})?t", value) is not None
        and re.search(r"%[rUvX]", value) is not None
    )


EZPROXY = Section(
    "[ezproxy]",
    {
        "log_format": Setting(
            _is_log_format,
            "does not say when a line was written (%t) and what was asked for (%r, %U or %v)",
            "'%h %{ezproxy-session}i %u %t \"%r\" %s %b'",
        ),
        "spu_format": Setting(
            _is_log_format,
            "does not say when a line was written (%t) and where it leads (%U or %v)",
            "'%{%Y/%m/%d:%H:%M:%S}t\\t%h\\t%u\\t%{ezproxy-spuaccess}i\\t%v\\t%U'",
        ),
    },
)
