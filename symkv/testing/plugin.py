"""The pytest plugin's options: all that is loaded without `--symkv`, so that it costs nothing until it is used."""

from __future__ import annotations

from typing import Any

__all__ = ["pytest_addoption", "pytest_configure"]


def pytest_addoption(parser: Any) -> None:
    """`--symkv`, and which files it collects."""
    group = parser.getgroup("symkv", "algebra checked by symkv")
    group.addoption(
        "--symkv",
        action="store_true",
        help="Collect derivations, claims (TOML), certificates (JSON) and annotated papers (TeX): one item for each "
        "step, claim and equation.",
    )
    parser.addini(
        "symkv_files", "Files that --symkv collects, as patterns from the root: derivations/*.py paper.tex", type="args"
    )
    parser.addini("symkv_require_all", "Fail for a paper's display equations that are not tied.", type="bool")


def pytest_configure(config: Any) -> None:
    """Load what collects, if it is asked for."""
    if config.option.symkv:
        from symkv.testing.collecting import Collecting

        config.pluginmanager.register(Collecting(config), "symkv_collecting")
