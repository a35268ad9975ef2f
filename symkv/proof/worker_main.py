"""The process of a worker: a supervisor that loads the engine and forks the child that answers. Run as a script.

The supervisor passes each line on to its child and waits for the reply no longer than the limit; it kills and replaces
a child that is late, dies, or has answered many times. It has one thread and computes nothing, so it always sees the
clock, and the end of its input: then it kills the child and leaves. Where there is no fork, it answers itself, and the
asking side kills it.
"""

from __future__ import annotations

import gc
import importlib
import json
import math
import os
import select
import signal
import sys
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

OUT_OF_MEMORY = 77  # the exit status of a child that could not get more
LIFE = 2000  # answers of one child: what an engine keeps in memory goes with it


class Child(NamedTuple):
    """A forked child that answers: its process id and our ends of its two pipes."""

    pid: int
    requests: int
    replies: int


def main(setting: dict[str, Any]) -> None:
    """Serve the lines of standard input until it ends."""
    _set_path(setting["root"], setting["path"])
    module = importlib.import_module(setting["module"])
    try:
        module.load()
    except ImportError as problem:
        os.write(
            1, encoded({"says": "unknown", "reason": f"{problem.name} is not installed; pip install {problem.name}"})
        )
        return
    if not hasattr(os, "fork"):
        os.write(1, encoded({"ready": os.getpid()}))
        serve(0, 1, module, setting)
        return
    gc.freeze()  # the child copies less
    os.write(1, encoded({"ready": os.getpid()}))
    supervise(module, setting)


def _set_path(root: str, path: list[str]) -> None:
    """Modules come from where the asking side finds them, but never from the current directory."""
    sys.path[:] = [root, *path]
    importlib.import_module("symkv")  # this one and no other
    sys.path[:] = path if root in path else [*path, root]


def encoded(data: dict[str, Any]) -> bytes:
    """A reply as one line of JSON."""
    return json.dumps(data).encode() + b"\n"


def _lines(descriptor: int) -> Iterator[bytes]:
    pending = b""
    while more := os.read(descriptor, 1 << 16):
        pending += more
        while b"\n" in pending:
            line, _, pending = pending.partition(b"\n")
            yield line + b"\n"


# -- the supervisor --------------------------------------------------------------------------------------------------


def supervise(module: Any, setting: dict[str, Any]) -> None:
    """Pass requests on and replies back; replace a child that is dead, late or old."""
    child, answered = spawn(module, setting), 0
    for line in _lines(0):
        if answered >= LIFE or os.waitpid(child.pid, os.WNOHANG)[0]:
            close(child, kill=answered >= LIFE)
            child, answered = spawn(module, setting), 0
        reply = exchange(child, line, setting)
        answered += 1
        if isinstance(reply, bytes):
            os.write(1, reply)
        else:
            os.write(1, encoded(reply))
            close(child, kill=False)
            child, answered = spawn(module, setting), 0
    close(child, kill=True)


def spawn(module: Any, setting: dict[str, Any]) -> Child:
    """A new child, which has nothing of the supervisor open but its own two pipes."""
    wanted, requests = os.pipe()
    replies, given = os.pipe()
    pid = os.fork()
    if pid:
        os.close(wanted)
        os.close(given)
        return Child(pid, requests, replies)
    try:
        os.close(requests)
        os.close(replies)
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):  # an engine may print; it must not print into the replies
            os.dup2(nothing, descriptor)
        serve(wanted, given, module, setting)
    finally:
        os._exit(0)


def exchange(child: Child, line: bytes, setting: dict[str, Any]) -> bytes | dict[str, Any]:
    """The child's reply; or, when it has died or is killed for being late, what to say instead."""
    deadline = time.monotonic() + setting["wall"]
    try:
        os.write(child.requests, line)
    except BrokenPipeError:
        return explained(os.waitpid(child.pid, 0)[1], setting)
    reply = b""
    while (left := deadline - time.monotonic()) > 0:
        ready = select.select([child.replies, 0], [], [], left)[0]
        if child.replies in ready:
            more = os.read(child.replies, 1 << 16)
            if not more:
                return explained(os.waitpid(child.pid, 0)[1], setting)
            reply += more
            if reply.endswith(b"\n"):
                return reply
        elif ready:  # no request comes before the last one is answered: the asking side is gone
            close(child, kill=True)
            sys.exit(0)
    end(child)
    return {"says": "timeout", "reason": f"stopped after {setting['wall']:g} s"}


def end(child: Child) -> None:
    """End the child, whatever it is doing."""
    os.kill(child.pid, signal.SIGKILL)
    os.waitpid(child.pid, 0)


def close(child: Child, *, kill: bool) -> None:
    """Give up the child's pipes, after killing it if it still runs."""
    if kill:
        end(child)
    os.close(child.requests)
    os.close(child.replies)


def explained(status: int, setting: dict[str, Any]) -> dict[str, Any]:
    """What a child that has ended by itself has said: nothing, and why."""
    code = os.waitstatus_to_exitcode(status)
    if code == -signal.SIGXCPU:
        return {"says": "timeout", "reason": f"stopped after {setting['cpu']} s of processor time"}
    if code == OUT_OF_MEMORY:
        return {"says": "unknown", "reason": f"out of memory at {setting['memory'] >> 20} MiB"}
    return {"says": "unknown", "reason": f"the engine ended with {'signal' if code < 0 else 'status'} {abs(code)}"}


# -- the child -------------------------------------------------------------------------------------------------------


def serve(wanted: int, given: int, module: Any, setting: dict[str, Any]) -> None:
    """Answer request after request within the limits; memory that can't be had ends the process."""
    _limit_memory(setting["memory"])
    for line in _lines(wanted):
        _limit_time(setting["cpu"])
        try:
            reply = encoded(answered(module, json.loads(line), setting["wall"]))
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        except Exception as problem:  # an engine may raise anything; it has then said nothing
            reply = encoded({"says": "unknown", "reason": f"{type(problem).__name__}: {str(problem)[:200]}"})
        os.write(given, reply)


def answered(module: Any, request: dict[str, Any], wall: float) -> dict[str, Any]:
    """The engine's reply to a request, whose texts the strict reader reads again."""
    from symkv.formula import Formula, Relation
    from symkv.proof.kernel import Domain

    def relation(parts: list[str]) -> Relation:
        left, sign, right = parts
        return Relation(Formula.parse(left), sign, Formula.parse(right))

    reply: dict[str, Any] = module.answer(
        relation(request["statement"]),
        tuple(map(relation, request["assume"])),
        {name: Domain(*values) for name, values in request["domains"].items()},
        question=request["question"],
        seconds=wall * 0.9,  # the engine's own limit comes first: it then ends without being killed
    )
    return reply


def _limit_memory(memory: int) -> None:
    _set_limit("RLIMIT_CORE", 0)
    _set_limit("RLIMIT_AS", memory)


def _limit_time(seconds: int) -> None:
    used = os.times()
    _set_limit("RLIMIT_CPU", math.ceil(used.user + used.system + seconds))


def _set_limit(name: str, value: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: the asking side's clock is the only limit
        return
    kind = getattr(resource, name)
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
