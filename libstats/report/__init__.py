"""Reports: notebooks run with checked parameters and published as accessible pages."""

from libstats.report.parameters import from_env
from libstats.report.pieces import Html
from libstats.report.runner import Form, run
from libstats.report.tables import Table, table

__all__ = ["Form", "Html", "Table", "from_env", "run", "table"]
