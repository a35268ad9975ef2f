"""What is asked of an engine and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from symkv.errors import BadInput
from symkv.units import DTYPES


@dataclass(frozen=True)
class Request:
    """How a model is run.

    `tokens` are all that were seen, `prompt` those of the first step (None: all), `dtype` the format of the weights,
    `static` the length of a static cache (None: a dynamic one), `encoder` the tokens of an encoder.
    """

    tokens: int
    batch: int = 1
    dtype: str = "bf16"
    static: int | None = None
    encoder: int | None = None
    prompt: int | None = None

    def __post_init__(self) -> None:
        for name, value, least in (("tokens", self.tokens, 1), ("batch", self.batch, 1), ("static", self.static, 1)):
            if value is not None and value < least:
                raise BadInput(f"{name} must be {least} or more, got {value}")
        if self.static is not None and self.static < self.tokens:
            raise BadInput(f"a static cache must hold all {self.tokens} tokens, got a length of {self.static}")


@dataclass(frozen=True)
class Allocation:
    """Elements that are held, by the name of their number format, and the rules that made them differ from stored."""

    elements_by_dtype: Mapping[str, int] = field(default_factory=dict)
    deltas: tuple[str, ...] = ()

    @property
    def elements(self) -> int:
        """All elements."""
        return sum(self.elements_by_dtype.values())

    @property
    def bytes_by_dtype(self) -> dict[str, int]:
        """Bytes by the name of the number format."""
        return {name: count * BYTES[name] for name, count in self.elements_by_dtype.items()}

    @property
    def bytes(self) -> int:
        """All bytes."""
        return sum(self.bytes_by_dtype.values())


NAMES: Mapping[str, str] = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}  # formats that caches are held in
BYTES: Mapping[str, int] = {"int64": 8} | {word: int(DTYPES[code].bytes_per_element) for code, word in NAMES.items()}
