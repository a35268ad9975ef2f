"""The publications that variants and derivations cite, each once. `checked` means that its text was read."""

from __future__ import annotations

from symkv.caches import Source

VASWANI_2017 = Source("Vaswani et al.", "Attention Is All You Need", 2017, "arXiv:1706.03762")
SHAZEER_2019 = Source("Shazeer", "Fast Transformer Decoding: One Write-Head is All You Need", 2019, "arXiv:1911.02150")
AINSLIE_2023 = Source(
    "Ainslie et al.",
    "GQA: Training Generalized Multi-Query Transformer Models from Multi-Head Checkpoints",
    2023,
    "arXiv:2305.13245",
)
KWON_2023 = Source(
    "Kwon et al.",
    "Efficient Memory Management for Large Language Model Serving with PagedAttention",
    2023,
    "arXiv:2309.06180, section 3",
)
JIANG_2023 = Source("Jiang et al.", "Mistral 7B", 2023, "arXiv:2310.06825, section 2")
BRANDON_2024 = Source(
    "Brandon et al.",
    "Reducing Transformer Key-Value Cache Size with Cross-Layer Attention",
    2024,
    "arXiv:2405.12981, table 1",
)
DEEPSEEK_2024 = Source(
    "DeepSeek-AI",
    "DeepSeek-V2: A Strong, Economical, and Efficient Mixture-of-Experts Language Model",
    2024,
    "arXiv:2405.04434, table 1",
)
DEEPSEEK_2024_CACHES = Source(
    "DeepSeek-AI",
    "DeepSeek-V2: A Strong, Economical, and Efficient Mixture-of-Experts Language Model",
    2024,
    "arXiv:2405.04434, table 9 (7 in version 2), whose layers and heads are inferred from its cells",
)
INSIGHTS_2025 = Source(
    "Zhao et al.",
    "Insights into DeepSeek-V3: Scaling Challenges and Reflections on Hardware for AI Architectures",
    2025,
    "arXiv:2505.09343, table 1",
)
GEMMA_2025 = Source("Gemma Team", "Gemma 3 Technical Report", 2025, "arXiv:2503.19786, section 2")
MICROSCALE = Source("Microscale", "Local + global attention", 2026, "microscale.academy, lesson local-global")
POPE_2026 = Source(
    "Patel and Pope",
    "The math behind how LLMs are trained and served",
    2026,
    "Dwarkesh Podcast, 29 April 2026, from 01:33:02",
)
POPE_2022 = Source(
    "Pope et al.", "Efficiently Scaling Transformer Inference", 2022, "arXiv:2211.05102, table 1", checked=False
)
CHARACTER_2024 = Source("Character.AI", "Optimizing AI Inference at Character.AI", 2024, "research.character.ai")
DEEPSEEK_V4 = Source(
    "DeepSeek-AI",
    "DeepSeek-V4: Towards Highly Efficient Million-Token Context Intelligence",
    2026,
    "arXiv:2606.19348, sections 2.3.1 to 2.3.4; shapes as in huggingface/transformers, modular_deepseek_v4.py",
)
