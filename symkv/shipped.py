"""Where the files that come with symkv lie: in the package when installed, beside it in a checkout."""

from __future__ import annotations

from pathlib import Path


def shipped(folder: str) -> Path:
    """The folder `derivations` or `templates`."""
    package = Path(__file__).parent
    inside = package / "_shipped" / folder
    return inside if inside.is_dir() else package.parent / folder
