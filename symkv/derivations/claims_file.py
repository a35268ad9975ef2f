"""Claims of one's own in a TOML file: expression or model, inputs, printed value, source. Only read, never run."""

from __future__ import annotations

import tomllib
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from symkv.derivations.model import Claim, Derivation
from symkv.errors import BadInput

MAX_BYTES = 1_000_000
_VERDICTS = ("agrees", "matches", "rounds", "differs", "undecidable")
_TEXTS = {f.name for f in fields(Claim)} - {"given", "decimals", "exact", "ratio"}


def read_claims(path: Path) -> Derivation:
    """The claims of a TOML file as a derivation without steps; `BadInput` naming the entry that is not well formed.

    Each `[[claim]]` has the fields of `Claim`; numbers are integers or strings such as "9/16", for a TOML float is not
    exact. Without `expect` a claim is to match or to round.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "claims.toml"
    >>> _ = path.write_text('[[claim]]\\nid = "v3"\\nmodel = "deepseek-v3"\\nprinted = "70.272 kB"\\nsource = "own"\\n')
    >>> read_claims(path).claims[0].model
    'deepseek-v3'
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadInput(f"a claims file may have {MAX_BYTES} bytes, this one has more", where=str(path))
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise BadInput(f"a claims file must be readable: {problem.strerror}", where=str(path)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError, ValueError) as problem:
        raise BadInput(f"a claims file must be TOML: {str(problem)[:200]}", where=str(path)) from None
    unknown = set(data) - {"title", "claim"}
    if unknown or not isinstance(data.get("claim"), list) or not data["claim"]:
        found = f"has {sorted(unknown)[0][:40]!r}" if unknown else "has none"
        raise BadInput(f"a claims file holds [[claim]] entries and a title at most, this one {found}", where=str(path))
    title = data.get("title", path.stem)
    if not isinstance(title, str):
        raise BadInput("the title must be a text", where=str(path))
    claims = tuple(_claim(entry, f"{path}, claim {index}") for index, entry in enumerate(data["claim"], 1))
    repeated = {claim.id for claim in claims if sum(claim.id == other.id for other in claims) > 1}
    if repeated:
        raise BadInput(f"each claim must have an id of its own, {min(repeated)} comes twice", where=str(path))
    return Derivation(path.stem, title, "Printed values against exact ones.", symbols=(), steps=(), claims=claims)


def _claim(entry: Any, where: str) -> Claim:
    if not isinstance(entry, dict):
        raise BadInput("a claim must be a table", where=where)
    known = [f.name for f in fields(Claim)]
    for name, value in entry.items():
        if name not in known:
            raise BadInput(f"a claim has the fields {', '.join(known)}, got {name[:40]!r}", where=where)
        _require_kind(name, value, where)
    if not entry.get("id"):
        raise BadInput("a claim must have an id", where=where)
    where = f"{where} ({entry['id'][:40]})"
    expect = entry.get("expect", "agrees")
    if expect not in _VERDICTS:
        raise BadInput(f"`expect` must be one of {', '.join(_VERDICTS)}, got {expect[:40]!r}", where=where)
    if expect != "undecidable" and not entry.get("printed"):
        raise BadInput('a claim must say what is printed, such as printed = "70.272 kB"', where=where)
    return replace(Claim(entry["id"], expect=expect), **entry)


def _require_kind(name: str, value: Any, where: str) -> None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if name in _TEXTS:
        right, kind = isinstance(value, str), "a text"
    elif name == "given":
        right = isinstance(value, dict) and all(
            isinstance(v, str) or (isinstance(v, int) and not isinstance(v, bool)) for v in value.values()
        )
        kind = 'a table of integers or strings such as "9/16"'
    else:
        right, kind = whole or (isinstance(value, str) and name != "decimals"), 'an integer or a string such as "9/16"'
    if not right:
        raise BadInput(f"{name} must be {kind}, got {str(value)[:40]!r}", where=where)
