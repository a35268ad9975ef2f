"""How far apart are kB and KiB, GB and GiB, and when is a printed size undecided?"""

from symkv.derivations import Claim, Derivation, Instance, Step
from symkv.symbols import Symbol


def _count(name, letter, words, dimension):
    return Symbol(name, letter, words, dimension, "positive rational", dimension=dimension)


BYTES = _count("size_bytes", "x", "a size in bytes", "byte")
COUNT = Symbol("whole_count", "n", "a whole number", "1", dimension="1")
DECIMAL = tuple(
    _count(f"size_{unit.lower()}", rf"x_{{\mathrm{{{unit}}}}}", f"the same size in {unit}", unit)
    for unit in ("kB", "MB", "GB")
)
BINARY = tuple(
    _count(f"size_{unit.lower()}", rf"x_{{\mathrm{{{unit}}}}}", f"the same size in {unit}", unit)
    for unit in ("KiB", "MiB", "GiB")
)

MLA = {"n_layers": 61, "d_latent": 512, "d_rope": 64, "bytes_per_element": 2}
LLAMA = {"n_layers": 80, "n_kv_heads": 8, "d_head": 128, "bytes_per_element": 1}
GQA = "2*n_layers*n_kv_heads*d_head*bytes_per_element"

derivation = Derivation(
    name="kb_and_kib",
    units="named",
    title="kB and KiB",
    claim=(
        "A size in KiB is a smaller number than in kB by 1.024, in GiB than in GB by 1.0737; the two agree on no size, "
        "so a printed KB is read both ways, and the digits decide."
    ),
    symbols=(BYTES, *DECIMAL, *BINARY, COUNT, "bytes_per_token"),
    steps=(
        *(
            Step(
                f"in_{symbol.name.removeprefix('size_')}",
                "define",
                f"{symbol.name} = size_bytes/{factor}",
                why=f"{factor} bytes to the {symbol.unit}",
                units=(f"{factor} = byte/{symbol.unit}",),
            )
            for symbol, factor in zip((*DECIMAL, *BINARY), (10**3, 10**6, 10**9, 2**10, 2**20, 2**30), strict=True)
        ),
        *(
            Step(
                f"{binary.unit.lower()}_over_{decimal.unit.lower()}",
                "cancel",
                f"{decimal.name}/{binary.name} = {ratio}",
                why=f"number of {decimal.unit} over that of {binary.unit}: {words}",
                uses=(f"in_{decimal.name.removeprefix('size_')}", f"in_{binary.name.removeprefix('size_')}"),
                units=(f"{ratio} = {decimal.unit}/{binary.unit}",),
            )
            for decimal, binary, ratio, words in zip(
                DECIMAL,
                BINARY,
                ("128/125", "16384/15625", "2097152/1953125"),
                ("2.4 % apart", "4.9 % apart", "7.4 % apart"),
                strict=True,
            )
        ),
        Step(
            "whole_kb",
            "divisible",
            "128000*whole_count multiple of 1000",
            why="a multiple of 128,000 bytes is a whole number of kB",
        ),
        Step(
            "whole_kib",
            "divisible",
            "128000*whole_count multiple of 1024",
            why="it is a whole number of KiB too",
        ),
        Step(
            "only_these",
            "divisible",
            "whole_count multiple of 128",
            why="no other whole number of kB is one of KiB: 1000 and 1024 share the factor 8, and 125 and 128 none",
            where=("125*whole_count multiple of 128",),
        ),
        Step(
            "two_contexts",
            "cancel",
            "131072*bytes_per_token/(128000*bytes_per_token) = 128/125",
            why="a context of 128k has the same doubt: 131,072 or 128,000 tokens, apart by the same 2.4 %",
        ),
    ),
    instances=(
        Instance("Llama-3-70B in 8 bits, bytes per token", GQA, LLAMA, 163_840, "B", "163.84 kB, 160 KiB"),
        Instance("the same in KiB", f"{GQA}/1024", LLAMA, 160, "KiB"),
        Instance("the same in kB", f"{GQA}/1000", LLAMA, "4096/25", "kB"),
        Instance(
            "DeepSeek-V3 in bf16, bytes per token",
            "n_layers*(d_latent + d_rope)*bytes_per_element",
            MLA,
            70_272,
            "B",
            "70.272 kB, 68.625 KiB",
        ),
        Instance("the same in KiB", "n_layers*(d_latent + d_rope)*bytes_per_element/1024", MLA, "549/8", "KiB"),
    ),
    claims=(
        Claim(
            "scaling-book-table",
            GQA,
            {**LLAMA, "bytes_per_element": 2},
            "324 kB",
            "austin2025",
            expect="differs",
            exact=327_680,
            ratio="2025/2048",
            cause="twice 162, which lies between 160 KiB and 163.84 kB: kB and KiB mixed",
            place="applied inference, table of the smallest slices, bf16",
        ),
        Claim(
            "scaling-book-table-int8",
            GQA,
            LLAMA,
            "162 kB",
            "austin2025",
            expect="differs",
            exact=163_840,
            ratio="2025/2048",
            cause="between 160 KiB and 163.84 kB: kB and KiB mixed",
            place="applied inference, table of the smallest slices, int8",
        ),
        Claim(
            "scaling-book-table-int4",
            GQA,
            {**LLAMA, "bytes_per_element": "1/2"},
            "81 kB",
            "austin2025",
            expect="differs",
            exact=81_920,
            ratio="2025/2048",
            cause="half of that 162",
            place="applied inference, table of the smallest slices, int4",
        ),
        Claim(
            "eight-gib",
            "2*n_tokens*n_layers*width",
            {"n_tokens": 8192, "n_layers": 64, "width": 8192},
            "8 GiB",
            "austin2025",
            exact=8 * 2**30,
            ratio=1,
            place="transformers, key-value caching",
        ),
        Claim(
            "half-a-megabyte",
            "2*n_layers*width",
            {"n_layers": 64, "width": 4096},
            "512 KB",
            "austin2025",
            exact=512 * 1024,
            ratio=1,
            place="transformers, question 1",
            note="printed as 512kB; it is 512 KiB, 524 kB",
        ),
        Claim(
            "kipply-per-token",
            "2*2*n_layers*d_model",
            {"n_layers": 64, "d_model": 8192},
            "2,097,152",
            "kipply2022",
            exact=2_097_152,
            place="section capacity",
        ),
    ),
)
