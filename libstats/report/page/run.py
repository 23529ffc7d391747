"""Run a notebook with checked parameters, and publish what it shows."""

from __future__ import annotations

import copy
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from libstats.errors import ReportError, ReportUnknown
from libstats.report.page import closed, names, pdf, period, protected, publish, workbook
from libstats.report.page import parameters as parameter
from libstats.report.page.execution import Kernel
from libstats.report.page.html import SEALED, notice
from libstats.report.page.notebook import NotebookNode, nbformat, text
from libstats.workspace import given, shipped
from libstats.workspace import workspace as workspaces
from libstats.workspace.mail_given import PASSWORD
from libstats.workspace.workspace import Workspace

__all__ = [
    "Form",
    "Job",
    "Made",
    "closing",
    "find",
    "index",
    "make",
    "now_called",
    "parameters_of",
    "run",
]

log = logging.getLogger("libstats.report")

Form = Literal["html", "xlsx", "pdf", "ipynb"]
CELL_TIMEOUT = 3600  # seconds that one cell may take
# Names that reports had, which schedules may still ask for.
RENAMED = {
    "monthly_operations": "circulation",
    "ill_turnaround": "ill",
    "collection_and_weeding": "collection",
}


def run(
    name: str,
    workspace: Path | str = ".",
    parameters: Mapping[str, Any] | None = None,
    out: Path | str | None = None,
    formats: Sequence[Form] = ("html",),
    *,
    timeout: float = CELL_TIMEOUT,
    paper: pdf.Paper = "letter",
) -> Path:
    """Make the report NAME of a workspace.

    Parameters
    ----------
    name : a notebook's name without .ipynb; the workspace's `notebooks` folder comes before those
        of libstats
    workspace : the folder with libstats.toml, or a folder inside it
    parameters : values for names of the cell tagged `parameters`; they beat the environment, which
        beats the cell
    out : the file to write; without it one in the workspace's `reports` folder that is named by
        report, branch and period, as in `circulation-QBC-2026-10.html`
    formats : "html" for an accessible page, "xlsx" for a workbook of its tables, "pdf" for the page
        on paper, "ipynb" for the executed notebook; those after the first are written beside it
    timeout : seconds that one cell may take
    paper : "letter" or "A4", for a PDF

    Returns the path written, of the first format. A page in `reports` is listed in its
    `index.html`. If anything fails the old report is left as it was, a failed cell leaves
    `NAME.failed.ipynb` beside it (of one branch `NAME-BRANCH.failed.ipynb`), and ReportError says
    what happened; a success removes that file.
    """
    place = workspaces.find(Path(workspace))
    return make(
        now_called(name), place, parameters or {}, out, formats, timeout=timeout, paper=paper
    ).path


def make(
    name: str,
    place: Workspace,
    parameters: Mapping[str, Any],
    out: Path | str | None,
    formats: Sequence[Form],
    *,
    timeout: float = CELL_TIMEOUT,
    paper: pdf.Paper = "letter",
) -> Made:
    """As `run`, of a report by the name that it has now; gives all that was made."""
    target = _target(out) if out is not None else None
    job = replace(Job.of(name, place, dict(parameters), formats), paper=paper)
    with job.kernel(timeout) as kernel:
        made = job.made(kernel, target=target)
    index(place, [made])
    return made


def index(place: Workspace, made: Sequence[Made]) -> None:
    """List the reports of a workspace anew, if one of these lies there."""
    if any(each.path.parent == place.reports for each in made):
        publish.write(place.reports / names.INDEX, names.index(place.reports))


def closing(name: str, folder: Path, parameters: Mapping[str, Any], page: Path) -> dict[str, Any]:
    """Write the page of a report that is closed, and give what it says of itself: its period, its
    figures."""
    job = Job.of(name, workspaces.find(folder), dict(parameters), ("html",))
    with job.kernel() as kernel:
        notebook = job.executed(kernel, page.with_suffix(".failed.ipynb"))
    publish.write(page, publish.page(notebook, job.name))
    return publish.about(notebook)


