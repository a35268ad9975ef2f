"""Number formats: bytes of a block, of a packed row and of whole caches, each from the arithmetic of its source."""

from dataclasses import replace
from fractions import Fraction

import pytest

from symkv.caches import Stack, quantity
from symkv.errors import BadInput
from symkv.formula import Formula
from symkv.units import DTYPES, against_printed
from symkv.variants import variant

MIB = 2**20
BF16 = 2
FP16 = 2
FP32 = 4
ONE_SCALE = 1  # e8m0 or e4m3


def cache(name, formats, tokens=1, of="stored", **sizes):
    """Bytes of a cache of `tokens` tokens in number formats by role or part."""
    stack = Stack.of(variant(name), {n: Formula.of(v) for n, v in sizes.items()}).coded(formats)
    return Fraction(quantity(stack, of).evaluate({"n_tokens": tokens}))


def gqa(dtype, layers, heads, width, tokens, **parts):
    formats = parts or {"kv": dtype}
    return cache("gqa", formats, tokens, n_layers=layers, n_kv_heads=heads, d_head=width)


def mla(dtype, layers, tokens, **sizes):
    return cache("mla", {"kv": dtype}, tokens, n_layers=layers, **{"d_latent": 512, "d_rope": 64, **sizes})


def vector(dtype, width):
    """Bytes of one key of `width` elements."""
    return gqa(dtype, 1, 1, width, 1) / 2


def element(dtype):
    return vector(dtype, 1024) / 1024


# -- blocks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dtype", "scale", "minimum", "high_bits", "codes", "total"),
    [
        ("q8_0", FP16, 0, 0, 32, 34),
        ("q5_1", FP16, FP16, 4, 16, 24),
        ("q5_0", FP16, 0, 4, 16, 22),
        ("q4_1", FP16, FP16, 0, 16, 20),
        ("q4_0", FP16, 0, 0, 16, 18),
    ],
)
def test_a_ggml_block_of_32_is_its_scale_its_minimum_its_fifth_bits_and_its_codes(
    dtype, scale, minimum, high_bits, codes, total
):
    """The sizes that ggml-org/ggml, src/ggml-common.h, asserts of block_q8_0 to block_q4_0."""
    assert vector(dtype, 32) == scale + minimum + high_bits + codes == total
    assert vector(dtype, 128) == 4 * total


@pytest.mark.parametrize(("dtype", "bits", "rate"), [("mxfp8", 8, (33, 32)), ("mxfp4", 4, (17, 32))])
def test_a_microscaling_block_has_one_scale_byte_for_32_elements(dtype, bits, rate):
    """OCP Microscaling Formats 1.0, as in the README of microsoft/microxcaling: block_size 32, scale_bits 8."""
    assert element(dtype) == (Fraction(bits) + Fraction(8, 32)) / 8 == Fraction(*rate)


def test_mxfp4_has_the_bits_per_parameter_that_a_model_card_prints():
    """OpenAI, gpt-oss-120b & gpt-oss-20b Model Card, arXiv:2508.10925: 4.25 bits per parameter."""
    assert against_printed(8 * element("mxfp4"), "4.25") == ("matches", 1)


def test_nvfp4_has_one_scale_byte_for_16_elements():
    """vllm-project/vllm, vllm/v1/kv_cache_interface.py: head_size//2 bytes of data and head_size//16 of scales."""
    for width in (64, 128, 256):
        assert vector("nvfp4", width) == width // 2 + width // 16
    assert element("nvfp4") == Fraction(9, 16)


def test_nvfp4_is_smaller_than_fp8_by_what_its_vendor_prints():
    """NVIDIA, Introducing NVFP4 for Efficient and Accurate Low-Precision Inference, 2025: 1.8x against FP8."""
    assert against_printed(element("fp8") / element("nvfp4"), "1.8x")[0] == "rounds"


@pytest.mark.parametrize("dtype", ["fp8_per_token_head", "int8_per_token_head"])
def test_a_scale_for_each_token_and_head_adds_one_float_to_a_vector(dtype):
    """vllm-project/vllm, vllm/v1/kv_cache_interface.py: 2 * block_size * num_kv_heads floats more for a page."""
    page = 16 * 8  # tokens * heads
    assert gqa(dtype, 1, 8, 128, 16) == 2 * page * (128 + FP32)


# -- packed rows -------------------------------------------------------------------------------------------------------

INDEX = {"n_layers": 1, "d_head": 512, "d_rope": 64, "compression": 1}


def index_key(dtype, width=128):
    """Bytes of an index key: what a row grows by with it, less what it grows by with half of it, twice."""
    rows = [cache("csa", {"kv": "bf16", "index": dtype}, of="growth", **INDEX, d_index=d) for d in (width, 2 * width)]
    return rows[1] - rows[0]


def test_an_index_key_of_128_elements_in_mxfp4_has_68_bytes():
    """64 bytes of codes and one e8m0 scale for each 32 elements: vllm-project/vllm, DeepSeek sparse attention."""
    assert index_key("mxfp4") == 128 // 2 + 128 // 32 == 68


def test_an_index_key_of_128_elements_in_fp8_has_132_bytes():
    """128 e4m3 codes and one fp32 scale: vllm-project/vllm, DeepSeek sparse attention; tenstorrent/tt-metal, #50207."""
    assert index_key("fp8_ds_mla") == 128 + FP32 == 132


def test_a_latent_row_in_fp8_has_656_bytes():
    """512 e4m3, a float for each 128, 64 bf16: vllm-project/vllm, backends/mla/flashmla_sparse.py, block_size * 656."""
    assert mla("fp8_ds_mla", 1, 1) == 512 + 512 // 128 * FP32 + 64 * BF16 == 656


