"""The process in which a user's template runs: jinja2's immutable sandbox, with limits that the system keeps.

Started as a script; reads one request and writes one reply, both JSON. Only the shipped templates can be included.
"""

from __future__ import annotations

import json
import sys
from typing import Any

RANDOM = ("lipsum",), ("random", "shuffle")  # globals and filters that give other bytes each time
NO_EFFECT = ("safe",)  # what is text stays text


def main(setting: dict[str, Any]) -> None:
    """Answer the request on stdin."""
    sys.path[:0] = [entry for entry in setting["path"] if entry not in sys.path]
    from symkv.render.formats import environment, format_named
    from symkv.render.values import unpacked

    request = json.load(sys.stdin)
    kind = format_named(request["kind"])
    made = environment(kind, sandbox())
    _limit(setting["seconds"], setting["memory"])
    print(json.dumps(rendered(made, request["template"], unpacked(request["values"]), request["most"])))


def sandbox() -> type[Any]:
    """jinja2's immutable sandbox without what is random and without a way to call text safe."""
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Sandbox(ImmutableSandboxedEnvironment):
        """Reads values, changes none."""

        def __init__(self, **settings: Any) -> None:
            super().__init__(**settings)
            for name in RANDOM[0]:
                self.globals.pop(name, None)
            for name in (*RANDOM[1], *NO_EFFECT):
                self.filters.pop(name, None)
            source = settings["finalize"]
            self.filters |= {"e": source, "escape": source, "forceescape": source}

    return Sandbox


def rendered(made: Any, template: str, values: dict[str, Any], most: int) -> dict[str, Any]:
    """The text that a template makes, or what went wrong and in which of its lines."""
    from jinja2 import TemplateError, TemplateSyntaxError

    parts: list[str] = []
    total = 0
    try:
        for part in made.from_string(template).generate(values):
            parts.append(part)
            total += len(part)
            if total > most:
                return {"problem": f"it wrote more than {most} characters; write less"}
        return {"text": "".join(parts)}
    except TemplateSyntaxError as problem:
        return {"problem": str(problem.message), "line": problem.lineno}
    except TemplateError as problem:
        return {"problem": str(problem.message), "line": _line(problem)}
    except MemoryError:
        parts.clear()
        return {"problem": "it needed too much memory; write fewer or shorter texts"}
    except Exception as problem:
        return {"problem": f"{type(problem).__name__}: {problem}"[:300], "line": _line(problem)}


def _line(problem: BaseException) -> int | None:
    """The line of the template in which an error arose."""
    found, trace = None, problem.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            found = trace.tb_lineno
        trace = trace.tb_next
    return found


def _limit(seconds: int, memory: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: the asking side's clock is the only limit
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    limits = {
        resource.RLIMIT_CPU: int(used.ru_utime + used.ru_stime) + 1 + seconds,
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for kind, value in limits.items():
        hard = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
