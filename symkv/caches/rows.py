"""The bytes of one row of a cached tensor in its number format, and the heads that one of several ranks holds."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache, reduce

from symkv.caches.model import CachedTensor, Part
from symkv.errors import BadInput
from symkv.formula import Formula, ceil, symbol
from symkv.units import DTYPES, ROW_FORMATS

Formats = Mapping[str, str | Fraction]
RATE = symbol("bytes_per_element")
read_once = lru_cache(4096)(Formula.parse)  # a variant's own texts, the same for each of its layers


def row_bytes(tensor: CachedTensor, part: Part, formats: Formats, *, tp: int | None = None) -> Formula:
    """The bytes of one row of a tensor: heads * width elements in its number format."""
    width = read_once(tensor.width).substitute(part.values)
    heads = read_once(tensor.heads).substitute(part.values)
    if tp is not None and tensor.heads != "1":
        heads = Formula.of(_heads_per_rank(heads, tp, tensor.name))
    elements = width if heads.is_number(1) else times(heads, width)
    if tensor.rate is not None:
        return times(elements, read_once(tensor.rate).substitute(part.values))
    code = format_of(tensor, formats)
    if isinstance(code, str) and code in ROW_FORMATS:
        return _packed(tensor, part.variant.name, width, code)
    if code is None:
        return times(elements, RATE.substitute(part.values))
    if isinstance(code, Fraction):
        return elements * code
    coding = DTYPES[code]
    if coding.row_scale_bytes:
        row = width * coding.bytes_per_element + coding.row_scale_bytes
        return row if heads.is_number(1) else heads * row
    if not width.names and Fraction(width.evaluate({})) % coding.block:
        raise BadInput(f"a {code} row must be a multiple of {coding.block} elements, {tensor.name} has {width}")
    return elements * coding.rate


def format_of(tensor: CachedTensor, formats: Formats) -> str | Fraction | None:
    """The format of the tensor's part of a row, else of its role."""
    return formats.get(tensor.part or "", formats.get(tensor.role))


def _packed(tensor: CachedTensor, variant: str, width: Formula, code: str) -> Formula:
    parts, pad = ROW_FORMATS[code]
    if tensor.part not in parts:
        has = " and ".join(parts)
        raise BadInput(f"{code} packs a row of {has}, the {tensor.name} of {variant} is none; try fp8 for it")
    coding = parts[tensor.part]
    total = width * coding.bytes_per_element
    if coding.scale_bytes:
        total = total + ceil(width / coding.block) * coding.scale_bytes
    return total + pad if pad and tensor.part == list(parts)[-1] else total


def _heads_per_rank(heads: Formula, tp: int, name: str) -> int:
    if heads.names:
        raise BadInput(f"--tp needs a number of heads for the {name}, {heads} is open; give {heads.names[0]}=...")
    count = int(heads.evaluate({}))
    if count % tp == 0:
        return count // tp
    if tp % count == 0:
        return 1
    raise BadInput(f"tp must divide the {count} heads of the {name} or be a multiple of them, got {tp}")


def times(left: Formula, right: Formula) -> Formula:
    """left*right without needless brackets: the factors of a product are appended one by one."""
    factors, first = [], right.tree
    while isinstance(first, ast.BinOp) and isinstance(first.op, ast.Mult):
        factors.append(first.right)
        first = first.left
    product = Formula(first)
    product = product if left.is_number(1) else left if product.is_number(1) else left * product
    return Formula(reduce(lambda tree, factor: ast.BinOp(tree, ast.Mult(), factor), reversed(factors), product.tree))
