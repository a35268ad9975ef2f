"""Figures: exact data held against brute force and other code, drawings that read in grey, on dark pages and in TeX."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symkv.errors import BadInput
from symkv.figures import (
    alt,
    context_figure,
    data,
    designs_figure,
    drawn,
    inline_svg,
    layers_figure,
    read_figure,
    text,
    write_figure,
)
from symkv.figures.scales import amount, length, round_step, ticks
from symkv.figures.style import COLOURS, HATCHES, INK, LINES, MARKERS
from symkv.formula import Formula
from symkv.measure import measure
from symkv.models import resolve
from symkv.models.records import names
from symkv.solve import parse_box
from symkv.variants import catalogue

SHARED = "tail(3, interleave(10, 4:1, sliding_window(window=512,n_kv_heads=2,d_head=64), gqa(n_kv_heads=2,d_head=64)))"
HOSTILE = "50% of $x_1^2$ & <script>alert(1)</script> #{}~\\input{x}"


def stack(what, **values):
    return resolve(what).given({name: Formula.of(v) for name, v in values.items()}).coded({"kv": "bf16"})


def renamed(found, name):
    return replace(found, name=name)


def lattice(target="4KiB", *extra):
    box, fixed, formats = parse_box(["n_layers=1..8", "n_kv_heads=1..16", "dtype=fp8,bf16", *extra])
    assert not fixed
    open_ones = resolve("gqa").given({"d_head": Formula.of(128)})
    return designs_figure(open_ones, box, target=target, formats=formats)


@pytest.fixture(scope="module")
def figures():
    window = stack("sliding_window", n_layers=26, n_kv_heads=8, d_head=128, window=4096)
    full = stack("gqa", n_layers=8, n_kv_heads=8, d_head=128)
    latent = stack("mla", n_layers=16, d_latent=512, d_rope=64)
    sparse = stack("2*dsa(d_latent=512,d_rope=64,d_index=128)").coded({"index": "bf16"})
    models = [
        resolve(n).coded({"kv": "bf16", "index": "bf16"}) for n in ("llama-3.1-8b", "deepseek-v3.2", "gemma-2-9b")
    ]
    return {
        "context": context_figure([full, window, latent]),
        "read": read_figure([sparse]),
        "points": read_figure(models, tokens=(131072, 131072)),
        "designs": lattice(),
        "layers": layers_figure(resolve(SHARED)),
        "merged": layers_figure(resolve("csa")),
    }


# -- data --------------------------------------------------------------------------------------------------------------


def test_every_point_of_a_curve_is_what_size_says():
    found = resolve("gemma-2-9b").coded({"kv": "bf16"})
    for of, key in (("stored", "stored_bytes"), ("read", "read_bytes_per_step"), ("written", "written_bytes_per_step")):
        (curve,) = context_figure([found], of=of, batch=3).curves
        assert len(curve.points) > 60
        for tokens, value in curve.points[::9]:
            assert value == measure(found, tokens=tokens, batch=3)[key]


@settings(max_examples=12)
@given(st.integers(1, 6), st.integers(2, 40), st.integers(2, 30), st.integers(1, 4))
def test_crossovers_are_those_of_a_scan(heads, window, layers, others):
    one = stack("sliding_window", n_layers=layers, n_kv_heads=heads, d_head=1, window=window)
    two = stack("gqa", n_layers=others, n_kv_heads=1, d_head=1)
    found = context_figure([one, two], tokens=(1, 4096)).crossovers
    sign, changes = 0, []
    for tokens in range(1, 4097):
        gap = 4 * (heads * layers * min(tokens, window) - others * tokens)
        if gap and sign and (gap > 0) != (sign > 0):
            changes.append(tokens)
        sign = gap or sign
    assert [one.since for one in found] == changes
    for crossover in found:
        assert crossover.until < crossover.at <= crossover.since
        assert crossover.bytes == 4 * others * crossover.at or crossover.bytes == 4 * heads * layers * window


def test_a_saw_tooth_keeps_its_peaks_and_falls_in_the_picture():
    teeth = stack("chunked", n_layers=1, n_kv_heads=1, d_head=1, chunk=100)
    (curve,) = context_figure([teeth], tokens=(64, 2048)).curves
    points = dict(curve.points)
    for tooth in range(100, 2001, 100):
        assert points[tooth] == 400  # 100 rows of a key and a value of two bytes
        assert points[tooth + 1] == 4


def test_pairs_that_take_turns_for_ever_are_said_to():
    teeth = stack("chunked", n_layers=1, n_kv_heads=1, d_head=1, chunk=100)
    flat = stack("sliding_window", n_layers=1, n_kv_heads=1, d_head=1, window=50)
    found = context_figure([teeth, flat], tokens=(64, 2048))
    ((first, second, since),) = found.turns
    assert (first, second) == ("chunked", "sliding_window")
    assert since <= 200
    assert any("take turns" in line for line in text(found))


def test_stored_and_read_part_where_sparse_attention_begins_to_choose(figures):
    (one,) = figures["read"].crossovers
    assert (one.since, one.after) == (2049, "read")
    same = read_figure([stack("gqa", n_layers=2, n_kv_heads=1, d_head=8)])
    assert [curve.of for curve in same.curves] == ["stored and read"]
    shared = read_figure([resolve(SHARED).coded({"kv": "bf16"})])  # more is read than stored, from the first token on
    assert [curve.of for curve in shared.curves] == ["stored", "read"]
    assert all(r > s for (_, s), (_, r) in zip(*(curve.points for curve in shared.curves), strict=True))


def test_the_lattice_has_every_hit_and_every_near_miss_of_a_scan():
    found = lattice()
    widths = {"fp8": 1, "bf16": 2}
    for one in found.series:
        total = {(x, y): 256 * x * y * widths[one.label] for x in range(1, 9) for y in range(1, 17)}
        assert {(d.x, d.y) for d in one.hits} == {at for at, bytes_ in total.items() if bytes_ == 4096}
        near = {at for at, bytes_ in total.items() if bytes_ != 4096 and 10 * abs(bytes_ - 4096) <= 4096}
        assert {(d.x, d.y) for d in one.near} == near
        assert all(d.miss == Fraction(total[d.x, d.y], 4096) - 1 for d in (*one.hits, *one.near))
        assert len(one.level) > 10
        assert all(256 * x * y * widths[one.label] == 4096 for x, y in one.level)


@pytest.mark.parametrize("name", [*catalogue()])
def test_the_rows_of_a_picture_are_those_that_the_masks_count(name):
    found = layers_figure(resolve(name))
    for kind in found.kinds:
        assert all(0 <= start < end <= found.tokens for start, end in (*kind.kept, *kind.read)) or not kind.stride
        if kind.stride == 1:
            assert sum(end - start for start, end in kind.kept) == kind.rows
        assert sum(e - s for s, e in kind.read) <= sum(e - s for s, e in kind.kept)
    given = {n: Formula.of(v) for n, v in found.sizes.items()}
    for tensor in resolve(name).parts[0].variant.tensors:
        kept = Formula.parse(tensor.mask.kept).substitute({**given, "n_tokens": found.tokens})
        if not kept.names:
            kinds = [kind for kind in found.kinds if tensor.name in kind.label.split(", ")]
            assert any(kind.rows == kept.evaluate({}) for kind in kinds) or not kinds


def test_layers_stand_in_the_order_of_the_model():
    for name in [*names()][::5]:
        assert layers_figure(resolve(name)).ordered, name
    gemma = layers_figure(resolve("gemma-3-27b"))  # every sixth layer attends to everything
    full = [number for number, layer in enumerate(gemma.layers) if "full" in gemma.kinds[layer.kinds[0]].label]
    assert full == [layer for layer in range(62) if (layer + 1) % 6 == 0]
    shared = layers_figure(resolve(SHARED))
    assert [layer.sources[0] for layer in shared.layers] == [0, 1, 2, 3, 4, 5, 6, 6, 6, 4]
    assert not layers_figure(resolve("3*gqa() + 2*mla()")).ordered  # a sum has no order


# -- scales ------------------------------------------------------------------------------------------------------------


@given(st.integers(1, 2**50), st.integers(1, 2**20), st.sampled_from(["binary", "decimal"]))
def test_ticks_are_round_and_within_the_range(low, factor, units):
    for value, label in ticks(low, low * factor, units, 6, of="bytes"):
        assert low <= value <= low * factor
        number, unit = label.split(" ")
        scale = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
        scale |= {"kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
        assert Fraction(number) * scale[unit] == value


def test_kb_is_not_kib():
    assert (amount(2048, "binary"), amount(2048, "decimal")) == ("2 KiB", "2.05 kB")
    assert (length(131072, "binary"), length(131072, "decimal"), length(128000, "decimal")) == (
        "128Ki",
        "131072",
        "128k",
    )
    assert round_step(3584, "binary") == 1024


# -- text --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [40, 80, 132])
def test_a_figure_as_text_is_as_wide_as_the_terminal_and_ascii_where_asked(figures, width):
    for name, figure in figures.items():
        plain = text(figure, width=width, ascii_only=True)
        assert all(char < "\x7f" for line in plain for char in line), name
        assert len(plain) == len(text(figure, width=width))
        if name in ("context", "read", "points"):
            assert max(map(len, plain[1:21])) in range(width - 12, width + 1)


def test_the_text_form_marks_crossovers_and_names_every_curve(figures):
    lines = text(figures["context"], width=100)
    assert sum("╳" in line for line in lines[1:19]) >= 1
    told = "\n".join(lines)
    for one in figures["context"].crossovers:
        assert one.words in told
    assert all(curve.name in told for curve in figures["context"].curves)
    assert "1 GiB = 1024³ B" in lines[0]


def test_json_is_exact_and_the_alternative_text_is_one_sentence(figures):
    for figure in figures.values():
        again = json.loads(json.dumps(data(figure)))
        assert again["kind"] in ("context", "read", "designs", "layers")
        sentence = alt(figure)
        assert sentence.endswith(".")
        assert "\n" not in sentence
    assert data(figures["designs"])["series"][0]["near"][0]["miss"] == "-1/16"  # 15 heads for 16


# -- drawings ----------------------------------------------------------------------------------------------------------


def luminance(colour):
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, two):
    high, low = sorted((luminance(one), luminance(two)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def deuteranope(colour):
    """How a reader without green cones sees a colour (Viénot, Brettel and Mollon 1999), in linear light."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    long, _, short = 17.8824 * r + 43.5161 * g + 4.1194 * b, 0, 0.0300 * r + 0.1843 * g + 1.4671 * b
    medium = 0.4942 * long + 1.2483 * short
    return (
        0.0809 * long - 0.1305 * medium + 0.1167 * short,
        -0.0102 * long + 0.0540 * medium - 0.1136 * short,
        -0.0004 * long - 0.0041 * medium + 0.6935 * short,
    )


