"""Reference attentions: each variant run step by step on an instrumented cache, written from its paper alone.

A reference is a function named after its variant, `f(cache, q, p)`: the decode step of token q with the sizes p. It
says which rows it writes, which it goes over (`read`), which it merges before that (`fold`) and which it might have
gone over had the data been different (`may`). What has to be stored follows by looking back: a row is alive from its
first write to its last use.
"""

import importlib
import pkgutil

REFERENCES = {
    name: function
    for module in pkgutil.iter_modules(__path__)
    for name, function in vars(importlib.import_module(f"{__name__}.{module.name}")).items()
    if module.name != "cache" and callable(function) and not name.startswith("_")
    if function.__module__ == f"{__name__}.{module.name}"
}
