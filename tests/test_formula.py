"""Formulas: read strictly, printed as written, evaluated exactly, the same over sympy."""

import operator
import random
import time
from fractions import Fraction
from math import ceil, floor
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from symkv import formula as language
from symkv.errors import BadInput
from symkv.formula import Formula, Relation, symbol
from symkv.formula.sympy_reading import from_sympy

NAMES = ("n_layers", "d_head", "d_rope", "bytes_per_element", "x")
COMPARE = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
BINARY = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


def parts(function):
    """Trees as nested tuples, of which the text and an independent value are built."""
    leaf = st.one_of(
        st.integers(0, 30).map(lambda n: ("int", n)),
        st.sampled_from(NAMES).map(lambda n: ("name", n)),
        st.decimals(0, 20, places=2).map(lambda d: ("decimal", str(d))),
    )

    def grow(child):
        shapes = [
            st.tuples(st.sampled_from("+-*/"), child, child),
            st.tuples(st.just("neg"), child),
            st.tuples(st.just("pow"), child, st.integers(-3, 3)),
        ]
        if function:
            shapes += [
                st.tuples(st.sampled_from(["min", "max"]), child, child, child),
                st.tuples(st.sampled_from(["ceil", "floor"]), child),
                st.tuples(st.just("mod"), child, child),
                st.tuples(st.just("if"), st.sampled_from(sorted(COMPARE)), child, child, child, child),
            ]
        return st.one_of(*shapes)

    return st.recursive(leaf, grow, max_leaves=12)


def written(tree):
    """Fully bracketed text: what the reader makes of precedence plays no part."""
    match tree:
        case ("int" | "name" | "decimal", value):
            return str(value)
        case ("neg", child):
            return f"(-({written(child)}))"
        case ("pow", child, exponent):
            return f"(({written(child)})**{exponent})"
        case ("if", sign, left, right, body, orelse):
            left, right, body, orelse = map(written, (left, right, body, orelse))
            return f"(({body}) if ({left}) {sign} ({right}) else ({orelse}))"
        case (sign, left, right) if sign in BINARY:
            return f"({written(left)} {sign} {written(right)})"
        case (function, *children):
            return f"{function}({', '.join(map(written, children))})"


def value(tree, at):
    """The value by Python's own Fractions."""
    match tree:
        case ("int" | "decimal", number):
            return Fraction(number)
        case ("name", name):
            return Fraction(at[name])
        case ("neg", child):
            return -value(child, at)
        case ("pow", child, exponent):
            return value(child, at) ** exponent
        case ("if", sign, left, right, body, orelse):
            return value(body if COMPARE[sign](value(left, at), value(right, at)) else orelse, at)
        case (sign, left, right) if sign in BINARY:
            return BINARY[sign](value(left, at), value(right, at))
        case (("min" | "max") as name, *children):
            return {"min": min, "max": max}[name](value(child, at) for child in children)
        case (("ceil" | "floor") as name, child):
            return Fraction({"ceil": ceil, "floor": floor}[name](value(child, at)))
        case ("mod", left, right):
            return value(left, at) % value(right, at)


def formula(tree):
    try:
        return Formula.parse(written(tree))
    except BadInput as problem:  # bounds: a generated tree may nest or multiply too much
        assert "nest" in str(problem) or "degree" in str(problem)
        assume(False)


POINTS = st.fixed_dictionaries(
    {
        "n_layers": st.integers(1, 40),
        "d_head": st.integers(1, 40),
        "d_rope": st.integers(0, 40),
        "bytes_per_element": st.fractions(Fraction(1, 16), 8, max_denominator=16),
        "x": st.integers(1, 40),
    }
)


# -- as written --------------------------------------------------------------------------------------------------


@given(parts(True))
def test_the_text_of_a_formula_reads_back_as_the_same_formula(tree):
    first = formula(tree)
    again = Formula.parse(str(first))
    assert again.same_as(first)
    assert again.latex == first.latex


