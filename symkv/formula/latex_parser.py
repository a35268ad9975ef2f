"""One pass over LaTeX tokens with a stack of frames: names, numbers, powers, arguments and brackets.

What the commands and signs of the grammar do is in `latex_grammar`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import NoReturn

from symkv.formula import reader
from symkv.formula.latex_frames import BRACKET, LONE, NAME, NUMBER, OTHER, Builder, Frame
from symkv.formula.latex_names import ROMAN, letters, one_name, starts_name
from symkv.formula.latex_tokens import GAPS, SPACES, Tokens

OPENERS = {"(": ")", "[": "]", r"\{": r"\}", r"\lceil": r"\rceil", r"\lfloor": r"\rfloor"}
CLOSERS = frozenset(OPENERS.values())
SAME = {r"\lbrace": r"\{", r"\rbrace": r"\}", r"\lparen": "(", r"\rparen": ")"}
SIZES = ("big", "Big", "bigg", "Bigg")
PREFIXES = {  # what stands before a bracket -> what must stand before the one that closes it, "" where it closes one
    r"\left": r"\right",
    r"\right": "",
    **{rf"\{size}l": rf"\{size}r" for size in SIZES},
    **{rf"\{size}r": "" for size in SIZES},
    **{rf"\{size}": rf"\{size}" for size in SIZES},
}
CONDITIONS = {"if": "condition", "for": "condition", "when": "condition", "otherwise": "otherwise", "else": "otherwise"}
Handlers = Mapping[str, Callable[["Parser"], None]]


class Parser:
    """The cursor, the open frames, and what has been read of a relation."""

    def __init__(self, tokens: Tokens, notation: Mapping[str, str] | None, handlers: Handlers) -> None:
        self.tokens, self.letters, self.handlers = tokens, letters(notation), handlers
        self.builder = Builder(tokens)
        self.at = 0
        self.sides: list[ast.expr] = []
        self.signs: list[tuple[str, int]] = []
        self.environments: list[str] = []
        self.closed = False  # whether an environment has ended
        self.line_start = True
        self.lines = 0
        self.late_sign = False  # whether a later line began with a plus or minus
        self.bound: dict[str, str] = {}  # the index letters of open sums
        self.brackets = 0
        self.frames = [Frame(self.builder, "top", 0, lambda tree, frame: self.sides.append(tree))]

    @property
    def top(self) -> Frame:
        """The innermost frame."""
        return self.frames[-1]

    def refuse(self, problem: str, at: int | None = None) -> NoReturn:
        """Refuse a token, that at the cursor if no other is given."""
        self.tokens.refuse(self.at if at is None else at, problem)

    def run(self) -> list[ast.expr]:
        """Read all tokens: the two sides of a relation, of a chain more, or one formula."""
        while self.tokens[self.at].kind != "end":
            self.step()
        self.end_sums()
        if len(self.frames) > 1:
            self.refuse("a bracket or an environment is not closed", self.top.start)
        if self.environments:
            self.refuse(rf"\begin{{{self.environments[-1]}}} is not closed; add its \end")
        if self.top.empty and not self.sides:
            self.refuse("a formula must not be empty; write for example 2\\,L\\,d_h")
        self.top.done(self.top.finish(self.at), self.top)
        return self.sides

    def step(self) -> None:
        """Read one token, or what begins with it."""
        token = self.tokens[self.at]
        text = token.text
        if text in SPACES:
            self.at += 1
        elif text in GAPS:
            self.at, self.top.gap = self.at + 1, True
        elif text in (r"\tag", r"\label"):
            self.at = self.argument_end(self.at + 1)
            self.top.gap = True
        elif text in (",", ".", ";") and self.is_final():
            self.at += 1
        elif self.closed and text not in (r"\end",):
            self.refuse(r"nothing may follow the end of an environment")
        elif self.top.kind == "cases" and self.top.data["cell"] == "start" and self.condition_text():
            pass
        elif token.kind == "digit":
            tree, after = self.tokens.number(self.at)
            start, self.at = self.at, after
            self.give(tree, NUMBER, start)
        elif starts_name(self.tokens, self.at):
            self.name()
        else:
            self.handlers.get(text, self.handlers[""])(self)

    def is_final(self) -> bool:
        """Whether punctuation ends a formula or a cell: TeX shows it, and it means nothing."""
        if next(frame.kind for frame in reversed(self.frames) if frame.kind != "sum") == "arguments":
            return False  # a comma at the end of a line parts arguments
        after = self.at + 1
        while self.tokens.text(after) in SPACES | GAPS:
            after += 1
        return self.tokens[after].kind == "end" or self.tokens.text(after) in ("&", r"\\", r"\end", r"\tag", r"\label")

    def argument_end(self, index: int) -> int:
        """The index behind the braces at an index."""
        if self.tokens.text(index) == "*":
            index += 1
        if self.tokens.text(index) != "{":
            self.refuse(f"{self.tokens.text(self.at)} needs braces behind it")
        return self.tokens.closing[index] + 1

    # -- operands --------------------------------------------------------------------------------------------------

    def give(self, tree: ast.expr, what: str, start: int, *, power: int = 0) -> None:
        """Hand a factor to the frame, with the power that stands behind it."""
        self.mark_line(sign=False)
        self.builder.count(start)
        at = power or (self.at + 1 if self.tokens.text(self.at) == "^" else 0)
        if at:
            if what not in (NUMBER, NAME, BRACKET, LONE):
                self.refuse("what this power covers is open; put brackets around it", at)
            exponent, after = self.exponent(at)
            self.at = self.at if power else after
            what = NUMBER if what == NUMBER else OTHER
            tree = self.builder.node(ast.BinOp(tree, ast.Pow(), exponent), start)
        if self.tokens.text(self.at) in ("^", "_", "'"):
            self.refuse("one script belongs to one name; put brackets around what it covers")
        self.top.operand(tree, what, start)

    def exponent(self, at: int) -> tuple[ast.expr, int]:
        """A whole number written out: one digit, or braces around digits with a minus or none."""
        texts, after = [self.tokens.text(at)], at + 1
        if texts[0] == "{":
            after = self.tokens.closing[at] + 1
            texts = [t.text for t in self.tokens.list[at + 1 : min(after - 1, at + 5)] if t.text not in SPACES]
        negative = texts[:1] == ["-"]
        digits = "".join(texts[negative:])
        if not (digits.isascii() and digits.isdigit()) or int(digits) > reader.MAX_EXPONENT:
            bound = f"a whole number up to {reader.MAX_EXPONENT} written out"
            self.refuse(f"an exponent must be {bound}; a label has to be declared in the notation", at)
        if self.tokens[after].kind == "digit" and not self.tokens[after].spaced and texts[0] != "-" and after == at + 1:
            self.refuse("an exponent of several digits needs braces", at)
        number: ast.expr = ast.Constant(int(digits))
        return (ast.UnaryOp(ast.USub(), number) if negative else number), after

    def name(self) -> None:
        """A declared name, or the index of an open sum."""
        start = self.at
        shape = one_name(self.tokens, start)
        if shape.loose in self.bound:
            self.at = shape.end
            self.give(ast.Name(self.bound[shape.loose], ast.Load()), NAME, start, power=shape.power)
            return
        found = self.letters.read(self.tokens, start)
        if found is None:
            if shape.exact in _ROMAN_FUNCTIONS and self.tokens.text(start) in ROMAN:
                self.at = shape.end
                self.function(_ROMAN_FUNCTIONS[shape.exact], start)
                return
            self.refuse_text(start)
            self.letters.undeclared(self.tokens, start)
        label = shape.loose[len(shape.loose.partition("_")[0]) :]
        if any(index in label for index in self.bound):
            self.refuse("this label may hold the index of the sum; name the terms one by one")
        word, self.at, power = found
        self.give(ast.Name(word, ast.Load()), NAME, start, power=power)

    def refuse_text(self, start: int) -> None:
        """Refuse words in a formula as what they are."""
        if self.tokens.text(start) in ROMAN and self.tokens.text(start + 1) == "{":
            content = self.tokens.inside(start + 1)
            if not content.strip().replace("_", "").isalnum():
                self.refuse("text is not part of a formula; leave it out", start)

    def push(self, kind: str, done: Callable[[ast.expr, Frame], None], closer: tuple[str, str] = ("", "")) -> Frame:
        """Open a frame, which hands its tree to `done` when it closes."""
        if len(self.frames) > reader.MAX_NODES:
            self.refuse(f"a formula may have {reader.MAX_NODES} nodes; split it into steps")
        frame = Frame(self.builder, kind, self.at, done, closer)
        self.frames.append(frame)
        return frame

    def pop(self) -> None:
        """Close the innermost frame."""
        frame = self.frames.pop()
        frame.done(frame.finish(self.at), frame)

    def argument(self, done: Callable[[ast.expr, str], None]) -> None:
        """TeX's argument: braces, or one token."""
        while self.tokens.text(self.at) in SPACES:
            self.at += 1
        token = self.tokens[self.at]
        if token.text == "{":
            self.push("argument", lambda tree, frame: done(tree, _kind(tree)), ("}", ""))
            self.at += 1
            return
        start = self.at
        if token.kind == "digit":
            self.builder.count(start)
            self.at += 1
            done(ast.Constant(int(token.text)), NUMBER)
            return
        name = one_name(self.tokens, start) if starts_name(self.tokens, start) else None
        if name is None or name.end != start + 1 or name.raised is not None:
            self.refuse("an argument needs braces around it")
        found = self.letters.read(self.tokens, start)
        if found is None or found[1] != start + 1:
            self.letters.undeclared(self.tokens, start)
        self.builder.count(start)
        self.at += 1
        done(ast.Name(found[0], ast.Load()), NAME)

    def function(self, name: str, start: int) -> None:
        """The arguments of min and max, in ( ) or in braces that show."""
        found = self.bracket()
        if found is None or found[0] not in ("(", r"\{") or self.tokens.text(self.at) in ("^", "_"):
            self.refuse(f"{name} needs its arguments in brackets; write \\{name}(a, b)")
        self.opened(found)
        frame = self.push("arguments", lambda tree, frame: self.call(name, [*frame.data["list"], tree], start))
        frame.data["list"] = []
        frame.closer = (OPENERS[found[0]], found[1])
        self.at = found[2]

    def call(self, name: str, arguments: list[ast.expr], start: int) -> None:
        """A function of the language as a factor."""
        low, high = reader.FUNCTIONS[name]
        if not low <= len(arguments) <= high:
            self.refuse(f"{name} takes {low} to {high} arguments, got {len(arguments)}", start)
        self.give(self.builder.node(ast.Call(ast.Name(name, ast.Load()), arguments, []), start), BRACKET, start)

    # -- brackets --------------------------------------------------------------------------------------------------

    def bracket(self) -> tuple[str, str, int] | None:
        r"""The opening bracket at the cursor with its prefix (\left, \bigl or none), and the index behind it."""
        prefix = self.tokens.text(self.at)
        sized = prefix in PREFIXES
        at = self.at + sized
        shape = SAME.get(self.tokens.text(at), self.tokens.text(at))
        if shape not in OPENERS or (sized and not PREFIXES[prefix]):
            return None
        return shape, PREFIXES[prefix] if sized else "", at + 1

    def opened(self, found: tuple[str, str, int]) -> None:
        """Count a bracket that opens."""
        self.mark_line(sign=False)
        self.brackets += 1
        if self.brackets > reader.MAX_DEPTH:
            self.refuse(f"brackets may nest {reader.MAX_DEPTH} deep")
        for frame in self.frames[-1:]:
            frame.data["inner"] = frame.data.get("inner") or found[0] == "("

    def close(self, shape: str, prefix: str, after: int) -> None:
        """Close the innermost frame by a bracket or a brace."""
        self.end_sums()
        frame = self.top
        if frame.kind == "top" or frame.closer[0] != shape:
            self.refuse(f"this bracket was not opened; {_open(frame)}")
        if frame.closer[1] != prefix:
            self.refuse(r"a \left needs a \right, a \bigl a \bigr, and a plain bracket a plain one")
        if frame.empty:
            self.refuse("a bracket must not be empty")
        self.brackets -= shape != "}"
        frame.data["what"] = frame.last if frame.single else ""
        tree = frame.finish(self.at)
        self.frames.pop()
        self.at = after
        frame.done(tree, frame)

    def end_sums(self) -> None:
        """Close the sums that reach up to here."""
        while self.top.kind == "sum":
            self.pop()

    def mark_line(self, *, sign: bool) -> None:
        """Note what a line begins with."""
        if self.line_start and self.lines and sign:
            self.late_sign = True
        self.line_start = False

    def condition_text(self) -> bool:
        """The word before the condition of a row: read, and whether there was one."""
        if self.tokens.text(self.at) not in ROMAN or self.tokens.text(self.at + 1) != "{":
            self.top.data["cell"] = "condition"
            return False
        word = self.tokens.inside(self.at + 1).strip(" ,;.~").lower()
        if word not in CONDITIONS:
            self.refuse(r"a row of cases needs \text{if } with a condition, or \text{otherwise}")
        self.top.data["cell"] = CONDITIONS[word]
        self.at = self.tokens.closing[self.at + 1] + 1
        return True


_ROMAN_FUNCTIONS = {r"\rm{min}": "min", r"\rm{max}": "max"}


def _kind(tree: ast.expr) -> str:
    return NUMBER if isinstance(tree, ast.Constant) else NAME if isinstance(tree, ast.Name) else OTHER


def _open(frame: Frame) -> str:
    return "nothing is open" if frame.kind == "top" else f"expected is {frame.closer[0] or 'the end of the cases'}"
