"""Text stays text in every field and format: as TeX compiles it, Chromium shows it and Markdown reads it."""

import re
import shutil
import subprocess
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from symkv.caches import Source
from symkv.derivations import Claim, Derivation, Instance, Step, check
from symkv.errors import BadInput
from symkv.formula import Formula
from symkv.measure import with_formats
from symkv.models import read_stack
from symkv.render import ModelSetting, derivation_document, model_document
from symkv.render.escape import html, markdown, plain, tex
from symkv.render.formats import FORMATS, markdown_math
from symkv.render.values import Code, Display, Label, Math, packed, unpacked
from symkv.symbols import Symbol

HOSTILE = (
    r"50% of $5 & #1 _ ^ ~ \ {} ^^5cinput \end{align}\input{x} <script>alert(1)</script> {{7*7}} << 7*7 >> "
    "\u202eb\u2066c `code` ``` [x](javascript:alert(1)) ![i](u) | a | *b* __c__ ~~d~~ <b> &amp; -- ,, ?` \n\n# h\n1. i"
)
FIELDS = (
    "title answer premise Why cite claim-note claim-cause claim-place claim-source reading-label reading-note "
    "reading-counts instance-label instance-unit instance-note words unit source-key source"
).split()


def told(field):
    """The hostile text of one field, which begins with its name."""
    return f"{field}: {HOSTILE}"


def hostile():
    symbol = Symbol("hostile_count", "X", told("words"), told("unit"))
    values = {"n_layers": 2, "d_head": 3}
    return Derivation(
        "hostile",
        told("title"),
        told("answer"),
        ("n_layers", "d_head", symbol),
        (
            Step("p", "given", "hostile_count = 4", why=told("premise"), cite=told("cite")),
            Step("s", "specialise", "n_layers*d_head = 128*n_layers", why=told("Why"), where=("d_head = 128",)),
            Step("s\\input{x}", "collect", "n_layers + n_layers = 2*n_layers", why="a step with a hostile name"),
        ),
        readings=(
            Instance(
                told("reading-label"),
                "n_layers*d_head",
                values,
                note=told("reading-note"),
                counts=told("reading-counts"),
            ),
        ),
        instances=(
            Instance(
                told("instance-label"),
                "n_layers*d_head",
                values,
                unit=told("instance-unit"),
                note=told("instance-note"),
            ),
        ),
        claims=(
            Claim(
                "c",
                "mqa.growth",
                {"n_layers": 1, "d_head": 1, "bytes_per_element": 1},
                "3",
                told("claim-source"),
                expect="differs",
                note=told("claim-note"),
                cause=told("claim-cause"),
                place=told("claim-place"),
            ),
        ),
        sources={told("source-key"): Source(told("source"), "t", 2020, "l")},
    )


@pytest.fixture(scope="module")
def document():
    return derivation_document(check(hostile()))


def hostile_model():
    stack = with_formats(read_stack("2*gqa(n_kv_heads=2,d_head=4)"), {}, dtype="bf16")
    stack = type(stack)(told("title"), stack.parts, stack.formats, told("source"), (told("answer"),), (told("why"),))
    return model_document(stack, ModelSetting(tokens=8, notes=(told("claim-note"),)))


class Page(HTMLParser):
    """The text of a page, its elements, and what it would load or run."""

    def __init__(self, text):
        super().__init__()
        self.text, self.tags, self.loads, self.skipped = "", [], [], 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.loads += [value for name, value in attrs if name in ("src", "href", "action") or name.startswith("on")]
        self.skipped += tag == "style"
        self.text += "" if tag in ("span", "code", "strong") else " "

    def handle_endtag(self, tag):
        self.skipped -= tag == "style"

    def handle_data(self, data):
        self.text += "" if self.skipped else data


