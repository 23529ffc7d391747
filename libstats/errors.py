"""Everything that libstats can tell a person went wrong.

    LibstatsError
      WorkspaceError     the folder is not a workspace, or its libstats.toml is wrong
      StoreError         the database: newer than this program, busy, disk full
      FileRefused        a file cannot be loaded at all; nothing of it was kept
        NotLoadedYet     the file is known, and libstats does not read it (yet)
        UnknownExport    no declaration recognises the file
      PullError          a live database that was not read
      SourceError        a source declaration does not fit schema.sql
      AnalysisError      a question that the data cannot answer honestly
      ReportError        a report: a failed cell
        ReportUnknown    a report or a parameter of it that there is not
        NothingTold      nothing that is loaded tells of its period, or of its branch
      MailError          a mail that was not sent, or not to everybody

Each message says which file (line, column), what was wrong and what to do. Values of a
row are never part of a message: only their shape is.
"""

from __future__ import annotations


class LibstatsError(Exception):
    """A mistake that a person can mend; the command line prints it without a traceback."""

    exit_status = 1  # of the command that it ends

    def __init__(self, problem: str, remedy: str = "") -> None:
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{problem}\n  {remedy}" if remedy else problem)


class WorkspaceError(LibstatsError):
    """The workspace folder or its configuration."""


class StoreError(LibstatsError):
    """The database."""


class FileRefused(LibstatsError):
    """A file of which nothing was loaded."""


class NotLoadedYet(FileRefused):
    """A file that is recognised, and deliberately left alone."""


class UnknownExport(FileRefused):
    """A file that no declaration recognises."""


class PullError(LibstatsError):
    """A live database, or its address."""


class SourceError(LibstatsError):
    """A source declaration with its faults."""


class AnalysisError(LibstatsError):
    """A question that the loaded data cannot answer."""


class ReportError(LibstatsError):
    """A report that could not be made."""


class ReportUnknown(ReportError):
    """A report, or a parameter of it, that there is not."""

    exit_status = 2


class NothingTold(ReportError):
    """A report of a period or a branch of which nothing is told."""


class MailError(LibstatsError):
    """A mail that was not sent, or not to everybody."""
