"""Rendering of what has been checked: LaTeX, self-contained HTML, PDF, and paper forms in their author's order."""

from symkv.render.documents import render_html, render_latex
from symkv.render.files import Missing, Written, WrittenFile, write_report
from symkv.render.paper import paper_latex

__all__ = ["Missing", "Written", "WrittenFile", "paper_latex", "render_html", "render_latex", "write_report"]