def test_a_latent_row_in_nvfp4_has_352_bytes():
    """512 e2m1 with an e4m3 scale for each 16, 64 unscaled e4m3: vllm-project/vllm, nvfp4_ds_mla."""
    assert mla("nvfp4_ds_mla", 1, 1) == 512 // 2 + 512 // 16 * ONE_SCALE + 64 == 352


def packed(dtype):
    """Bytes of a compressed row of DeepSeek-V4, its index key in bf16 taken off."""
    return cache("csa", {"kv": dtype, "index": "bf16"}, of="growth", **INDEX, d_index=128) - 128 * BF16


def test_a_row_of_deepseek_v4_has_584_bytes():
    """448 e4m3 with 7 e8m0 scales and a byte of padding, 64 bf16: vllm-project/vllm, the fp8 row of DeepSeek-V4."""
    assert packed("fp8_ds_v4") == 448 + 448 // 64 * ONE_SCALE + 1 + 64 * BF16 == 584


def test_a_row_of_deepseek_v4_1_has_528_bytes():
    """512 e4m3, the rotary part among them, with an e8m0 scale for each 32: vllm-project/vllm, #56893."""
    assert packed("fp8_ds_v41") == 512 + 512 // 32 * ONE_SCALE == 528


# -- sizes that llama.cpp printed --------------------------------------------------------------------------------------


def logged(size, printed):
    return against_printed(size, f"{printed} MiB")[0] in ("matches", "rounds")


@pytest.mark.parametrize(
    ("key", "value", "printed"), [("fp16", "fp16", "360.00"), ("q8_0", "q8_0", "191.25"), ("q4_0", "q4_0", "101.25")]
)
def test_one_line_in_16_bit_fixes_the_tokens_and_the_other_formats_follow(key, value, printed):
    """ggml-org/llama.cpp, #21551: an 8B model of 36 layers, 8 heads and width 128; 360 MiB are 2560 tokens."""
    tokens = 360 * MIB // (36 * 2 * 8 * 128 * FP16)
    assert logged(gqa("", 36, 8, 128, tokens, key=key, value=value), printed)


@pytest.mark.parametrize(("dtype", "printed"), [("q8_0", "552.50"), ("q4_0", "292.50")])
def test_a_cache_in_blocks_has_the_share_of_16_bits_that_its_blocks_have(dtype, printed):
    """ggml-org/llama.cpp, #21551: a 24B model with 1040.00 MiB in f16."""
    assert logged(1040 * MIB * element(dtype) / FP16, printed)


def test_a_cache_of_64_layers_in_q8_0_has_the_size_that_was_logged():
    """ggml-org/llama.cpp, #11200: Qwen2.5-Coder-32B, 32768 tokens, q8_0: 4352.00 MiB, not the 4096 of 8 bits."""
    assert logged(gqa("q8_0", 64, 8, 128, 32768), "4352.00")


@pytest.mark.parametrize(("dtype", "printed"), [("fp32", "512.00"), ("fp16", "256.00")])
def test_a_cache_of_32_bits_is_twice_that_of_16(dtype, printed):
    """ggml-org/llama.cpp, #294: LLaMA-7B at 512 tokens, f32 and f16."""
    assert logged(cache("mha", {"kv": dtype}, 512, n_layers=32, n_heads=32, d_head=128), printed)


def test_a_latent_cache_in_q8_0_has_the_size_that_was_logged():
    """ikawrakow/ik_llama.cpp, #259: DeepSeek-R1, 61 layers, 32768 tokens, latent and rotary key in q8_0."""
    assert logged(mla("q8_0", 61, 32768), "1166.62")


def test_latents_and_rotary_keys_have_the_sizes_that_were_logged():
    """ggml-org/llama.cpp, #11446: DeepSeek-R1, 61 layers, 32768 tokens in f16, c^KV 1952.00 and K^R 244.00 MiB."""
    latents = mla("fp16", 61, 32768, d_rope=0)
    assert logged(latents, "1952.00")
    assert logged(mla("fp16", 61, 32768) - latents, "244.00")


def test_the_cache_of_one_draft_layer_has_the_size_that_was_logged():
    """ggml-org/llama.cpp, #22673: 8192 cells, 1 layer, K and V of 4 heads of width 256 in f16: 16.00 MiB each."""
    assert logged(gqa("fp16", 1, 4, 256, 8192), "32.00")


# -- formats of variants -----------------------------------------------------------------------------------------------


def test_values_of_kivi_have_the_average_bits_that_are_printed():
    """Hooper et al., KVQuant, arXiv:2401.18079: KIVI-2-gs32-r128 at 32K tokens has 3.05 bits."""
    kivi = variant("kivi")
    values = replace(kivi, tensors=tuple(tensor for tensor in kivi.tensors if tensor.part == "value"))
    sizes = {"n_bits": 2, "group_size": 32, "scale_bytes": 4, "residual": 128, "bytes_per_element": 2}
    stored = values.stored.evaluate({**sizes, "n_layers": 1, "n_kv_heads": 1, "d_head": 128, "n_tokens": 32768})
    assert against_printed(Fraction(8 * stored, 128 * 32768), "3.05")[0] == "rounds"


# -- refusals ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [name for name, coding in DTYPES.items() if coding.block > 1])
def test_a_width_that_a_block_does_not_divide_is_refused(dtype):
    """Rows divide into whole blocks: ggml-org/ggml, ggml.c; the Microscaling formats; NVFP4."""
    block = DTYPES[dtype].block
    for width in (1, block - 1, block + 1, 3 * block // 2):
        with pytest.raises(BadInput, match=f"multiple of {block}"):
            vector(dtype, width)
    assert vector(dtype, 3 * block) == 3 * vector(dtype, block)
