"""The structure: one direction of imports, small modules, sympy symbols made in one place, no evaluator of strings."""

import ast
import re
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "symkv"
ROOMS = (
    "errors units tex_signs symbols shipped output strict_json notebook formula proof caches references variants "
    "models engines measure modelling solve derivations tracing proving explaining selftest figures render listing "
    "tables terminal papers testing cli __main__"
).split()
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "_shipped" not in path.parts)
TRUSTED = tuple(
    f"proof/{name}.py" for name in ("domains", "polynomial", "functions", "normal", "periodic", "kernel", "rules")
)


def room(module: str) -> str:
    """The room of a dotted module name inside the package; the package itself has none."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "symkv":
                yield from ((f"symkv.{alias.name}", node) for alias in node.names)
            else:
                yield node.module, node


def own_room(path):
    relative = path.relative_to(PACKAGE)
    return relative.parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_from_its_own_room_and_earlier_ones_only(path):
    here = own_room(path)
    if here == "__init__":
        assert not [m for m, _ in imports(path) if m.startswith("symkv")], (
            "importing the package loads none of its rooms"
        )
        return
    for module, _ in imports(path):
        if module.startswith("symkv.") and room(module) not in ("__version__",):
            assert ROOMS.index(room(module)) <= ROOMS.index(here), f"{path.name} imports {module}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_is_over_400_lines_and_none_evaluates_text(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    calls = {
        node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
    }
    assert not calls & {"exec", "sympify", "parse_expr", "lambdify", "literal_eval"}
    names = {n.func.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    assert "eval" not in names
    assert not re.search(r"^\s*(import|from) (pickle|marshal|yaml)", text, re.MULTILINE)


def test_sympy_symbols_are_made_in_one_place():
    makers = [p for p in MODULES if re.search(r"sympy\.Symbol\(|\bsymbols\(\"", p.read_text(encoding="utf-8"))]
    assert [str(p.relative_to(PACKAGE)) for p in makers] == ["formula/sympy_reading.py"]


def test_only_the_kernel_makes_a_proved():
    makers = [p for p in MODULES if re.search(r"\bProved\(", p.read_text(encoding="utf-8"))]
    assert [p.name for p in makers] == ["kernel.py"]


@pytest.mark.parametrize("name", TRUSTED)
def test_the_kernel_needs_the_standard_library_only(name):
    for module, _ in imports(PACKAGE / name):
        assert module.split(".")[0] in sys.stdlib_module_names or module.startswith("symkv.")
    assert (PACKAGE / name).read_text().count("\n") <= 400


def test_engines_are_imported_inside_functions_only():
    for path in MODULES:
        if path.name in ("sympy_reading.py", "documents.py", "zygote.py"):
            continue  # imported lazily themselves
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
                assert not {n.split(".")[0] for n in names} & {"sympy", "z3", "jinja2", "numpy", "latexify"}, path


@pytest.mark.parametrize("path", [p for p in MODULES if p.parent.name == "variants"], ids=lambda path: path.stem)
def test_a_variant_rests_on_no_other_variants_file(path):
    assert not [m for m, _ in imports(path) if m.startswith("symkv.variants.")]