def test_series_differ_without_colour_and_stand_out_on_white_and_dark_pages():
    for looks in (COLOURS, LINES, MARKERS, HATCHES):
        assert len(set(looks)) == len(looks) == len(COLOURS)
    for colour in COLOURS:
        if colour != INK:  # the ink is the page's own
            assert contrast(colour, "#ffffff") >= 3, colour
            assert contrast(colour, "#121212") >= 3, colour
    for one, two in combinations(COLOURS[:4], 2):
        seen = zip(deuteranope(one), deuteranope(two), strict=True)
        assert sum((a - b) ** 2 for a, b in seen) ** 0.5 > 0.08, (one, two)


@pytest.fixture(scope="module")
def svgs(figures):
    return {name: drawn(figure, "svg").decode() for name, figure in figures.items()}


def inside(svg):
    """The element of a file, as it stands inside a page."""
    return svg[svg.index("<svg") :]


def test_an_svg_has_words_for_all_and_no_ink_of_its_own(figures, svgs):
    page = "".join(map(inside, svgs.values()))
    assert inline_svg(figures["read"]) == inside(svgs["read"])
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(set(ids)) == len(ids)  # several figures on one page
    assert set(re.findall(r'(?:url\(|href=")#([^)"]+)', page)) <= set(ids)
    assert "currentColor" in page
    assert INK not in page.lower()
    for name, figure in figures.items():
        root = ElementTree.fromstring(svgs[name])
        names_ = [element.tag.rpartition("}")[2] for element in root.iter()]
        assert root.attrib["role"] == "img"
        assert names_.count("text") > 5  # letters stay letters
        assert not {"script", "image", "foreignObject", "a"} & set(names_)
        title, desc = (next(e.text for e in root.iter() if e.tag.endswith(f"}}{tag}")) for tag in ("title", "desc"))
        assert (title, desc) == (figure.title, alt(figure))


