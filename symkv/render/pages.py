"""HTML pages from the shipped templates, every value escaped."""

from __future__ import annotations

from typing import Any

from symkv import __version__
from symkv.output import HEADER
from symkv.shipped import shipped


def page(template: str, **values: Any) -> str:
    """The page that a template makes of the values; text is escaped, and a value that is missing is an error."""
    import jinja2

    loader = jinja2.FileSystemLoader(str(shipped("templates")))
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template(template).render({"header": f"{HEADER} {__version__}", **values})
