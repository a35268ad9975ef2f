"""The author's letters and product signs: honoured by the printer, checked before they are used, read back."""

import pytest

from symkv.errors import BadInput
from symkv.formula import Formula, Relation
from symkv.formula.latex_reader import read_latex
from symkv.formula.notation import MAX_BYTES, Notation, require_distinct
from symkv.render.lines import broken
from symkv.render.reread import reread, reread_relation

AUTHOR = Notation.of({"n_kv_heads": r"H_{\mathrm{kv}}", "d_rope": "d_h^{R}", "window": "W'"})

PRODUCTS = [
    ("thin", "2*n_layers*n_kv_heads", r"2\,L\,n_{\mathrm{kv}}"),
    ("cdot", "2*n_layers*n_kv_heads", r"2 \cdot L \cdot n_{\mathrm{kv}}"),
    ("times", "2*n_layers*n_kv_heads", r"2 \times L \times n_{\mathrm{kv}}"),
    ("thin", "n_layers*2*batch", r"L \cdot 2\,B"),
    ("times", "n_layers*2*batch", r"L \times 2 \times B"),
    ("times", "(n_layers + 1)*batch", r"\left(L + 1\right) \times B"),
]


@pytest.mark.parametrize(("product", "text", "expected"), PRODUCTS)
def test_a_product_is_a_thin_space_a_dot_or_a_cross(product, text, expected):
    formula = Formula.parse(text)
    assert reread(formula.typeset(product=product), formula) == expected


def test_an_unknown_product_sign_is_refused():
    with pytest.raises(BadInput, match="one of thin, cdot, times"):
        Formula.parse("2*batch").typeset(product="dot")


BRACKETS = [  # what was printed wrong, or open to two readings, before it was read back
    ("2*(9/4*batch)", r"2 \cdot \frac{9}{4}\,B"),
    ("(batch if n_tokens < window else 1) + tp", None),
    ("tp - (batch if n_tokens < window else 1)", None),
    ("-(batch if n_tokens < window else 1)", None),
    ("mod(n_tokens + 1, window)*mod(n_tokens, 2*window)**2", None),
    ("batch/2/tp/3", r"\frac{\frac{\frac{B}{2}}{t}}{3}"),
    ("(-batch)*(-tp)**3", r"\left(-B\right)\,\left(-t\right)^{3}"),
    ("-(-batch)", r"-\left(-B\right)"),
    ("(batch**2)**3", r"\left(B^{2}\right)^{3}"),
    ("(batch/tp)**2", r"\left(\frac{B}{t}\right)^{2}"),
    ("10000**2*20000", r"10\,000^{2} \cdot 20\,000"),
    ("3**4*(128/1024)", r"3^{4} \cdot \frac{128}{1024}"),
]


@pytest.mark.parametrize(("text", "expected"), BRACKETS)
def test_brackets_stand_where_a_reader_needs_them(text, expected):
    formula = Formula.parse(text)
    assert reread(formula.latex, formula) == (expected or formula.latex)
    if " if " in text:
        assert r"\left(\begin{cases}" in formula.latex


def test_a_choice_behind_otherwise_gives_further_rows():
    formula = Formula.parse("1 if batch < tp else 2 if batch < window else 3")
    rows = r"1 & \text{if } B < t \\ 2 & \text{if } B < W \\ 3 & \text{otherwise}"
    assert reread(formula.latex, formula) == rf"\begin{{cases}} {rows} \end{{cases}}"
    assert read_latex(formula.latex, {"B": "batch", "t": "tp", "W": "window"}).same_as(formula)


RELATIONS = [
    ("n_tokens multiple of batch + 1", r"B + 1 \mid S"),
    ("n_tokens multiple of 2*batch", r"2\,B \mid S"),
    ("batch divides n_tokens + 1", r"B \mid S + 1"),
]


@pytest.mark.parametrize(("text", "expected"), RELATIONS)
def test_what_is_a_multiple_stands_behind_what_divides_it(text, expected):
    relation = Relation.parse(text)
    assert reread_relation(relation.latex, relation) == expected


LONG = "n_layers*n_kv_heads*d_head*bytes_per_element"


@pytest.mark.parametrize(
    "text",
    [
        f"{LONG} + {LONG} + {LONG} - (1 - {LONG}) + (-batch) = {LONG} + {LONG} + {LONG}",
        f"n_tokens*{LONG} + {LONG} + {LONG} + {LONG} multiple of {LONG} + {LONG} + {LONG}*{LONG}",
        f"{LONG} - ({LONG} if n_tokens < window else {LONG}) <= {LONG}",
        f"({LONG} if n_tokens < window else {LONG}) - {LONG} >= {LONG}",
        f"{LONG}*{LONG}*{LONG}*{LONG} = {LONG}*{LONG}*{LONG}*({LONG} + 1)",
    ],
)
def test_a_long_relation_is_broken_over_lines_without_losing_a_bracket(text):
    relation = Relation.parse(text)
    for notation in (None, AUTHOR):
        for width in (120, 200):
            printed = broken(relation, notation=notation, width=width)
            assert printed.startswith(r"\begin{aligned}")
            assert reread_relation(printed, relation, notation)


# -- the author's letters ----------------------------------------------------------------------------------------------