def test_a_hostile_name_stays_text():
    full = renamed(stack("gqa", n_layers=8, n_kv_heads=8, d_head=128), HOSTILE)
    figure = context_figure([full])
    root = ElementTree.fromstring(drawn(figure, "svg"))
    texts = "".join(element.text for element in root.iter() if element.tag.endswith("}text"))
    assert HOSTILE.replace(" ", "") in texts.replace(" ", "")  # over two lines
    assert not [element for element in root.iter() if element.tag.endswith("}script")]
    assert "<script>" not in figure._repr_html_()


def test_a_pdf_carries_truetype_letters_and_no_date(figures):
    content = drawn(figures["context"], "pdf")
    assert b"/Type3" not in content
    assert b"/FontFile2" in content
    assert b"CreationDate" not in content
    assert b"generated by symkv" in content


SAME = """
import hashlib
from symkv.figures import context_figure, designs_figure, drawn, layers_figure
from symkv.models import resolve
from symkv.formula import Formula
eight = {{name: Formula.of(8) for name in ("n_kv_heads", "d_head", "n_layers")}}
gqa = resolve("gqa").given(eight).coded({{"kv": "bf16"}})
half = resolve("gqa").given({{"d_head": Formula.of(128), "bytes_per_element": Formula.of(1)}})
figures = (
    context_figure([gqa, resolve("llama-3.1-8b").coded({{"kv": "fp8"}})]),
    designs_figure(half, {{"n_layers": range(1, 9), "n_kv_heads": range(1, 9)}}, target="2KiB"),
    layers_figure(resolve({what!r})),
)
for place, figure in enumerate(figures):
    for form in {forms!r} if not place else ("svg",):
        print(form, hashlib.sha256(drawn(figure, form)).hexdigest())
"""


