"""Reports: notebooks run with checked parameters and published as accessible pages."""

from libstats.report.page.parameters import from_env
from libstats.report.page.run import Form, run
from libstats.report.page.table import Html, Table, table

__all__ = ["Form", "Html", "Table", "from_env", "run", "table"]
