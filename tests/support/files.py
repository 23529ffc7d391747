"""Where tests find the project's files, and how they write an export."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
TESTS = ROOT / "tests"
DOCS = ROOT / "docs"
NOTEBOOKS = ROOT / "notebooks"
SAMPLE = ROOT / "data" / "sample"


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    """Write an export, its bytes as given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return path