@dataclass(frozen=True)
class Made:
    """A report that was written: its title, what it says of itself, its files by form, and whether
    it tells of single copies, so that it is for staff alone."""

    title: str
    about: Mapping[str, Any]
    files: Mapping[Form, Path]
    is_internal: bool

    @property
    def path(self) -> Path:
        """The file of the first form."""
        return next(iter(self.files.values()))


@dataclass(frozen=True)
class Job:
    """A report to make of a workspace: the notebook with its checked parameters, and the names of
    those that were given; in which forms, and of which branch if of one."""

    name: str
    place: Workspace
    notebook: NotebookNode
    folder: Path
    chosen: Sequence[str]
    formats: Sequence[Form]
    branch: str = ""
    paper: pdf.Paper = "letter"

    @classmethod
    def of(
        cls, name: str, place: Workspace, parameters: dict[str, Any], formats: Sequence[Form]
    ) -> Job:
        """Everything that is wrong with it is told here, before a kernel starts."""
        for form, check in (("xlsx", workbook.check), ("pdf", pdf.check)):
            if form in formats:
                check()
        path = find(name, place.folder)
        notebook = _read(path)
        chosen = _insert(notebook, name, place.folder, parameters)
        branch = str(parameters.get("branch", ""))
        return cls(name, place, notebook, path.parent, chosen, formats, branch)

    def kernel(self, timeout: float = CELL_TIMEOUT, *, is_shared: bool = False) -> Kernel:
        """The kernel in which it runs."""
        environment = _environment(self.place.folder, list(self.chosen))
        return Kernel(self.folder, environment, timeout, is_shared=is_shared)

    def made(self, kernel: Kernel, *, target: Path | None = None) -> Made:
        """Run it and write its files, named by what it tells of where no target is given."""
        reports = self.place.reports
        stem = names.stem(self.name, {"branch": self.branch})
        failed = target.with_suffix("") if target else reports / stem
        failed = failed.with_name(f"{failed.name}.failed.ipynb")
        notebook = self.executed(kernel, failed)
        about = publish.about(notebook)
        closed.revised(notebook, self.name, about, reports)
        is_internal = any(table["has_barcodes"] for table in workbook.of_notebook(notebook))
        if is_internal:
            publish.below_answer(notebook, "internal", notice(publish.INTERNAL))
        if target is None:
            target = reports / f"{names.stem(self.name, about)}.{self.formats[0]}"
        contents = _contents(notebook, self.name, self.formats, self.paper)
        files: dict[Form, Path] = {
            form: target if form == self.formats[0] else _beside(target, form) for form in contents
        }
        for form, content in contents.items():
            publish.write(files[form], content)
        failed.unlink(missing_ok=True)
        return Made(publish.title(notebook, self.name), about, files, is_internal)

    def executed(self, kernel: Kernel, failed: Path) -> NotebookNode:
        """The notebook, run, with what it shows protected."""
        notebook = copy.deepcopy(self.notebook)
        kernel.run(notebook, self.name, failed)
        protected.protect(notebook)
        return notebook


def parameters_of(name: str, folder: Path) -> list[str]:
    """The names of the parameters of a report of a workspace's folder."""
    notebook = _read(find(name, folder))
    cells = [cell for cell in notebook.cells if "parameters" in cell.metadata.get("tags", [])]
    return list(parameter.known(cells[0].source, name)) if cells else []


def _beside(target: Path, form: str) -> Path:
    """The file of another form; a branch's name may hold a point."""
    stem = target.name.removesuffix(target.suffix)
    return target.with_name(f"{stem}.{form}")


def now_called(name: str) -> str:
    """The name that a report has now."""
    if name in RENAMED:
        log.warning("the report %s is called %s now", name, RENAMED[name])
    return RENAMED.get(name, name)


def _target(out: Path | str) -> Path:
    """The file to write; ReportError for what names none."""
    target = given.path(out, "name of a file", "Give one, as in report.html.")
    if target.is_dir() or not target.name:
        raise ReportError(f"{out} is a folder", "Give the name of a file in it.")
    return target


