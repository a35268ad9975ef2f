"""The same input gives the same bytes: 20 renders under 5 hash seeds and 2 locales, and under every Python found.

`python -m tests.same_bytes` renders them in a process for each seed and locale, half of them in reverse order, and
compares all hashes. With `--pythons` it does so too in a new environment for each supported Python of this machine.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
RENDERS = (  # what, values, compared, target, tokens
    *((("two_kilobytes",), (), False, None, form) for form in ("tex", "html", "md")),
    *((("deepseek-v4-flash",), (), False, None, form) for form in ("tex", "html", "md")),
    *((("gqa", "mla"), ("d_latent=4*d_head", "d_rope=d_head/2"), True, "2KB", form) for form in ("tex", "html", "md")),
    *((("gemma-3n-e4b",), (), False, None, form) for form in ("tex", "html", "md")),
    *((("llama-3.1-8b", "gemma-3-27b"), (), True, None, form) for form in ("tex", "html")),
    *((("counting",), (), False, None, form) for form in ("tex", "md")),
    *((("hca",), (), False, None, form) for form in ("tex", "html")),
    *((("kimi-linear-48b-a3b",), (), False, None, form) for form in ("html", "md")),
)
SEEDS = ("0", "1", "2", "31337", "4294967295")
MINOR = (11, 12, 13)


def hashes(few=False, backwards=False):
    """The SHA-256 of each render, by what was rendered; a page has its figures in it."""
    from symkv.cli.report_documents import Asked, documents

    found = {}
    chosen = RENDERS[::8] if few else RENDERS
    for what, values, compared, target, form in reversed(chosen) if backwards else chosen:
        for document, _ in documents(Asked(what, values, compare=compared, target=target, draw=form == "html")):
            found[f"{document.name}.{form}"] = hashlib.sha256(document.render(form).encode()).hexdigest()
            found |= {name: hashlib.sha256(data).hexdigest() for name, data in document.files.items()}
    return dict(sorted(found.items()))


def locales(folder):
    """Two locales: C.UTF-8, and a German one that is made here, else the C locale."""
    if shutil.which("localedef"):
        made = subprocess.run(
            ["localedef", "-i", "de_DE", "-f", "UTF-8", str(Path(folder) / "de_DE.UTF-8")],
            capture_output=True,
            check=False,
        )
        if made.returncode == 0:
            return [{"LC_ALL": "C.UTF-8"}, {"LC_ALL": "de_DE.UTF-8", "LOCPATH": folder}]
    return [{"LC_ALL": "C.UTF-8"}, {"LC_ALL": "C"}]


def rendered(setting, *, python=sys.executable, few=False, backwards=False):
    """The hashes as another process has them."""
    code = (
        "import json, locale, sys\nlocale.setlocale(locale.LC_ALL, '')\n"
        f"sys.path.insert(0, {str(ROOT)!r})\nfrom tests.same_bytes import hashes\n"
        f"print(json.dumps(hashes(few={few}, backwards={backwards})))"
    )
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "PYTHON"))}
    done = subprocess.run(
        [str(python), "-c", code], env={**kept, **setting}, cwd="/", capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout)


def different(found):
    """The renders whose hashes are not all alike."""
    return sorted(name for name in found[0] if len({one.get(name) for one in found}) > 1)


def pythons():
    """Every supported Python of this machine, by version."""
    places = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep)]
    places += sorted((Path.home() / ".pyenv" / "versions").glob("*/bin"))
    found = {}
    for minor in MINOR:
        for place in places:
            path = place / f"python3.{minor}"
            works = path.is_file() and not subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode
            if works:
                found.setdefault(minor, path)
    return found


def main(arguments):
    with tempfile.TemporaryDirectory() as folder:
        settings = [{**place, "PYTHONHASHSEED": seed} for place in locales(folder) for seed in SEEDS]
        found = [rendered(setting, backwards=n % 2 == 1) for n, setting in enumerate(settings)]
        where = f"{len(found[0])} renders x {len(SEEDS)} seeds x {len(settings) // len(SEEDS)} locales"
        for minor, python in pythons().items() if "--pythons" in arguments else ():
            home = Path(folder) / f"py3{minor}"
            subprocess.run([python, "-m", "venv", home], check=True)
            pip = [home / "bin" / "python", "-m", "pip", "install", "-q", f"{ROOT}[plot]"]
            subprocess.run(pip, check=True)
            found.append(rendered(settings[0], python=home / "bin" / "python"))
            where += f", Python 3.{minor}"
    lost = different(found)
    print(f"{where}: {'all identical' if not lost else 'different: ' + ', '.join(lost)}")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
