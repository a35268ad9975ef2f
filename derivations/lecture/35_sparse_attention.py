"""Sparse attention: where does a square root come from, and when does an index with a fixed top-k read less?"""

from symkv.derivations import Derivation, Instance, Step
from symkv.symbols import Symbol


def _bytes(name, latex, words):
    return Symbol(name, latex, words, "bytes", "positive rational", dimension="byte/(layer*token)")


LATENT_ROW = _bytes("latent_row", r"r_{\mathrm{c}}", "bytes of a cached latent row with its rotary part")
INDEX_ROW = _bytes("index_row", r"r_{\mathrm{I}}", "bytes of a cached index row")
BLOCKS = Symbol("n_blocks", "n", "blocks that a step opens", "blocks", "positive rational", dimension="token")
BEST = Symbol("best_block", r"P^{\star}", "block size that reads least", "tokens", "positive rational", dimension="1")
SIZE = Symbol("block_tokens", "P", "tokens in one block", "tokens", "positive rational", dimension="1")
ROWS = Symbol("rows_read", "R", "rows that a step reads", "tokens", "positive rational", dimension="token")
AT_BEST = ("best_block > 0", "n_blocks*best_block**2 = n_tokens")

derivation = Derivation(
    name="sparse_attention",
    units="named",
    title="Where a square root comes from",
    claim=(
        "Reading one summary for each block and then a few whole blocks costs least at blocks of sqrt(S/n) tokens, "
        "2 sqrt(n S) rows; an index over every token with a fixed top-k stays linear, with the index row as its slope."
    ),
    symbols=(ROWS, SIZE, BEST, BLOCKS, LATENT_ROW, INDEX_ROW, "n_tokens", "top_k"),
    over_reals=("n_tokens", "top_k"),
    steps=(
        Step(
            "two_stages",
            "define",
            "rows_read = n_tokens/block_tokens + n_blocks*block_tokens",
            why="premise: one summary row for each block, then every row of the blocks that are opened",
        ),
        Step(
            "square",
            "collect",
            "rows_read - 2*n_blocks*best_block = n_blocks*(block_tokens - best_block)**2/block_tokens",
            why="against the block P* with n P*^2 = S, what is read too much is a square",
            uses=("two_stages",),
            where=AT_BEST[1:],
        ),
        Step(
            "best",
            "optimum",
            "rows_read >= n_tokens/best_block + n_blocks*best_block",
            why="so no block size reads less",
            uses=("two_stages",),
            where=AT_BEST,
        ),
        Step(
            "reached",
            "specialise",
            "rows_read = 2*n_blocks*best_block",
            why="and P* itself reads 2 n P*",
            uses=("two_stages",),
            where=("block_tokens = best_block", *AT_BEST[1:]),
        ),
        Step(
            "root",
            "collect",
            "(2*n_blocks*best_block)**2 = 4*n_blocks*n_tokens",
            why="and 2 n P* is 2 sqrt(n S): the square root of the lecture",
            where=AT_BEST[1:],
        ),
        Step(
            "less_than_dense",
            "collect",
            "n_tokens - 2*n_blocks*best_block = n_blocks*best_block*(best_block - 2)",
            why="less than every row, as soon as P* is more than two tokens",
            where=AT_BEST[1:],
        ),
        Step(
            "sublinear",
            "limit",
            "(n_tokens/block_tokens + n_blocks*block_tokens)/n_tokens = 1/block_tokens",
            why="with a block of fixed size, reading stays linear: only a block that grows with the context bends it",
            over="n_tokens",
        ),
        Step(
            "top",
            "bound",
            "index_row*n_tokens + latent_row*min(n_tokens, top_k) <= (index_row + latent_row)*n_tokens",
            why="an index over every token and the rows of the top k: at most all rows of both",
        ),
        Step(
            "short",
            "cases",
            "index_row*n_tokens + latent_row*min(n_tokens, top_k) = (index_row + latent_row)*n_tokens",
            why="within the top k nothing is saved, and the index is read besides",
            where=("n_tokens <= top_k",),
        ),
        Step(
            "slope",
            "limit",
            "latent_row*n_tokens/(index_row*n_tokens + latent_row*min(n_tokens, top_k)) = latent_row/index_row",
            why="against dense reading the gain tends to the ratio of the rows, not to infinity",
            over="n_tokens",
        ),
        Step(
            "below",
            "bound",
            "latent_row*n_tokens*index_row < latent_row*(index_row*n_tokens + latent_row*min(n_tokens, top_k))",
            why="which it does not reach",
        ),
        Step(
            "turn",
            "solve_for",
            "n_tokens = latent_row*top_k/(latent_row - index_row)",
            why="both read the same at this length",
            where=("index_row*n_tokens + latent_row*top_k = latent_row*n_tokens", "index_row < latent_row"),
        ),
        Step(
            "beyond",
            "bound",
            "index_row*n_tokens + latent_row*min(n_tokens, top_k) < latent_row*n_tokens",
            why="and beyond it sparse attention reads less",
            where=("index_row < latent_row", "(latent_row - index_row)*n_tokens > latent_row*top_k"),
        ),
        Step(
            "turn_v32",
            "specialise",
            "n_tokens = 335872/131",
            why="with rows of 656 and 132 bytes and a top k of 2048: 2563.9 tokens",
            uses=("turn",),
            where=("latent_row = 656", "index_row = 132", "top_k = 2048"),
            units=("335872/131 = token",),
        ),
        Step(
            "first_whole",
            "round_up",
            "ceil(n_tokens) = 2564",
            why="so from 2564 tokens on it reads less",
            uses=("turn_v32",),
            units=("2564 = token",),
        ),
    ),
    instances=(
        Instance(
            "rows read, 65536 tokens, 16 blocks of 64",
            given={"n_tokens": 65536, "block_tokens": 64, "n_blocks": 16},
            value=2048,
            unit="rows",
            step="two_stages",
        ),
        Instance(
            "the same with blocks of 128",
            given={"n_tokens": 65536, "block_tokens": 128, "n_blocks": 16},
            value=2560,
            unit="rows",
            step="two_stages",
        ),
        Instance(
            "61 layers, 200000 tokens, sparse",
            "n_layers*(index_row*n_tokens + latent_row*min(n_tokens, top_k))",
            {"n_layers": 61, "index_row": 132, "latent_row": 656, "n_tokens": 200_000, "top_k": 2048},
            1692352768,
            "B",
        ),
        Instance(
            "61 layers, 200000 tokens, dense",
            "n_layers*latent_row*n_tokens",
            {"n_layers": 61, "latent_row": 656, "n_tokens": 200_000},
            8003200000,
            "B",
        ),
        Instance(
            "the ratio that is not reached", "latent_row/index_row", {"latent_row": 656, "index_row": 132}, "164/33"
        ),
    ),
)