def _contents(
    notebook: NotebookNode, name: str, formats: Sequence[Form], paper: pdf.Paper
) -> dict[Form, str | bytes]:
    """What is written in each form; the PDF is that of the page."""
    page = publish.page(notebook, name) if {"html", "pdf"} & set(formats) else ""
    make: dict[Form, Callable[[], str | bytes]] = {
        "html": lambda: page,
        "pdf": lambda: pdf.pdf(page, paper),
        "xlsx": lambda: workbook.workbook(
            workbook.of_notebook(notebook),
            publish.title(notebook, name),
            publish.about(notebook),
        ),
        "ipynb": lambda: text(notebook),
    }
    return {form: make[form]() for form in formats}


def find(name: str, folder: Path) -> Path:
    """The notebook of that name: in the workspace folder's `notebooks`, else among those of
    libstats."""
    folders = [folder / "notebooks", shipped.notebooks()]
    offered: dict[str, Path] = {}
    for each in folders:
        for path in sorted(each.glob("*.ipynb")):
            if not path.name.endswith(".failed.ipynb"):
                offered.setdefault(path.stem, path)
    if name not in offered:
        raise ReportUnknown(
            f"there is no report {name!r}", f"There are: {', '.join(sorted(offered)) or 'none'}."
        )
    return offered[name]


def _read(path: Path) -> NotebookNode:
    wrong = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        return notebook
    except (*wrong, nbformat.ValidationError) as error:
        # what is no notebook at all, such as [], is none to nbformat in many ways
        first = (str(error) or type(error).__name__).splitlines()[0]
        raise ReportError(
            f"{path.name} is not a notebook that can be read: {first}",
            "Save it again from JupyterLab.",
        ) from error


def _insert(notebook: NotebookNode, name: str, folder: Path, given: dict[str, Any]) -> list[str]:
    """Put the checked values into a cell after the parameters cell; returns the names set there."""
    cells = [
        cell
        for cell in notebook.cells
        if "injected-parameters" not in cell.metadata.get("tags", [])
    ]
    tagged = [
        place
        for place, cell in enumerate(cells)
        if "parameters" in cell.metadata.get("tags", []) and cell.cell_type == "code"
    ]
    if len(tagged) > 1:
        raise ReportError(
            f"{name} has {len(tagged)} cells tagged parameters", "Leave the tag on one of them."
        )
    known = parameter.known(cells[tagged[0]].source, name) if tagged else {}
    values = parameter.checked(given, known, name)
    _check_period({**known, **values}, known)
    if "workspace" in known:
        values.setdefault("workspace", str(folder))
    if values:
        source = "\n".join(f"{key} = {value!r}" for key, value in values.items())
        cell = nbformat.v4.new_code_cell(
            source, id="injected-parameters", metadata={"tags": ["injected-parameters"]}
        )
        cells.insert(tagged[0] + 1, cell)
    notebook.cells = cells
    return list(values)


def _check_period(values: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    """ReportError for a period that is none, before anything is started for it."""
    said = {
        name: values[name]
        if values[name] != known[name]
        else os.environ.get(parameter.variable(name), values[name])
        for name in period.GIVEN
        if name in known
    }
    period.given(**{name: str(text) for name, text in said.items()})  # type: ignore[arg-type]


def _environment(folder: Path, chosen: list[str]) -> dict[str, str]:
    """The environment of the notebook: this libstats, no variable that would beat a parameter
    given here, and no password."""
    beaten = {*map(parameter.variable, chosen), PASSWORD}
    environment = {name: value for name, value in os.environ.items() if name not in beaten}
    environment["PYTHONPATH"] = os.pathsep.join(
        filter(None, [str(shipped.code()), environment.get("PYTHONPATH", "")])
    )
    environment[SEALED] = "yes"
    environment["PYTHONHASHSEED"] = "0"  # so that a set shown in a report has one order
    if "workspace" not in chosen:
        environment[parameter.variable("workspace")] = str(folder)
    return environment