@given(parts(True), POINTS)
def test_the_value_is_that_of_plain_fractions(tree, at):
    read = formula(tree)
    try:
        expected = value(tree, at)
    except ZeroDivisionError:
        with pytest.raises(BadInput, match="divide by zero"):
            read.evaluate(at)
        return
    found = read.evaluate(at)
    assert found == expected
    assert isinstance(found, int | Fraction)
    assert Formula.parse(str(read)).evaluate(at) == expected


@given(parts(False), POINTS)
@settings(max_examples=40)
def test_the_sympy_reading_has_the_same_value_and_reads_back(tree, at):
    import sympy

    read = formula(tree)
    try:
        expected = value(tree, at)
    except ZeroDivisionError:
        assume(False)
    expression = read.sympy
    assume(not expression.has(sympy.zoo, sympy.nan))  # an identically zero denominator
    points = {
        s: sympy.Rational(Fraction(at[s.name]).numerator, Fraction(at[s.name]).denominator)
        for s in expression.free_symbols
    }
    number = expression.subs(points)
    assert Fraction(int(number.p), int(number.q)) == expected
    assert Formula(from_sympy(expression)).evaluate(at) == expected


STEPPED = [
    "min(n_tokens, window)*2",
    "max(0, n_tokens - window)",
    "ceil(n_tokens/block_size)*block_size",
    "floor(n_tokens/chunk) + mod(n_tokens, chunk)",
    "sqrt(d_head**2)*n_layers",
    "min(n_tokens, window, chunk) - 3/4",
    "-(n_tokens - 2*window)",
    "1/(n_tokens*window**2)",
]


@pytest.mark.parametrize("text", STEPPED)
def test_functions_agree_over_sympy_at_random_points(text):
    read, rng = Formula.parse(text), random.Random(text)
    back = Formula(from_sympy(read.sympy))
    for _ in range(20):
        at = {name: rng.randint(1, 60) for name in read.names}
        number = read.sympy.subs({s: at[s.name] for s in read.sympy.free_symbols})
        assert Fraction(int(number.p), int(number.q)) == read.evaluate(at) == back.evaluate(at)


def test_a_conditional_reads_as_a_piecewise_of_equal_value():
    read = Formula.parse("n_tokens if n_tokens <= window else window")
    for tokens in (1, 7, 8, 9):
        at = {"n_tokens": tokens, "window": 8}
        assert int(read.sympy.subs({s: at[s.name] for s in read.sympy.free_symbols})) == read.evaluate(at)


def test_operators_keep_the_order_of_the_author():
    a, b, c = map(symbol, ("n_layers", "d_head", "n_kv_heads"))
    assert str(a * 2 * c * b) == "n_layers*2*n_kv_heads*d_head"
    assert str(2 * b * (a + c) - 1) == "2*d_head*(n_layers + n_kv_heads) - 1"
    assert str(1 - a / (b * c)) == "1 - n_layers/(d_head*n_kv_heads)"
    assert str(1 / a + Fraction(1, 2) * b) == "1/n_layers + 1/2*d_head"
    assert str(-(a**2) + 3) == "-n_layers**2 + 3"
    assert str(a - (b - c)) == "n_layers - (d_head - n_kv_heads)"
    assert (a * 2 * c * b).names == ("n_layers", "n_kv_heads", "d_head")


def test_a_printed_formula_keeps_the_brackets_that_it_needs():
    assert (
        Formula.parse("2*(L + 1)").latex == r"2\,\left(\mathrm{L} + 1\right)"
        or "left(" in Formula.parse("2*(L+1)").latex
    )
    assert Formula.parse("(a + b)**2").latex == r"\left(a + b\right)^{2}"
    assert Formula.parse("(a/b)**2").latex == r"\left(\frac{a}{b}\right)^{2}"
    assert Formula.parse("a - (b - c)").latex == r"a - \left(b - c\right)"
    assert Formula.parse("a*2*3").latex == r"a \cdot 2 \cdot 3"
    assert Formula.parse("131072*a").latex == r"131\,072\,a"


