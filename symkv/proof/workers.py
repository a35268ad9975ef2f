"""Engines in processes of their own, whose time and memory really end: the side that asks.

A worker is a supervisor process with the engine loaded, which forks a child that answers (see `worker_main`). The
child has limits of memory and processor time from the operating system, and is killed and replaced when its time on
the clock is over. Statements go over as text and are read by the strict reader on the other side; answers come back
as plain JSON. A worker that dies has said nothing: its answer is `unknown` or `timeout`, never yes or no.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, get_args

import symkv
from symkv.formula import Relation
from symkv.proof.kernel import Domain

Says = Literal["yes", "no", "unknown", "timeout"]
Question = str  # "holds", "possible", or what else a module answers
STARTING = 60.0  # seconds that a worker may take to load its engine on a busy machine
GRACE = 0.4  # seconds after the limit at which a supervisor that has not answered is killed itself


@dataclass(frozen=True)
class Limits:
    """What one answer may cost: seconds on the clock, seconds of processor time, bytes of address space."""

    wall: float = 5.0
    cpu: int = 10
    memory: int = 2 << 30


@dataclass(frozen=True)
class Answer:
    """What one engine says: yes, no (with the point it names), or nothing and the reason.

    A yes holds where the `conditions` hold: denominators that the engine could not show to be nonzero.
    """

    says: Says
    point: Mapping[str, int | Fraction] | None = None
    conditions: tuple[str, ...] = ()
    reason: str = ""


class Worker:
    """One engine in a persistent process of its own: a module with `load()` and `answer(...)`, started when asked."""

    def __init__(self, module: str, *, limits: Limits = Limits()) -> None:
        self.module, self.limits = module, limits
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._pending = b""
        self._late = False

    @property
    def pid(self) -> int | None:
        """The process id of the supervisor, which also names the group of all its processes; None when not started."""
        return self._process.pid if self._process else None

    def ask(
        self,
        statement: Relation,
        assume: Iterable[Relation],
        domains: Mapping[str, Domain],
        *,
        question: Question = "holds",
    ) -> Answer:
        """What the engine says of a relation under assumptions, within the limits of the worker.

        `possible` asks whether any point meets the assumptions and gives both sides a value.
        """
        hypotheses = tuple(assume)
        names = dict.fromkeys(name for relation in (statement, *hypotheses) for name in relation.names)
        request = {
            "question": question,
            "statement": _text(statement),
            "assume": [_text(relation) for relation in hypotheses],
            "domains": {name: list(domains[name]) for name in names},
        }
        with self._lock:
            try:
                return _answer(self._exchange(json.dumps(request).encode() + b"\n"))
            except (OSError, ValueError) as problem:  # it can't be started, or what it sends is no JSON
                self._end()
                return Answer("unknown", reason=f"the {self.module} worker failed: {problem}")
            except BaseException:  # interrupted: nothing of it stays behind
                self._end()
                raise

    def close(self) -> None:
        """End the worker with all its processes; the next question starts a new one."""
        with self._lock:
            self._end()

    def _exchange(self, request: bytes, *, again: bool = True) -> Any:
        if self._process is None:
            self._start()
            ready = self._line(STARTING)
            if not (isinstance(ready, dict) and "ready" in ready):
                self._end()
                return ready or {"says": "unknown", "reason": f"the {self.module} worker did not start"}
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            rest = memoryview(request)
            while rest:
                rest = rest[self._process.stdin.write(rest) :]
        except BrokenPipeError:
            self._end()
            if not again:
                raise
            return self._exchange(request, again=False)  # it was killed while it had nothing to do
        reply = self._line(self.limits.wall + (GRACE if hasattr(os, "fork") else 0))
        if reply is None or self._late:
            self._end()
        if reply is None and self._late:
            return {"says": "timeout", "reason": f"stopped after {self.limits.wall:g} s"}
        return reply or {"says": "unknown", "reason": f"the {self.module} worker ended"}

    def _start(self) -> None:
        here = os.getcwd()
        root = str(Path(symkv.__file__).resolve().parent.parent)
        path = [entry for entry in sys.path if os.path.isabs(entry) and entry != here]
        setting = {"module": self.module, "root": root, "path": path, **asdict(self.limits)}
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON") or k == "PYTHONHOME"}
        self._pending = b""
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-X", "utf8", str(Path(__file__).with_name("worker_main.py")), json.dumps(setting)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=kept | {"PYTHONHASHSEED": "0"},
            start_new_session=True,  # Ctrl-C reaches the caller, which ends the worker
        )

    def _line(self, seconds: float) -> Any:
        """The next line of the worker as data; None if it ended or had to be killed."""
        assert self._process is not None
        assert self._process.stdout is not None
        self._late = False
        watch = threading.Timer(seconds, self._kill)
        watch.start()
        try:
            while b"\n" not in self._pending:
                more = os.read(self._process.stdout.fileno(), 1 << 16)
                if not more:
                    return None
                self._pending += more
        finally:
            watch.cancel()
            watch.join()
        line, _, self._pending = self._pending.partition(b"\n")
        return json.loads(line)

    def _kill(self) -> None:
        self._late = True
        if self._process is not None:
            _kill_group(self._process)

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        _kill_group(process)  # not reaped before this, so the id is still its own
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        process.wait()

    def _forget(self) -> None:
        """In a forked copy of the caller: the worker belongs to the original, so only the inherited ends are closed."""
        process, self._process, self._lock = self._process, None, threading.Lock()
        if process is not None:
            _INHERITED.append(process)
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()


_WORKERS: dict[tuple[str, Limits], Worker] = {}
_INHERITED: list[subprocess.Popen[bytes]] = []


def worker(module: str, *, limits: Limits = Limits()) -> Worker:
    """The persistent worker of a module under these limits, the same one every time; it ends with the program."""
    return _WORKERS.setdefault((module, limits), Worker(module, limits=limits))


@atexit.register
def close_all() -> None:
    """End every worker with all its processes."""
    for one in list(_WORKERS.values()):
        one.close()


def _forget_all() -> None:
    for one in _WORKERS.values():
        one._forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_all)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except (ProcessLookupError, PermissionError):  # it has ended; its group is empty
        pass


def _text(relation: Relation) -> list[str]:
    return [str(relation.lhs.text), relation.sign, str(relation.rhs.text)]


def _answer(reply: Any) -> Answer:
    """The answer in a reply; anything that is not well formed says nothing."""
    try:
        says, point = reply["says"], reply.get("point")
        if says in get_args(Says):
            values = None if point is None else {str(name): Fraction(value) for name, value in point.items()}
            return Answer(says, values, tuple(map(str, reply.get("conditions", ()))), str(reply.get("reason", "")))
    except (AttributeError, KeyError, TypeError, ValueError):
        pass
    return Answer("unknown", reason="the worker's reply is not one")
