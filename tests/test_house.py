"""The house: few rooms, and arrows between them that go one way, from top to bottom."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from tests.support.files import ROOT

HOUSE = ROOT / "libstats"
# What a room may import, from the top to the bottom: none stands above the line of its own name.
# A new arrow is a decision: write it here, or lay the code elsewhere.
MAY_IMPORT = {
    "cli": """libraries pull loading recognise report report/page workspace analysis analysis/work
        definitions readers store""",
    "pull": "loading recognise workspace sources declaration readers store",
    "loading": "recognise workspace privacy declaration readers store",
    "recognise": "workspace sources privacy declaration definitions readers readers/workbook",
    "report": """report/page report/charts libraries analysis analysis/signals analysis/work
        analysis/collection analysis/chart definitions""",
    "report/page": "report/charts workspace privacy",
    "report/charts": "",
    "libraries": """workspace analysis analysis/signals analysis/work analysis/collection
        analysis/chart privacy declaration definitions""",
    "workspace": "analysis/work sources privacy declaration definitions readers store",
    "analysis/signals": "analysis analysis/work analysis/chart definitions",
    "analysis": "analysis/work analysis/collection analysis/chart declaration definitions store",
    "analysis/work": "analysis/collection declaration definitions",
    "analysis/collection": "definitions",
    "analysis/chart": "",
    "sources": "declaration",
    "privacy": "declaration definitions store",
    "declaration": "",
    "readers/workbook": "readers",
    "readers": "",
    "store": "definitions",
    "definitions": "",
}
# What lies beside the rooms, and who may import it: the public names are for users alone.
ABOVE = {
    "__init__": """libraries loading report/page workspace analysis analysis/signals analysis/work
        analysis/collection""",
    "__main__": "cli",
}
BELOW = ("errors", "schema", "wording")
MOST_FILES, MOST_FOLDERS = 37, 37


def modules() -> dict[str, ast.Module]:
    """Every module of the package by its name below `libstats`: `store.fold`, `report`, `errors`."""
    found = {}
    for path in sorted(HOUSE.rglob("*.py")):
        parts = path.relative_to(HOUSE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" and parts[1:] else parts)
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


MODULES = modules()


def imported(tree: ast.Module) -> Iterator[str]:
    """The package's modules that a module imports, wherever in it, for types alone or not."""
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, ast.unparse(node)
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            whole, _, below = name.partition(".")
            if whole == "libstats":
                parent = below.rpartition(".")[0]
                yield below if below in MODULES else parent if parent in MODULES else "__init__"


ARROWS = {name: sorted(set(imported(tree))) for name, tree in MODULES.items()}


def room_of(module: str) -> str:
    """The room that a module lies in; of one that lies beside the rooms its own name."""
    place = HOUSE.joinpath(*module.split("."))
    folder = (place if place.is_dir() else place.parent).relative_to(HOUSE)
    rooms = (each.as_posix() for each in (folder, *folder.parents))
    return next((room for room in rooms if room in MAY_IMPORT), module)


def test_the_table_has_every_room_and_its_arrows_go_down() -> None:
    rooms = {room_of(module) for module in MODULES}
    assert rooms == {*MAY_IMPORT, *ABOVE, *BELOW}
    order = list(MAY_IMPORT)
    for room, allowed in MAY_IMPORT.items():
        assert set(allowed.split()) <= set(order[order.index(room) + 1 :]), room


def test_no_import_is_against_the_arrows() -> None:
    found = set()
    for module, targets in ARROWS.items():
        room = room_of(module)
        allowed = {room, *(MAY_IMPORT | ABOVE).get(room, "").split(), *BELOW}
        if room in BELOW:
            allowed = set(BELOW)
        found |= {(module, target) for target in targets if room_of(target) not in allowed}
    assert found == set()


def test_no_module_needs_itself() -> None:
    try:
        TopologicalSorter(ARROWS).prepare()
    except CycleError as error:
        raise AssertionError(" -> ".join(error.args[1])) from None


def test_there_are_few_rooms() -> None:
    beside = [path.name for path in HOUSE.iterdir() if path.is_file()]
    assert len(beside) <= MOST_FILES, beside
    folders = {path.parent for path in HOUSE.rglob("*.py")}
    counted = {folder for folder in folders if folder.parent != HOUSE / "sources"}
    assert len(counted) <= MOST_FOLDERS, counted