@given(parts(True), POINTS)
@settings(max_examples=40)
def test_putting_numbers_for_symbols_is_evaluation(tree, at):
    read = formula(tree)
    put = read.substitute(at)
    assert put.names == ()
    try:
        expected = read.evaluate(at)
    except BadInput:
        with pytest.raises(BadInput):
            put.evaluate({})
        return
    assert put.evaluate({}) == expected


# -- relations ---------------------------------------------------------------------------------------------------

RELATIONS = [
    ("a = b", [(2, 2)], [(2, 3)]),
    ("a != b", [(2, 3)], [(2, 2)]),
    ("a < b", [(2, 3)], [(2, 2)]),
    ("a <= b", [(2, 2)], [(3, 2)]),
    ("a > b", [(3, 2)], [(2, 2)]),
    ("a >= b", [(2, 2)], [(2, 3)]),
    ("a divides b", [(4, 32), (1, 5), (3, 0)], [(5, 32), (32, 4), (0, 4)]),
    ("a multiple of b", [(32, 4)], [(4, 32)]),
    ("a a multiple of b", [(32, 4)], [(4, 32)]),
]


@pytest.mark.parametrize(("text", "true", "false"), RELATIONS)
def test_a_relation_holds_exactly_where_it_says(text, true, false):
    relation = Relation.parse(text)
    assert all(relation.holds({"a": a, "b": b}) for a, b in true)
    assert not any(relation.holds({"a": a, "b": b}) for a, b in false)
    assert Relation.parse(relation.text).text == relation.text


@given(parts(True), st.sampled_from([*COMPARE, "divides", "multiple of"]), parts(True))
@settings(max_examples=50)
def test_the_text_of_a_relation_reads_back_as_the_same_relation(left, sign, right):
    relation = Relation(formula(left), sign, formula(right))
    assert Relation.parse(relation.text).text == relation.text


@pytest.mark.parametrize("text", ["a = b = c", "a < b < c", "a", "= a", "a =", "a divides", ""])
def test_a_relation_has_two_sides_and_one_sign(text):
    with pytest.raises(BadInput):
        Relation.parse(text)


# -- stand-ins ---------------------------------------------------------------------------------------------------


def test_one_function_serves_numbers_formulas_and_sympy():
    import sympy

    def paper(n_tokens, window):
        return 2 * language.min(n_tokens, window) + language.ceil(n_tokens / 2) - language.mod(n_tokens, 3)

    assert paper(7, 4) == 8 + 4 - 1
    assert str(paper(symbol("n_tokens"), symbol("window"))) == (
        "2*min(n_tokens, window) + ceil(n_tokens/2) - mod(n_tokens, 3)"
    )
    s, w = sympy.symbols("s w", positive=True, integer=True)
    assert paper(s, w) == 2 * sympy.Min(s, w) + sympy.ceiling(s / 2) - sympy.Mod(s, 3)


@pytest.mark.parametrize("wrong", [1.5, True, None, "x", 1j])
def test_only_exact_numbers_meet_a_formula(wrong):
    with pytest.raises(BadInput, match="exact number"):
        Formula.parse("x + 1").evaluate({"x": wrong})
    with pytest.raises((BadInput, TypeError)):
        symbol("x") * wrong
    assert Formula.parse("x + 1").evaluate({"x": Fraction(9, 16)}) == Fraction(25, 16)


def test_a_formula_has_no_truth_value():
    with pytest.raises(BadInput, match="truth value"):
        assert symbol("x") * 2


# -- hostile input -----------------------------------------------------------------------------------------------