def test_the_same_bytes_whatever_the_hash_seed_the_locale_and_the_users_settings(tmp_path):
    forms = ("svg", "pdf", "png", *(["pgf"] if shutil.which("pdflatex") else []))
    code = SAME.format(forms=forms, what=SHARED)
    (tmp_path / "matplotlibrc").write_text("lines.linewidth: 9\nfont.size: 30\nsvg.fonttype: path\ntext.usetex: True\n")
    runs = []
    for seed, locale, rc in (("1", "C", None), ("77", "de_DE.UTF-8", tmp_path / "matplotlibrc")):
        settings_ = {"PYTHONHASHSEED": seed, "LC_ALL": locale, **({"MATPLOTLIBRC": str(rc)} if rc else {})}
        runs.append(
            subprocess.Popen([sys.executable, "-c", code], env={**os.environ, **settings_}, stdout=subprocess.PIPE)
        )
    one, two = (run.communicate(timeout=120)[0] for run in runs)
    assert one == two
    assert one.count(b"\n") == len(forms) + 2


# -- the command -------------------------------------------------------------------------------------------------------

GQA = ["gqa", "n_layers=8", "n_kv_heads=8", "d_head=128"]


def test_plot_writes_each_form_and_leaves_foreign_files_alone(symkv, tmp_path):
    for form, mark in (("svg", b"<?xml"), ("pdf", b"%PDF"), ("png", b"\x89PNG")):
        target = tmp_path / f"figure.{form}"
        for _ in range(2 if form == "pdf" else 1):  # its own file may be written again
            status, out, err = symkv("plot", "context", *GQA, "-o", str(target))
            assert (status, err) == (0, "")
            assert str(target) in out
        assert target.read_bytes().startswith(mark)
        target.write_bytes(b"mine")
        assert symkv("plot", "context", *GQA, "-o", str(target))[0] == 2
        assert target.read_bytes() == b"mine"
        assert symkv("plot", "context", *GQA, "-o", str(target), "--force")[0] == 0
    link = tmp_path / "link.svg"
    link.symlink_to(tmp_path / "elsewhere.svg")
    assert symkv("plot", "context", *GQA, "-o", str(link))[0] == 2


