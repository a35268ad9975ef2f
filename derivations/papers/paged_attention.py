"""How many blocks does a paged cache take, what can it waste, and do the sizes of the PagedAttention paper follow?"""

from fractions import Fraction

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol

BLOCKS = Symbol(
    "sequence_blocks", r"n_{\mathrm{b}}", "blocks of one sequence", "blocks", "positive rational", dimension="1"
)
POOL = Symbol("pool_blocks", r"N_{\mathrm{b}}", "blocks of the pool", "blocks", dimension="1")
OPT = {"n_layers": 40, "n_heads": 40, "d_head": 128, "bytes_per_element": 2}
QWEN = {"n_layers": 36, "n_kv_heads": 8, "d_head": 128, "bytes_per_element": 2}
LLAMA = {**QWEN, "n_layers": 32}
CASES = (  # model, shape, requests, tokens in and out, template tokens, predicted, measured
    ("qwen3-4b", QWEN, 1, 640, 8, "0.08789", "0.09009"),
    ("qwen3-4b", QWEN, 8, 640, 8, "0.70312", "0.72070"),
    ("qwen3-4b", QWEN, 8, 4352, 8, "4.78125", "4.79883"),
    ("llama-8b", LLAMA, 1, 640, 4, "0.07812", "0.08008"),
    ("llama-8b", LLAMA, 8, 640, 4, "0.62500", "0.64062"),
    ("llama-8b", LLAMA, 8, 4352, 4, "4.25000", None),
)


def _vramfit():
    for name, shape, requests, tokens, template, predicted, measured in CASES:
        kept = shape["n_layers"] * 4096
        where = {**shape, "batch": requests, "n_tokens": tokens}
        exact = requests * tokens * kept
        same = Fraction(predicted) * 2**30 == exact
        label = f"{name}-{requests}-of-{tokens}"
        yield Claim(
            f"{label}-predicted",
            "batch*gqa.stored",
            where,
            f"{predicted} GiB",
            "ogunbiyi2025",
            "matches" if same else "rounds",
            exact=exact,
            ratio=str(Fraction(predicted) * 2**30 / exact),
        )
        if measured:
            blocks = -(-(tokens + template) // 16)
            exact = requests * blocks * 16 * kept
            yield Claim(
                f"{label}-measured",
                "batch*sequence_blocks*block_size*gqa.growth",
                {**shape, "batch": requests, "sequence_blocks": blocks, "block_size": 16},
                f"{measured} GiB",
                "ogunbiyi2025",
                "matches" if Fraction(measured) * 2**30 == exact else "rounds",
                f"{template} tokens of the chat template added, rounded up to {blocks} blocks",
                exact=exact,
                ratio=str(Fraction(measured) * 2**30 / exact),
            )


derivation = Derivation(
    name="paged_attention",
    units="named",
    title="Paged caches",
    claim=(
        "A sequence of S tokens takes ceil(S/P) blocks, and wastes less than one of them, so that the share wasted "
        "vanishes in a long context."
    ),
    symbols=(BLOCKS, POOL, "n_tokens", "block_size", "batch"),
    steps=(
        Step(
            "blocks",
            "given",
            "sequence_blocks = ceil(n_tokens/block_size)",
            why="premise: a block belongs to one sequence, and is allocated whole",
            cite="kwon2023",
        ),
        Step(
            "enough",
            "bound",
            "sequence_blocks*block_size >= n_tokens",
            why="the blocks hold every token",
            uses=("blocks",),
        ),
        Step(
            "waste",
            "bound",
            "sequence_blocks*block_size - n_tokens < block_size",
            why="and less than one block is empty",
            uses=("blocks",),
        ),
        Step(
            "empty",
            "cases",
            "ceil(n_tokens/block_size)*block_size - n_tokens = mod(-n_tokens, block_size)",
            why="exactly: what the last block lacks",
        ),
        Step(
            "last_block",
            "cases",
            "ceil(n_tokens/block_size)*block_size - n_tokens = block_size - 1 - mod(n_tokens - 1, block_size)",
            why="or, counted from the position of the last token within its block",
        ),
        Step(
            "full",
            "specialise",
            "sequence_blocks*block_size = n_tokens",
            why="nothing where the blocks are full",
            uses=("blocks",),
            where=("block_size divides n_tokens",),
        ),
        Step(
            "one_token_blocks",
            "specialise",
            "sequence_blocks = n_tokens",
            why="nor in blocks of one token",
            uses=("blocks",),
            where=("block_size = 1",),
            units=("1 = token",),
        ),
        Step(
            "long",
            "limit",
            "ceil(n_tokens/block_size)*block_size/n_tokens = 1",
            why="in a long context the share wasted vanishes",
            over="n_tokens",
        ),
        Step(
            "one_block",
            "cases",
            "ceil(n_tokens/block_size) = 1",
            why="a short one takes a whole block however few tokens it has",
            where=("n_tokens <= block_size",),
        ),
        Step(
            "fit",
            "cases",
            "floor(pool_blocks/sequence_blocks)*sequence_blocks = pool_blocks - mod(pool_blocks, sequence_blocks)",
            why="sequences of equal length that a pool serves, and the blocks that stay over",
        ),
        Step("mixed", "collect", "2048*800*10**3 = 1638400000", why="800 KiB a token taken as 800 kB: 1.6 GB"),
        Step("three_fit", "collect", "909 = 3*273 + 90", why="909 blocks serve three sequences of 273"),
        Step("four_do_not", "collect", "4*273 - 909 = 183", why="a fourth lacks 183"),
        Step("pool", "collect", "2*2**30/(16*147456) = 910 + 2/9", why="whole blocks of 16 tokens in 2 GiB: 910"),
    ),
    instances=(
        Instance("per token", "mha.growth", OPT, 819200, "B", "800 KiB"),
        Instance("a sequence of 2048 tokens", "mha.stored", {**OPT, "n_tokens": 2048}, 1677721600, "B", "1.68 GB"),
        Instance("blocks of 4360 tokens", "n_tokens/block_size", {"n_tokens": 4360, "block_size": 16}, "545/2"),
    ),
    claims=(
        Claim("token", "mha.growth", OPT, "800 KB", "kwon2023", note="KB is KiB", place="section 3", exact=819200),
        Claim(
            "request",
            "mha.stored",
            {**OPT, "n_tokens": 2048},
            "1.6 GB",
            "kwon2023",
            "rounds",
            "read as 1.5625 GiB; in decimal gigabytes it is 1.68",
            "section 3",
            exact=1677721600,
            ratio="128/125",
        ),
        Claim(
            "request-decimal",
            "mha.stored/1e9",
            {**OPT, "n_tokens": 2048},
            "1.6",
            "kwon2023",
            "differs",
            "no error of the paper if gibibytes are meant: the same number in decimal gigabytes",
            "section 3",
            exact="1048576/625000",
            ratio="15625/16384",
            cause="800 KiB times 2048, divided by a million",
        ),
        *_vramfit(),
    ),
)  # fmt: skip