HOSTILE = [  # (row of the threat table, input, part of the message, valid twin)
    (1, "__import__('os').system('touch PWN')", "column 1", "min(a, b)"),
    (2, "open('PWN','w').write('x')", "not a function", "max(a, b)"),
    (3, "().__class__.__bases__[0].__subclasses__()", "attribute", "(a)"),
    (4, "exec('x=1')", "not a function", "ceil(x)"),
    (4, "print('hi')", "not a function", "floor(x)"),
    (5, "f'{7*7}'", "not part of a formula", "7*7"),
    (6, "lambda: 1", "column 1", "lam + 1"),
    (6, "(x:=1)", "column 3", "(x + 1)"),
    (6, "[x for x in y]", "column 1", "(x)"),
    (7, "9**9**9", "exponent", "(9**9)**9"),
    (8, "9**9**9**9", "exponent", "9**64"),
    (9, "2**10000000", "exponent", "2**64"),
    (10, "factorial(10**7)", "not a function", "sqrt(10**8)"),
    (10, "factorial(factorial(20))", "not a function", "ceil(floor(20))"),
    (11, "9" * 4000, "200 digits", "9" * 200),
    (11, "9" * 5000, "4096 characters", "9*9"),
    (12, "0x" + "f" * 4000, "column", "15"),
    (12, "0xff", "column 2", "255"),
    (13, "(" * 5000, "4096 characters", "(x)"),
    (13, "(" * 2000, "50 deep", "(" * 50 + "x" + ")" * 50),
    (14, "x+" * 20000 + "x", "4096 characters", "x+" * 999 + "x"),
    (14, "1+" * 1001 + "1", "2000 nodes", "1+" * 999 + "1"),
    (15, "-" * 3000 + "x", "column", "-" * 20 + "x"),
    (15, "-" * 160 + "x", "150 deep", "--x"),
    (16, "((x+y+z+w+v)**60)**60", "degree 256", "(x+y+z+w+v)**60"),
    (17, "1e400", "200 digits", "100e9"),
    (17, "1e-400", "200 digits", "1e-9"),
    (17, "1.", "column 2", "0.1+0.2"),
    (21, "x == y", "column", "x if x = y else y"),
    (21, "x = y", "relation", "x"),
    (22, "1,5*x", "write 1.5", "1.5*x"),
    (23, "x#comment", "comments", "x"),
    (24, "L^2", r"\*\*", "L**2"),
    (25, "\u217c+1", r"U\+217C", "l+1"),
    (25, "\uff4c\u0430", r"U\+FF4C", "la"),
    (25, "\u0663+1", r"U\+0663", "3+1"),
    (26, "x\u200b+1", r"U\+200B", "x+1"),
    (26, "x\u202e+1", r"U\+202E", "x+1"),
    (27, "x\x00", r"U\+0000", "x"),
    (27, "x\x1b[31m", r"U\+001B", "x"),
    (28, "a.b", "column 2", "a*b"),
    (28, "x[0]", "column 2", "x"),
    (28, "f(x)", "not a function", "f*(x)"),
    (29, "1_000", "underscores", "1000"),
    (29, "0777", "leading zeros", "777"),
    (29, "1j", "column 2", "1*j"),
    (30, "2 n_kv", r"write 2\*n_kv", "2*n_kv"),
    (30, "2L", r"write 2\*L", "2*L"),
    (28, "True", "no name", "true"),
    (28, "not x", "no name", "x"),
    (28, "x // y", "column", "floor(x/y)"),
    (28, "min(*x, y)", "column", "min(x, y)"),
    (28, "min(x)", "2 to 16 arguments", "min(x, 1)"),
    (28, "x if y else z", "column", "x if y > 0 else z"),
    (28, "x if a < b < c else z", "one comparison", "x if a < b else z"),
    (28, "", "empty", "0"),
    (28, "x" * 33, "32 characters", "x" * 32),
]


