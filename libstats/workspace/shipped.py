"""What comes with libstats beside its code: inside the package when installed, beside it in a
checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent.parent


def notebooks() -> Path:
    """Folder of the reports."""
    return _folder("notebooks")


def sample() -> Path:
    """Folder of the sample library's exports."""
    return _folder("data/sample")


def config() -> str:
    """The libstats.toml of a new workspace, `{name}` for the library's."""
    return (_PACKAGE / "workspace" / "new.toml").read_text(encoding="utf-8")


def code() -> Path:
    """Folder from which this very libstats is imported."""
    return _PACKAGE.parent


def _folder(name: str) -> Path:
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name
