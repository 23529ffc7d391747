"""What libstats.toml says of systems and their exports: those that there are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from libstats.workspace.codes_given import own_exports
from libstats.workspace.fault import Fault, nearest

Config = Mapping[str, Any]


def of_sources(given: Mapping[str, Any], config: Config) -> Iterator[Fault]:
    """Systems of which no export is known, and programs that write none."""
    from libstats.sources import sources  # most workspaces are opened without

    own = {label: entry for label, entry in own_exports(config).items() if isinstance(entry, dict)}
    systems = sorted({s.system for s in sources()} | {label.split(" ")[0] for label in own})
    commands = [*(s.command for s in sources()), *(e.get("command") for e in own.values())]
    words = sorted({word for word in commands if isinstance(word, str)})
    for name, source in given.items():
        if not name.strip() or (name in systems and name != source["system"]):
            yield Fault(
                ("sources", name),
                "is no name for it: exports of that system go by it" if name else "has no name",
                "Choose another one, else two systems would count as one",
            )
        if source["system"] not in systems:
            yield Fault(
                ("sources", name, "system"),
                "there is no export of such a system",
                f"{nearest(source['system'], systems)}The systems are: {', '.join(systems)}",
            )
        yield from (
            Fault(
                ("sources", name, "columns", word),
                "there is no such program",
                f"{nearest(word, words)}The programs are: {', '.join(words)}",
            )
            for word in source.get("columns", {})
            if word not in words
        )


def of_whole(given: Mapping[str, Any], config: Config) -> Iterator[Fault]:
    """Exports that there are not, and those from which nothing that is missing can be gone."""
    from libstats.sources import sources  # most workspaces are opened without

    absences = {s.label: s.absence for s in sources()} | {
        label: entry.get("absence") if isinstance(entry, dict) else None
        for label, entry in own_exports(config).items()
    }
    able = [label for label, absence in absences.items() if absence == "gone"]
    for label in given:
        if label not in absences:
            problem = "there is no such export"
            remedy = f"{nearest(label, absences)}It can be said of: {', '.join(able)}"
        elif label in own_exports(config):
            problem = "what is missing from a file of this export does not count as gone"
            remedy = f'Write absence = "gone" below [export."{label}"], or leave this line out'
        else:
            problem = "what is missing from a file of this export cannot count as gone"
            remedy = f"Leave it out; it can be said of: {', '.join(able)}"
        if label not in able:
            yield Fault(("whole", label), problem, remedy)


def of_exports(section: str) -> Callable[[Mapping[str, Any], Config], Iterator[Fault]]:
    """What finds in a section the exports that there are not."""

    def further(given: Mapping[str, Any], config: Config) -> Iterator[Fault]:
        from libstats.sources import sources  # most workspaces are opened without

        labels = [*(s.label for s in sources()), *own_exports(config)]
        for label in given:
            if label not in labels:
                meant = nearest(label, labels)
                told = f"{meant}`libstats loads` lists what the loaded files are"
                yield Fault((section, label), "there is no such export", told)

    return further


def of_branches(given: Mapping[str, Any], config: Config) -> Iterator[Fault]:
    """Codes of systems that there are not."""
    from libstats.sources import sources  # most workspaces are opened without

    own = [label.split(" ")[0] for label in own_exports(config)]
    systems = sorted({*(s.system for s in sources()), *own, *config.get("sources", {})})
    for key in given:
        system, colon, code = (part.strip() for part in key.partition(":"))
        if colon and not (code and system in systems):
            told = f"{nearest(system, systems)}The systems are: {', '.join(systems)}"
            yield Fault(("branches", key), "is a code of no system", told)
