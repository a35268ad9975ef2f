"""The wheel carries everything: installed alone in a clean venv, it does the main job outside the checkout."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.real
def test_the_wheel_does_the_main_job_in_a_clean_environment(tmp_path):
    pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "-w", str(tmp_path), str(ROOT)], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("symkv-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "symkv/_shipped/derivations/two_kilobytes.py" in names
    assert "symkv/_shipped/templates/report.html.j2" in names
    assert "symkv/models/bundled/llama-3.1-8b.json" in names
    assert not any(name.startswith(("tests/", "derivations/", "templates/")) for name in names)
    home = tmp_path / "venv"
    venv.create(home, with_pip=True)
    clean = home / "bin" / "python"
    install = [str(clean), "-m", "pip", "-q", "--disable-pip-version-check", "install", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)
    done = subprocess.run(
        [str(home / "bin" / "symkv"), "report"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "8/bytes_per_element" in done.stdout
    for kind in ("tex", "html"):
        assert (tmp_path / "symkv-report" / f"two_kilobytes.{kind}").stat().st_size > 5000
    where = "import symkv, symkv.shipped as s; print(s.shipped('templates'))"
    found = subprocess.run([str(clean), "-c", where], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert str(home) in found
