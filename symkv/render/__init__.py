"""Rendering of what has been checked: LaTeX, self-contained HTML, Markdown, PDF, and paper forms in author's order."""

from symkv.render.collection import collection_document
from symkv.render.comparison_report import comparison_document
from symkv.render.design_tables import Target
from symkv.render.documents import Document, derivation_document, render_html, render_latex, render_markdown
from symkv.render.files import Written, WrittenFile, parse_kinds, write_document, write_report
from symkv.render.model_report import ModelSetting, model_document
from symkv.render.paper import paper_latex
from symkv.render.pdf import Missing
from symkv.render.user_template import Template

__all__ = [
    "Document",
    "Missing",
    "ModelSetting",
    "Target",
    "Template",
    "Written",
    "WrittenFile",
    "collection_document",
    "comparison_document",
    "derivation_document",
    "model_document",
    "paper_latex",
    "parse_kinds",
    "render_html",
    "render_latex",
    "render_markdown",
    "write_document",
    "write_report",
]
