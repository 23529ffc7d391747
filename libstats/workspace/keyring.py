"""Passwords and keys in the computer's keyring, where the package keyring is installed."""

from __future__ import annotations

import importlib

__all__ = ["kept"]


def kept(service: str, name: str) -> str | None:
    """What the keyring holds for a name at a service; None where it has nothing, or is not
    there."""
    try:
        keyring = importlib.import_module("keyring")
        found = keyring.get_password(service, name)
    except Exception:  # whatever a keyring of some system raises: there is none to be had
        return None
    return str(found) if found else None