def test_the_authors_letters_are_printed_and_read():
    formula = Formula.parse("min(n_tokens, window)**2*n_kv_heads*d_rope**2")
    printed = formula.typeset(notation=AUTHOR)
    assert printed == r"\min\left(S, W'\right)^{2}\,H_{\mathrm{kv}}\,\left(d_h^{R}\right)^{2}"
    assert read_latex(printed, {**AUTHOR.words, "S": "n_tokens"}).same_as(formula)
    assert reread(printed, formula, AUTHOR) == printed


def test_a_file_gives_letters_to_symbols_and_takes_their_field_names(tmp_path):
    path = tmp_path / "notation.toml"
    path.write_text("num_key_value_heads = 'H_{\\mathrm{kv}}'\nmine = \"\\\\hat{x}_1\"\n")
    assert dict(Notation.load(path, also=("mine",))) == {"n_kv_heads": r"H_{\mathrm{kv}}", "mine": r"\hat{x}_1"}
    with pytest.raises(BadInput, match=r"notation.toml: a symbol must be declared, 'mine' is not"):
        Notation.load(path)


VALID = [
    "K",
    r"\kappa",
    r"n_{kv}",
    r"n_{\mathrm{kv}}",
    r"\text{kv cache}",
    r"\hat{d}_{c}",
    r"\mathcal{L}",
    r"d_h^{R}",
    "W'",
    r"\ell_{i,j}",
]
INVALID = [
    (r"H_{\mathrm{kv}}\write18{id}", r"must not hold \write"),
    (r"\input{/etc/passwd}", r"must not hold \input"),
    (r"x}\input{y}{", "was not opened"),
    (r"\def\x{1}", r"must not hold \def"),
    ("50%", "without a comment"),
    (r"n_\mathrm{kv}", "must have braces behind _"),
    (r"n_\hat{x}", "must have braces behind _"),
    (r"\text{a_b}", "plain letters in"),
    (r"n_{\text{\kappa}}", "plain letters in"),
    (r"\bm{n}", r"must not hold \bm"),
    (r"\mathbb{N}", r"must not hold \mathbb"),
    ("x % y", "without a comment"),
    ("x\ny", "on one line"),
    ("n_{kv", "is not closed"),
    ("n_{kv}}", "was not opened"),
    ("^^5c", "must have braces behind ^"),
    ("kv", "one letter with scripts"),
    ("n n", "one letter with scripts"),
    ("n + 1", "can't be read"),
    ("2", "can't be read"),
    ("x^{2}", "reads as a power"),
    ("", "text of 1 to 80"),
    ("x" * 81, "text of 1 to 80"),
    (7, "text of 1 to 80"),
    ({"latex": "x"}, "text of 1 to 80"),
    ("$x$", "can't be read"),
    ("\u043a", "can't be read"),
    ("x_y_z", "can't be read"),
    ("&", "can't be read"),
]


@pytest.mark.parametrize("letter", VALID)
def test_a_letter_with_scripts_is_taken_and_reads_back(letter):
    notation = Notation.of({"n_kv_heads": letter})
    formula = Formula.parse("2*n_kv_heads**3")
    assert reread(formula.typeset(notation=notation), formula, notation)


@pytest.mark.parametrize(("letter", "reason"), INVALID, ids=[str(letter)[:30] for letter, _ in INVALID])
def test_a_letter_that_is_none_is_refused_with_its_symbol(letter, reason):
    with pytest.raises(BadInput) as caught:
        Notation.of({"n_kv_heads": letter})
    assert "n_kv_heads" in caught.value.message
    assert reason in caught.value.message


def test_two_symbols_can_not_have_one_letter():
    with pytest.raises(BadInput, match="n_kv_heads and n_heads are both"):
        Notation.of({"n_kv_heads": r"H_{\mathrm{k}}", "n_heads": "H_k"})
    with pytest.raises(BadInput, match="n_kv_heads has two"):
        Notation.of({"n_kv_heads": "H", "num_key_value_heads": "K"})
    clash = Notation.of({"n_kv_heads": "L"})  # no clash until a formula holds both
    assert require_distinct(["n_kv_heads", "d_head"], clash)
    with pytest.raises(BadInput, match="n_layers and n_kv_heads are both L"):
        require_distinct(["n_layers", "n_kv_heads"], clash)


FILES = [
    (b"n_kv_heads = 'H'\nn_kv_heads = 'K'\n", "must be TOML"),
    (b"n_kv_heads = ", "must be TOML"),
    (b"x = " + b"[" * 5000, "must be TOML"),
    (b"\xff\xfe", "must be UTF-8"),
    (b"#" * (MAX_BYTES + 1), "may have 65536 bytes"),
    (b"nn = 'x'", "a symbol must be declared"),
]


@pytest.mark.parametrize(("data", "reason"), FILES, ids=[reason for _, reason in FILES])
def test_a_file_that_is_no_notation_is_refused_with_its_name(tmp_path, data, reason):
    path = tmp_path / "notation.toml"
    path.write_bytes(data)
    with pytest.raises(BadInput, match=reason) as caught:
        Notation.load(path)
    assert caught.value.where == str(path)
    with pytest.raises(BadInput, match="can be read"):
        Notation.load(tmp_path)