def test_plot_prints_data_as_json(symkv):
    status, out, err = symkv("plot", "designs", "gqa", "d_head=128", "n_layers=1..4", "n_kv_heads=1..8", "--target",
                             "4KiB", "--dtype", "bf16", "--json")  # fmt: skip
    result = json.loads(out)["result"]
    assert (status, err) == (0, "")
    assert [(hit["x"], hit["y"]) for hit in result["figure"]["series"][0]["hits"]] == [(1, 8), (2, 4), (4, 2)]
    assert result["alt"].startswith("gqa: designs")


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["plot", "pie", "gqa"], "context, read, designs, layers"),
        (["plot", "context", "gqa"], "d_head=..."),
        (["plot", "context", *GQA, "gqa"], "once"),
        (["plot", "context", *GQA, "--tokens", "5Ki..1Ki"], "LO <= HI"),
        (["plot", "context", *GQA, "--tokens", "8Ki"], "1Ki..1Mi"),
        (["plot", "context", *GQA, "--of", "growth"], "stored"),
        (["plot", "context", *GQA, "--units", "KB"], "binary"),
        (["plot", "context", *GQA, "--target", "2KiB"], "designs"),
        (["plot", "context", *GQA, "-o", "figure.gif"], ".svg, .pdf, .pgf, .png"),
        (["plot", "context", *GQA, "-o", "figure.svg", "--inches", "90"], "2 to 20 inches"),
        (["plot", "designs", "gqa", "n_layers=1..4"], "--target"),
        (["plot", "designs", "gqa", "--target", "2KiB", "n_layers=2", "n_kv_heads=2", "d_head=2"], "free symbols"),
        (["plot", "designs", "gqa", "--target", "2KiB", "n_layers=1..9", "n_kv_heads=1..9", "d_head=1..99"], "series"),
        (["plot", "layers", "gqa", "mla"], "takes one"),
        (["plot", "layers", "gqa", "--tokens", "1..5"], "one length"),
        (["plot", "layers", "9999*gqa()"], "512 layers"),
    ],
    ids=lambda value: " ".join(value[1:])[:40] if isinstance(value, list) else "",
)
def test_bad_input_is_one_line_that_says_what_would_work(symkv, tmp_path, monkeypatch, argv, words):
    monkeypatch.chdir(tmp_path)
    status, out, err = symkv(*argv)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert words in err


