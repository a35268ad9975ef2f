"""Where derivations come from: the files that ship, and a user's own, by path. A derivation file is code, and run."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

from symkv.derivations.certificate import read_certificates
from symkv.derivations.claims_file import read_claims
from symkv.derivations.model import Derivation
from symkv.errors import BadInput
from symkv.shipped import shipped

_NUMBERED = re.compile(r"^\d+_")  # a number before the name orders the files


def shipped_derivations() -> dict[str, Path]:
    """The files of the derivations that come with symkv, by name, in reading order: first those of no folder.

    >>> list(shipped_derivations())[:3]
    ['catalogue', 'counting', 'two_kilobytes']
    """
    folder = shipped("derivations")
    paths = sorted(folder.rglob("*.py"), key=lambda path: (path.parent != folder, path))
    return {_NUMBERED.sub("", path.stem): path for path in paths}


def shipped_folders() -> dict[str, dict[str, Path]]:
    """The folders of derivations that come with symkv, each with its files by name, in reading order.

    >>> list(shipped_folders()), list(shipped_folders()["lecture"])[:2]
    (['lecture', 'papers'], ['roofline', 'hardware_ratio'])
    """
    folder = shipped("derivations")
    folders: dict[str, dict[str, Path]] = {}
    for name, path in shipped_derivations().items():
        if path.parent != folder:
            folders.setdefault(path.parent.name, {})[name] = path
    return folders


def load(path: Path) -> Derivation:
    """The `derivation` that a Python file defines. The file is run: it is code, and trusted as such."""
    if not path.is_file():
        raise BadInput(f"a derivation must be a file that defines `derivation`, {path} is none", where=str(path))
    spec = importlib.util.spec_from_file_location(f"symkv_derivation_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise BadInput("a derivation must be a .py file", where=str(path))
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BadInput as problem:
        raise problem.at(str(path)) from None
    except Exception as problem:
        raise BadInput(f"the file must run, it raised {type(problem).__name__}: {problem}", where=str(path)) from None
    found = getattr(module, "derivation", None)
    if not isinstance(found, Derivation):
        raise BadInput("the file must define `derivation = Derivation(...)`", where=str(path))
    return found


def named(name: str) -> Derivation:
    """A shipped derivation by name."""
    files = shipped_derivations()
    if name not in files:
        raise BadInput(f"a derivation must be one of {', '.join(files)}, got {name[:40]!r}")
    return load(files[name])


def load_any(path: Path) -> list[Derivation]:
    """The derivation of a Python file, which is run, those of a certificate or the claims of a TOML file: only read."""
    match path.suffix:
        case ".json":
            return read_certificates(path)
        case ".toml":
            return [read_claims(path)]
    return [load(path)]
