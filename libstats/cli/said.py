"""What stands behind an argument of the command line: whether it says anything at all."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

__all__ = ["number", "path", "said"]


def said(text: str) -> str:
    """What is said at all; nothing is no name, of whatever."""
    if not text.strip() or "\0" in text:
        raise argparse.ArgumentTypeError(f"{text!r} says nothing")
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        raise argparse.ArgumentTypeError(f"{text!a} holds a sign that no name has") from None
    return text


def path(text: str) -> Path:
    """A path; a text of nothing would be this very folder."""
    return Path(said(text))


def number(text: str) -> int:
    """The number of a load; none has more than nine digits."""
    if not (text.isdecimal() and len(text) < 10):
        raise argparse.ArgumentTypeError(f"{text!r} is not the number of a load")
    return int(text)
