"""symkv: the KV-cache memory of language models, derived from what is cached, solved, proved and typeset."""

__version__ = "0.1.0"