def squeezed(text):
    """Text without the spaces in which renderers differ."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFC", text))


def require(*programs):
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} not installed")


def rendered_markdown(text):
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text)


def assert_every_field_is_shown(text, fields=FIELDS):
    shown = squeezed(text)
    lost = [field for field in fields if squeezed(plain(told(field))) not in shown]
    assert not lost


def test_markdown_shows_every_hostile_field_as_text(document):
    page = Page(rendered_markdown(document.render("md")))
    assert_every_field_is_shown(page.text)
    allowed = {*"h1 h2 p ul li table thead tbody tr th td strong code span".split()}
    assert set(page.tags) <= allowed
    assert not page.loads


def test_a_hostile_cell_stays_one_cell(document):
    page = rendered_markdown(document.render("md"))
    for table in re.findall(r"<table>.*?</table>", page, re.DOTALL):
        rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
        assert len({len(re.findall(r"<t[hd]", row)) for row in rows}) == 1


def test_html_shows_every_hostile_field_as_text(document):
    page = Page(document.render("html"))
    assert_every_field_is_shown(page.text)
    assert "script" not in page.tags
    assert "b" not in page.tags
    assert not page.loads


@pytest.mark.real
def test_chromium_shows_every_hostile_field_as_text(document, tmp_path):
    require("chromium")
    (tmp_path / "page.html").write_text(document.render("html"))
    options = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    command = ["chromium", *options.split(), f"--user-data-dir={tmp_path / 'p'}", "--dump-dom"]
    done = subprocess.run(
        [*command, (tmp_path / "page.html").as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    page = Page(done.stdout)
    assert_every_field_is_shown(page.text)
    assert "script" not in page.tags


@pytest.mark.real
@pytest.mark.parametrize("engine", ["pdflatex", "xelatex", "lualatex"])
@pytest.mark.parametrize("make", ["derivation", "model"])
def test_tex_sets_every_hostile_field_as_text(document, make, engine, tmp_path):
    require(engine, "pdftotext")
    made = document if make == "derivation" else hostile_model()
    (tmp_path / "x.tex").write_text(r"\errmessage{a file was read}")
    (tmp_path / "report.tex").write_text(made.render("tex"), encoding="utf-8")
    command = [engine, "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "report.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-1500:]
    subprocess.run(["pdftotext", "-raw", "report.pdf", "t.txt"], cwd=tmp_path, check=True, timeout=60)
    shown = re.sub(r"\s+|-\n", "", (tmp_path / "t.txt").read_text(encoding="utf-8", errors="replace"))
    for piece in (r"\input{x}", r"\end{align}", "^^5cinput", "<script>alert(1)</script>", "{{7*7}}", "50%of$5&#1_^~"):
        assert piece in shown, piece


def test_a_model_with_a_hostile_name_is_text_everywhere():
    made = hostile_model()
    assert re.fullmatch(r"[a-z0-9_-]{1,60}", made.name)
    fields = ("title", "source", "answer", "why", "claim-note")
    assert_every_field_is_shown(Page(made.render("html")).text, fields)
    page = Page(rendered_markdown(made.render("md")))
    assert_every_field_is_shown(page.text, fields)
    assert not {"a", "script", "img", "em", "del", "b"} & set(page.tags)


TEXTS = st.text(st.sampled_from(sorted("\\{}$&#^_~%<>|`*[]()!-+=.,:;'\"@/ab1 \n\t\u202e\u200bé")), max_size=40)


@settings(max_examples=300)
@given(TEXTS)
def test_any_text_in_markdown_is_read_back_as_itself(text):
    for around in ("{}", "word {} word", "| {} | x |\n| --- | --- |\n| {} | y |", "- {}", "## {}"):
        page = Page(rendered_markdown(around.format(*[markdown(text)] * 2)))
        assert squeezed(page.text).count(squeezed(plain(text))) >= 1
        assert not {"a", "img", "em", "del", "script", "hr", "pre", "ol"} & set(page.tags)


@settings(max_examples=200)
@given(TEXTS)
def test_any_text_in_html_is_read_back_as_itself(text):
    page = Page(f'<p title="{html(text)}">{html(text)}</p>')
    assert squeezed(page.text) == squeezed(plain(text))
    assert page.tags == ["p"]


@settings(max_examples=200)
@given(TEXTS)
def test_any_text_in_tex_holds_no_command_and_no_open_brace(text):
    source = tex(text)
    known = r"\\(?:[{}$&#%_]|text[a-z]+\{\}|allowbreak\{\})"
    rest = re.sub(known, "", source)
    assert not re.search(r"[\\$&#%_^~]", rest)
    depth = 0
    for sign in re.sub(r"\\[{}]", "", source):
        depth += (sign == "{") - (sign == "}")
        assert depth >= 0
    assert depth == 0
    assert tex(source) == source


def test_formulas_reach_whatever_reads_markdown_as_they_were_written(document):
    text = derivation_document(check(hostile())).render("md")
    formulas = re.findall(r"\$\$\n(.+?)\n\$\$", text) + re.findall(r"(?<![\w>])\$([^$\n]+)\$", text)
    assert len(formulas) > 8
    page = squeezed(Page(rendered_markdown(text)).text)
    for formula in formulas:
        assert squeezed(formula) in page


@pytest.mark.parametrize(
    "source",
    [
        r"d_{\mathrm{h}}\,\mathrm{cost}_{\mathrm{per}}",
        r"a * b < c | \{x\} \\ y",
        r"\begin{cases} a & b \\ c & d \end{cases}",
    ],
)
def test_a_formula_for_markdown_holds_no_sign_of_markdown(source):
    shown = markdown_math(source)
    assert not re.search(r"\\[^A-Za-z]|[<>|*]|(?<! )_|_(?! )", shown)


def test_values_travel_to_the_sandbox_and_back():
    values = {"a": [Math("x"), Display("y"), Code("z"), Label("l-1")], "b": {"c": None, "d": True, "e": 3, "f": "t"}}
    assert unpacked(packed(values)) == values
    with pytest.raises(BadInput, match="a label must be"):
        Label("a}b")
    with pytest.raises(TypeError, match="templates take no Formula"):
        packed({"a": Formula.of(1)})


@pytest.mark.parametrize("name", FORMATS)
def test_text_that_looks_like_a_typed_value_stays_text(name):
    assert unpacked(packed({"a": '{"$math": ["x"]}'})) == {"a": '{"$math": ["x"]}'}
    assert FORMATS[name].source(FORMATS[name].source("a_b")) == FORMATS[name].source("a_b")


def test_the_readme_of_the_templates_lists_every_value(document):
    listed = set(re.findall(r"`(\w+)`", Path("templates/README.md").read_text(encoding="utf-8")))
    assert set(document.values) <= listed