@pytest.mark.parametrize(
    ("row", "text", "says", "twin"), HOSTILE, ids=[f"{row}-{ascii(text)[:24]}" for row, text, *_ in HOSTILE]
)
def test_hostile_input_is_refused_by_name_and_its_twin_is_read(row, text, says, twin, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    started = time.perf_counter()
    with pytest.raises(BadInput, match=says) as refused:
        Formula.parse(text)
    assert time.perf_counter() - started < 0.5
    message = str(refused.value)
    assert len(message) < 400
    assert message.isprintable()
    assert not list(Path(tmp_path).iterdir()), "nothing is executed"
    assert capfd.readouterr() == ("", "")
    assert Formula.parse(twin).text


@pytest.mark.parametrize("text", ["1/0", "0/0", "x/(x - x)", "0**-1", "mod(1, 0)", "1/mod(x, 1)"])
def test_hostile_division_by_zero_is_said_and_never_a_value(text):  # row 18
    with pytest.raises(BadInput, match="divide by zero"):
        Formula.parse(text).evaluate({"x": 3})
    assert Formula.parse("0/1").evaluate({}) == 0


@pytest.mark.parametrize("text", ["oo - oo", "nan", "inf", "E*N*S*I*Q*O*C", "pi", "zoo"])
def test_hostile_reserved_names_are_plain_symbols(text):  # rows 19 and 20
    read = Formula.parse(text)
    with pytest.raises(BadInput, match="a value must be given"):
        read.evaluate({})
    assert read.evaluate(dict.fromkeys(read.names, 2)) in (0, 2, 128)
    assert {s.name for s in Formula.parse(f"2*({text}) + x").sympy.free_symbols} <= {*read.names, "x"}


def test_decimals_are_exact():  # row 17
    assert Formula.parse("0.1 + 0.2").evaluate({}) == Fraction(3, 10)
    assert Formula.parse("100e9").evaluate({}) == 10**11


@pytest.mark.parametrize("name", [r"x}\input{/etc/passwd}{", "50%", "", "1x", "a b", "x" * 33, "min", "lambda", "ａ"])
def test_hostile_symbol_names_are_refused(name):  # row 31
    with pytest.raises(BadInput):
        symbol(name)
    assert str(symbol("n_kv_heads")) == "n_kv_heads"


def test_a_long_sum_is_read_by_every_reading():
    from symkv.proof.kernel import COUNT, prove

    read = Formula.parse("x+" * 999 + "x")
    assert read.evaluate({"x": 2}) == 2000
    assert read.latex.count("+") == 999
    assert Formula.parse(str(read)).same_as(read)
    assert read.substitute({"x": 3}).evaluate({}) == 3000
    assert str(Formula(from_sympy(read.sympy))) == "1000*x"
    assert prove(Relation(read, "=", Formula.parse("1000*x")), (), {"x": COUNT}) is not None


def test_huge_numbers_are_refused_before_they_are_printed():
    huge = Formula.parse("9" * 200 + "**64")
    number = huge.evaluate({})
    with pytest.raises(BadInput, match="4000 digits"):
        Formula.of(number)
    with pytest.raises(BadInput, match="must be rational"):
        Formula.parse(f"sqrt({huge} + 1)").evaluate({})
    assert Formula.of(10**3999).evaluate({}) == 10**3999


ALPHABET = [
    "x",
    "n_kv",
    "2",
    "0.5",
    "1e3",
    "+",
    "-",
    "*",
    "/",
    "**",
    "(",
    ")",
    ",",
    "min(",
    "if",
    "else",
    " ",
    "=",
    "<=",
]
ALPHABET += [
    "divides",
    "multiple of",
    "a",
    "!",
    "^",
    "_",
    ".",
    "\t",
    "\n",
    "'",
    "\\",
    "\u00e9",
    "\x00",
    "True",
    "lambda",
]


def test_random_strings_are_read_or_refused_and_nothing_else_happens():
    rng = random.Random(20260429)
    read = 0
    for _ in range(20_000):
        text = "".join(rng.choice(ALPHABET) for _ in range(rng.randint(1, 12)))
        try:
            found = Formula.parse(text)
        except BadInput:
            pass
        else:
            read += 1
            assert Formula.parse(str(found)).same_as(found)
        try:
            relation = Relation.parse(text)
        except BadInput:
            continue
        assert Relation.parse(relation.text).text == relation.text
    assert read > 500  # the generator reaches valid formulas too


@given(st.text(max_size=40))
@settings(max_examples=300)
def test_any_text_is_read_or_refused(text):
    for reader in (Formula.parse, Relation.parse):
        try:
            reader(text)
        except BadInput as problem:
            assert str(problem).isprintable()