def test_without_matplotlib_text_is_drawn_and_a_drawing_says_what_to_install(symkv, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert symkv("plot", "context", *GQA)[0] == 0
    status, out, err = symkv("plot", "context", *GQA, "-o", str(tmp_path / "figure.svg"))
    assert (status, out) == (2, "")
    assert err == "symkv: a drawing needs matplotlib: pip install 'symkv[plot]'\n"
    full = stack("gqa", n_layers=8, n_kv_heads=8, d_head=128)
    assert context_figure([full])._repr_html_().startswith("<pre>")


def test_the_text_form_loads_no_matplotlib():
    code = (
        "import sys\nfrom symkv.cli import main\n"
        f"status = main({['plot', 'layers', SHARED]!r})\n"
        "sys.exit(bool(status or {'matplotlib', 'numpy', 'sympy', 'jinja2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "reads layer 6" in done.stdout


def test_a_pgf_needs_tex_and_says_so(monkeypatch, figures):
    monkeypatch.setattr("symkv.figures.export.shutil.which", lambda program: None)
    with pytest.raises(BadInput, match="TeX engine"):
        drawn(figures["context"], "pgf")
    with pytest.raises(BadInput, match="one of svg"):
        drawn(figures["context"], "gif")


# -- real components ---------------------------------------------------------------------------------------------------


def need(*programs):
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")


PAPER = r"""\documentclass[twocolumn]{article}
\usepackage[T1]{fontenc}\usepackage{pgf}\usepackage{graphicx}
\begin{document}
%s
\end{document}
"""


@pytest.mark.real
def test_pgf_and_pdf_fit_one_column_of_a_real_paper(figures, tmp_path):
    need("pdflatex", "pdftotext")
    hostile = renamed(stack("gqa", n_layers=8, n_kv_heads=8, d_head=128), HOSTILE)
    shown = {**figures, "hostile": context_figure([hostile])}
    body = ""
    for name, figure in shown.items():
        write_figure(figure, tmp_path / f"{name}.pgf")
        body += rf"\begin{{figure}}\noindent\input{{{name}.pgf}}\end{{figure}}" + "\n"
    write_figure(figures["context"], tmp_path / "vector.pdf")
    body += r"\begin{figure}\noindent\includegraphics{vector.pdf}\end{figure}" + "\n"
    (tmp_path / "paper.tex").write_text(PAPER % body)
    done = subprocess.run(
        ["pdflatex", "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    log = (tmp_path / "paper.log").read_text(errors="replace")
    assert not [w for w in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log) if float(w) > 1]
    read = subprocess.run(["pdftotext", "paper.pdf", "-"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "tokens of context" in read.stdout
    assert r"\input{x}" in read.stdout.replace("\n", " ")


LOOK = """<!doctype html><meta charset="utf-8"><body>%s<script>
let out = 0, over = 0, count = 0;
for (const svg of document.querySelectorAll('svg.symkv-figure')) {
  const page = svg.getBoundingClientRect();
  const boxes = [...svg.querySelectorAll('text')].map(t => t.getBoundingClientRect());
  count += boxes.length;
  boxes.forEach((a, i) => {
    if (a.left < page.left - 1 || a.right > page.right + 1 || a.top < page.top - 1 || a.bottom > page.bottom + 1) out++;
    for (const b of boxes.slice(i + 1)) {
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const tall = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 1 && tall > 3) over++;
    }
  });
}
document.title = `${count} texts, ${out} outside, ${over} overlap`;
</script></body>"""


@pytest.mark.real
def test_in_a_real_browser_no_text_is_cut_off_or_covers_another(svgs, tmp_path):
    need("chromium")
    models = [resolve(n).coded({"kv": "bf16"}) for n in ("llama-3.1-8b", "deepseek-v3", "gemma-3-27b")]
    teeth = stack("chunked", n_layers=64, n_kv_heads=8, d_head=128, chunk=512)
    long = stack("10*gqa(n_kv_heads=8,d_head=128) + 50*sliding_window(window=1024,n_kv_heads=8,d_head=128)")
    more = [context_figure([*models, teeth]), layers_figure(models[2]), lattice("48KiB")]
    more += [read_figure([long, models[0]]), layers_figure(resolve("deepseek-v4-flash"))]
    shown = [*map(inside, svgs.values()), *map(inline_svg, more)]
    (tmp_path / "page.html").write_text(LOOK % "".join(f"<div>{svg}</div>" for svg in shown))
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    dom = subprocess.run(
        [
            "chromium",
            *flags,
            f"--user-data-dir={tmp_path / 'profile'}",
            "--dump-dom",
            (tmp_path / "page.html").as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout
    count, out, over = map(int, re.search(r"<title>(\d+) texts, (\d+) outside, (\d+) overlap", dom).groups())
    assert count > 100
    assert (out, over) == (0, 0)
