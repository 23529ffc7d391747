"""Reports: notebooks run with checked parameters and published as accessible pages."""

from typing import TYPE_CHECKING, Any

from libstats.report.page.parameters import from_env
from libstats.report.page.table import Html, Table, table

if TYPE_CHECKING:
    from libstats.report.page.run import Form, run

__all__ = ["Form", "Html", "Table", "from_env", "run", "table"]


def __getattr__(name: str) -> Any:
    """What runs notebooks, imported when it is wanted: the cells of a notebook are not."""
    if name in ("Form", "run"):
        from libstats.report.page import run

        return getattr(run, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
