"""Outcomes as SARIF 2.1.0 and as JUnit XML, which review tools show on the line."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as Xml

import symkv
from symkv.papers.outcomes import RULES, Outcome

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # characters that XML 1.0 has not


def sarif(outcomes: Sequence[Outcome], *, base: Path | None = None) -> str:
    """What is wrong as a SARIF 2.1.0 log, files by URI relative to `base`, else to the current folder."""
    rules = [{"id": rule, "shortDescription": {"text": text}} for rule, text in RULES.items()]
    results = [_result(one, base or Path.cwd()) for one in outcomes if one.rule]
    driver = {"name": "symkv", "version": symkv.__version__, "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _result(one: Outcome, base: Path) -> dict[str, Any]:
    place = {
        "artifactLocation": {"uri": uri(one.path, base)},
        "region": {"startLine": one.line, "startColumn": one.column},
    }
    return {
        "ruleId": one.rule,
        "ruleIndex": list(RULES).index(one.rule),
        "level": "warning" if one.rule == "undecided" else "error",
        "message": {"text": f"{one.name}: {one.message}"},
        "locations": [{"physicalLocation": place}],
    }


def uri(path: Path, base: Path) -> str:
    """A file as a URI: relative where it is inside the base, else absolute.

    >>> uri(Path("/a/b c/paper.tex"), Path("/a"))
    'b%20c/paper.tex'
    """
    whole = PurePath(base / path) if not path.is_absolute() else PurePath(path)
    plain = Path(*_normal(whole.parts))
    root = Path(*_normal(PurePath(base).parts))
    if plain.is_relative_to(root):
        return quote(plain.relative_to(root).as_posix())
    return plain.as_uri()


def _normal(parts: Sequence[str]) -> list[str]:
    """The parts of a path without `..`, as text: links are left as they are."""
    found: list[str] = []
    for part in parts:
        if part == ".." and len(found) > 1:
            found.pop()
        else:
            found.append(part)
    return found


def junit(outcomes: Sequence[Outcome], *, base: Path | None = None) -> str:
    """Everything that was checked as JUnit XML: one suite for each file, one case for each outcome."""
    root = base or Path.cwd()
    top = Xml.Element("testsuites", name="symkv")
    files: dict[str, list[Outcome]] = {}
    for one in outcomes:
        files.setdefault(uri(one.path, root), []).append(one)
    for file, cases in files.items():
        failed = sum(bool(one.rule) for one in cases)
        suite = Xml.SubElement(
            top, "testsuite", name=_xml(file), tests=str(len(cases)), failures=str(failed), errors="0", skipped="0"
        )
        for one in cases:
            case = Xml.SubElement(
                suite,
                "testcase",
                classname=_xml(file),
                name=_xml(one.name),
                file=_xml(file),
                line=str(one.line),
                time="0",
            )
            if one.rule:
                failure = Xml.SubElement(case, "failure", message=_xml(one.message), type=one.rule)
                failure.text = _xml(f"{file}:{one.line}:{one.column}: {one.message}")
    Xml.indent(top)
    return "<?xml version='1.0' encoding='utf-8'?>\n" + Xml.tostring(top, encoding="unicode") + "\n"


def _xml(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
