"""Rendering of what has been checked: LaTeX, self-contained HTML, Markdown, PDF, and paper forms in author's order."""

from symkv.render.documents import Document, derivation_document, render_html, render_latex, render_markdown
from symkv.render.files import Written, WrittenFile, write_document, write_report
from symkv.render.paper import paper_latex
from symkv.render.pdf import Missing
from symkv.render.user_template import Template

__all__ = [
    "Document",
    "Missing",
    "Template",
    "Written",
    "WrittenFile",
    "derivation_document",
    "paper_latex",
    "render_html",
    "render_latex",
    "render_markdown",
    "write_document",
    "write_report",
]
