"""The sources that derivations cite, by key, from references.bib: shown in a line, or copied as BibTeX."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from symkv.caches import Source
from symkv.derivations.model import Derivation
from symkv.errors import BadInput
from symkv.shipped import shipped

_ENTRY = re.compile(r"^@\w+\{([^,\s]+),.*?^\}$", re.MULTILINE | re.DOTALL)
_BRACES = str.maketrans("", "", "{}")  # they keep BibTeX from changing letters


@dataclass(frozen=True)
class Entry:
    """One source: its key, its fields as plain text, its text in the .bib file; `checked` unless it says unverified."""

    key: str
    fields: Mapping[str, str]
    bibtex: str = field(repr=False)

    @property
    def checked(self) -> bool:
        """Whether the text of the source was read for what is cited."""
        return "unverified" not in self.fields.get("keywords", "")

    @property
    def authors(self) -> str:
        """Family names: one, two, or the first `et al.`; the name of an organisation whole."""
        names = [name.partition(",")[0].strip() for name in self.fields["author"].split(" and ")]
        if len(names) > 2 or names[-1] == "others":
            return f"{names[0]} et al."
        return " and ".join(names)

    def __str__(self) -> str:
        eprint = self.fields.get("eprint")
        places = [f"arXiv:{eprint}"] if eprint else [self.fields.get("howpublished", ""), self.fields.get("url", "")]
        parts = [self.authors, self.fields["title"], self.fields["year"], *places]
        return ", ".join(part for part in parts if part) + ("" if self.checked else " (unverified)")


def bibliography() -> Mapping[str, Entry]:
    """The entries of the shipped references.bib, by key.

    >>> bibliography()["brandon2024"].fields["eprint"]
    '2405.12981'
    """
    return read_bibliography(shipped("derivations") / "references.bib")


@cache
def read_bibliography(path: Path) -> Mapping[str, Entry]:
    """The entries of a .bib file, by key; `BadInput` for one that is not BibTeX or has a key twice."""
    import bibtexparser  # late, for few commands cite
    import bibtexparser.customization

    text = path.read_text(encoding="utf-8")
    texts = {match[1]: match[0] for match in _ENTRY.finditer(text)}
    parser = bibtexparser.bparser.BibTexParser(common_strings=True)
    parser.customization = bibtexparser.customization.convert_to_unicode
    found = [{n: v.translate(_BRACES) for n, v in entry.items()} for entry in parser.parse(text).entries]
    entries: dict[str, Entry] = {}
    for one in found:
        key = one.pop("ID")
        missing = [name for name in ("author", "title", "year") if not one.get(name)]
        if key in entries or missing or key not in texts:
            why = f"lacks {missing[0]}" if missing else "comes twice" if key in entries else "must end with } on a line"
            raise BadInput(f"the entry {key[:40]} {why}", where=str(path))
        entries[key] = Entry(key, one, texts[key])
    return entries


def cited(derivation: Derivation) -> dict[str, Entry | Source]:
    """The sources that a derivation cites, by key, in order of the keys; a key that is in no list is left out.

    >>> from symkv.derivations.loading import named
    >>> list(cited(named("two_kilobytes")))
    ['brandon2024', 'pope2026']
    """
    keys = (
        {step.cite for step in derivation.steps} | {claim.source for claim in derivation.claims} | {*derivation.sources}
    )
    known: dict[str, Entry | Source] = {**bibliography(), **derivation.sources}
    return {key: known[key] for key in sorted(keys) if key in known}
