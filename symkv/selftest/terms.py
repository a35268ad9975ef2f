"""Random terms of the field: heads, widths, layers, bytes, tokens; every one a positive whole number, or a rational."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

TOKENS = ("n_tokens", "window", "chunk", "block_size", "compression")
HEADS = ("n_kv_heads", "n_heads", "d_head", "d_latent", "d_k", "d_v", "d_index")
LAYERS = ("n_layers", "n_unique_layers", "n_global_layers", "n_local_layers", "share_factor")
SPLITS = ("tp", "batch", "block_size", "compression")
LITERALS = (2, 3, 4, 8, 16, 64, 128, 1000, 1024)


@dataclass
class Words:
    """A source of terms that gives no symbol twice, so that the variables of a law stay apart."""

    rng: Random
    used: set[str] = field(default_factory=set)

    def name(self, pool: Sequence[str]) -> str:
        """A symbol of the pool that was not given before; a fresh letter where all were."""
        free = [name for name in pool if name not in self.used] or [f"x{len(self.used)}"]
        chosen = self.rng.choice(free)
        self.used.add(chosen)
        return chosen

    def tokens(self) -> str:
        """A token count."""
        return self.name(TOKENS)

    def count(self) -> str:
        """A count: a symbol, a multiple of one, a product of two or a number."""
        name = self.name((*HEADS, *LAYERS))
        shape = self.rng.randrange(6)
        if shape == 0:
            return f"({self.rng.choice(LITERALS)}*{name})"
        if shape == 1:
            return f"({name}*{self.name(HEADS)})"
        return name

    def amount(self) -> str:
        """A positive whole number of tokens: a symbol, a multiple, a sum, or a symbol and a number."""
        name = self.tokens()
        match self.rng.randrange(6):
            case 0:
                return f"({self.rng.choice(LITERALS)}*{name})"
            case 1:
                return f"({name} + {self.rng.choice((1, 2, 3, 128))})"
            case 2:
                return f"({name} + {self.tokens()})"
        return name

    def size(self) -> str:
        """What tokens are divided into: a symbol or a number from 2 on."""
        if self.rng.random() < 0.3:
            return str(self.rng.choice(LITERALS))
        return self.name(SPLITS)

    def width(self) -> str:
        """A coefficient as it stands before a count of tokens: 2*n_kv_heads*d_head*bytes_per_element, or part of it."""
        factors = [self.name(HEADS) for _ in range(self.rng.randrange(3))]
        if self.rng.random() < 0.5:
            factors.insert(0, str(self.rng.choice((2, 2, 2, 1000, 1024))))
        if self.rng.random() < 0.3:
            factors.append(self.name(("bytes_per_element",)))
        return "*".join(factors)

    def shuffled(self, factors: Sequence[str]) -> str:
        """The product of the factors in another order."""
        order = list(factors)
        self.rng.shuffle(order)
        return "*".join(order)
