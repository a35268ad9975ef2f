"""Where derivations come from: the files that ship, and a user's own, by path. A derivation file is code, and run."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from symkv.derivations.certificate import read_certificates
from symkv.derivations.model import Derivation
from symkv.errors import BadInput
from symkv.shipped import shipped


def shipped_derivations() -> dict[str, Path]:
    """The files of the derivations that come with symkv, by name."""
    return {path.stem: path for path in sorted(shipped("derivations").glob("*.py"))}


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
    """The derivation of a Python file, which is run, or those of a certificate, which is only read."""
    return read_certificates(path) if path.suffix == ".json" else [load(path)]
