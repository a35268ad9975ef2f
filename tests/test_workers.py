"""Workers: whatever an engine does, its answer comes within the limits, and the next one comes from a new process."""

import json
import os
import signal
import statistics
import subprocess
import sys
import textwrap
import threading
import time
from fractions import Fraction
from pathlib import Path

import pytest

from symkv.formula import Relation
from symkv.proof.kernel import COUNT, RATIO
from symkv.proof.workers import Answer, Limits, Worker, worker

ROOT = Path(__file__).parent.parent
TRUE = Relation.parse("floor(n/P)*P + mod(n, P) = n")
DOMAINS = {"n": COUNT, "P": COUNT}
SLACK = 0.5  # seconds beyond its limit within which an answer must be there (the best of three on a busy machine)

ENGINE = """
import os, signal, sys, time

def load():
    {load}

def answer(statement, assume, domains, *, question="holds", seconds=5.0):
    if statement.sign == "!=":
        {deed}
    return {{"says": "yes", "reason": str(os.getpid())}}
"""
EVIL = Relation.parse("n != P")


@pytest.fixture
def engine(tmp_path, monkeypatch):
    """A worker with an engine that does what it is told when it is asked about `n != P`, and says yes otherwise."""
    monkeypatch.syspath_prepend(str(tmp_path))
    made = []

    def make(deed, *, load="pass", **limits):
        name = f"engine_{len(made)}"
        (tmp_path / f"{name}.py").write_text(ENGINE.format(deed=deed, load=load))
        made.append(Worker(name, limits=Limits(**{"wall": 5.0, **limits})))
        return made[-1]

    yield make
    for one in made:
        one.close()


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()


def wait_for_death(*pids, seconds=3.0):
    end = time.monotonic() + seconds
    while any(map(alive, pids)) and time.monotonic() < end:
        time.sleep(0.02)
    return not any(map(alive, pids))


def timed(one, statement=EVIL):
    start = time.monotonic()
    found = one.ask(statement, (), DOMAINS)
    return found, time.monotonic() - start


def test_a_worker_answers_and_stays_the_same_process(engine):
    one = engine("pass")
    answers = [one.ask(TRUE, (), DOMAINS) for _ in range(5)]
    assert [answer.says for answer in answers] == ["yes"] * 5
    assert len({answer.reason for answer in answers}) == 1
    assert int(answers[0].reason) not in (os.getpid(), one.pid)


def test_a_statement_comes_over_as_it_was_read(engine):
    one = engine('return {"says": "no", "point": {"n": str(statement.lhs.text), "b": "9/16"}}')
    found = one.ask(Relation.parse("7 != 3/16*b"), [Relation.parse("b > 1/2")], {"b": RATIO})
    assert found == Answer("no", {"n": 7, "b": Fraction(9, 16)})


RUNAWAYS = {
    "a loop": "while True: pass",
    "a long sleep": "time.sleep(60)",
    "a long step of C": "pow(3, 10**9) % 7",
    "a caught alarm": """
        signal.signal(signal.SIGALRM, signal.SIG_IGN); signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True: pass""",
    "z3 without a limit of its own": """
        import z3
        a, b, c = z3.Ints("a b c")
        z3.solve(a > 2, b > 2, c > 2, a**3 + b**3 == c**3)""",
    "sympy expanding": """
        import sympy
        (sum(sympy.symbols("x y z w v")) ** 60).expand()""",
}


@pytest.mark.parametrize("deed", RUNAWAYS.values(), ids=RUNAWAYS)
def test_a_runaway_ends_at_the_limit_and_is_replaced(engine, deed):
    one = engine(deed, wall=0.8)
    before = one.ask(TRUE, (), DOMAINS).reason
    supervisor = one.pid
    found, seconds = timed(one)
    assert found == Answer("timeout", reason="stopped after 0.8 s")
    assert wait_for_death(int(before))
    after = one.ask(TRUE, (), DOMAINS)
    assert (after.says, one.pid) == ("yes", supervisor)
    assert after.reason != before
    assert seconds >= 0.8
    assert seconds < 0.8 + SLACK or min(timed(one)[1] for _ in range(2)) < 0.8 + SLACK


def test_a_runaway_ends_at_its_limit_of_processor_time_too(engine):
    one = engine("while True: pass", wall=30.0, cpu=1)
    assert one.ask(TRUE, (), DOMAINS).says == "yes"
    found, seconds = timed(one)
    assert found == Answer("timeout", reason="stopped after 1 s of processor time")
    assert seconds < 15
    assert one.ask(TRUE, (), DOMAINS).says == "yes"


def test_processor_time_is_counted_for_each_answer_not_for_the_life_of_the_worker(engine):
    one = engine("end = time.process_time() + 0.7\n        while time.process_time() < end: pass", wall=30.0, cpu=1)
    answers = [one.ask(EVIL, (), DOMAINS) for _ in range(3)]
    assert [answer.says for answer in answers] == ["yes"] * 3
    assert len({answer.reason for answer in answers}) == 1


@pytest.mark.parametrize("deed", ["x = bytearray(10**10)", "x = [0]\n        while True: x += x", "raise MemoryError"])
def test_a_memory_hog_ends_at_its_limit_and_is_replaced(engine, deed):
    one = engine(deed, memory=400 << 20)
    before = one.ask(TRUE, (), DOMAINS).reason
    found, seconds = timed(one)
    assert found == Answer("unknown", reason="out of memory at 400 MiB")
    assert seconds < 5
    after = one.ask(TRUE, (), DOMAINS)
    assert after.says == "yes"
    assert after.reason != before


DEATHS = {
    "os.abort()": "the engine ended with signal 6",
    "os.kill(os.getpid(), signal.SIGSEGV)": "the engine ended with signal 11",
    "os.kill(os.getpid(), signal.SIGKILL)": "the engine ended with signal 9",
    "os._exit(3)": "the engine ended with status 3",
    "os._exit(0)": "the engine ended with status 0",
    "raise ValueError('no\\nvalue')": "ValueError: no\nvalue",
    "sys.exit('leaving')": "the engine ended with status 0",
    "return {'says': 'maybe'}": "the worker's reply is not one",
    "return ['yes']": "the worker's reply is not one",
    "return {'says': 'no', 'point': {'n': 'many'}}": "the worker's reply is not one",
    "return {'says': 'no', 'point': 7}": "the worker's reply is not one",
    "return {'says': object()}": "TypeError: Object of type object is not JSON serializable",
}


@pytest.mark.parametrize(("deed", "reason"), DEATHS.items(), ids=DEATHS)
def test_an_engine_that_dies_or_talks_nonsense_has_said_nothing(engine, deed, reason):
    one = engine(deed)
    assert one.ask(EVIL, (), DOMAINS) == Answer("unknown", reason=reason)
    assert one.ask(TRUE, (), DOMAINS).says == "yes"


def test_what_an_engine_prints_is_not_taken_for_its_answer(engine):
    one = engine("""print('{"says": "no"}', flush=True); os.write(1, b'{"says": "no"}\\n'); sys.stderr.write("loud")""")
    assert one.ask(EVIL, (), DOMAINS).says == "yes"


def test_a_missing_engine_is_named(engine):
    one = engine("pass", load='raise ModuleNotFoundError("No module named \'solver9\'", name="solver9")')
    assert one.ask(TRUE, (), DOMAINS) == Answer("unknown", reason="solver9 is not installed; pip install solver9")
    assert one.pid is None


@pytest.mark.parametrize("load", ["raise RuntimeError", "os._exit(1)", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_an_engine_that_does_not_load_says_nothing(engine, load):
    one = engine("pass", load=load)
    assert one.ask(TRUE, (), DOMAINS).says == "unknown"
    assert Worker("no.such.module").ask(TRUE, (), DOMAINS).says == "unknown"


def test_a_worker_that_can_not_be_started_says_nothing(monkeypatch, engine):
    one = engine("pass")
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", "/no/such/python")
        found = one.ask(TRUE, (), DOMAINS)
    assert found.says == "unknown"
    assert "worker failed" in found.reason
    assert one.ask(TRUE, (), DOMAINS).says == "yes"


def test_a_supervisor_killed_while_idle_is_replaced_unnoticed(engine):
    one = engine("pass")
    child = int(one.ask(TRUE, (), DOMAINS).reason)
    killed = one.pid
    os.kill(killed, signal.SIGKILL)
    assert wait_for_death(child)  # its child sees the end of its input
    assert one.ask(TRUE, (), DOMAINS).says == "yes"
    assert one.pid != killed


def test_a_supervisor_killed_at_work_has_said_nothing(engine):
    one = engine("os.kill(os.getppid(), signal.SIGKILL); time.sleep(30)")
    child = int(one.ask(TRUE, (), DOMAINS).reason)
    found, seconds = timed(one)
    assert found.says == "unknown"
    assert seconds < 4
    assert wait_for_death(child)
    assert one.ask(TRUE, (), DOMAINS).says == "yes"


def test_a_stopped_supervisor_is_killed_by_the_asking_side(engine):
    one = engine("os.kill(os.getppid(), signal.SIGSTOP); time.sleep(30)", wall=0.5)
    child = int(one.ask(TRUE, (), DOMAINS).reason)
    found, seconds = timed(one)
    assert found.says == "timeout"
    assert seconds < 2
    assert wait_for_death(child)
    assert one.ask(TRUE, (), DOMAINS).says == "yes"


def test_a_child_that_dies_between_questions_is_replaced(engine):
    one = engine("pass")
    child = int(one.ask(TRUE, (), DOMAINS).reason)
    os.kill(child, signal.SIGKILL)
    time.sleep(0.1)
    again = one.ask(TRUE, (), DOMAINS)
    assert again.says == "yes"
    assert int(again.reason) != child


def test_close_ends_every_process(engine):
    one = engine("pass")
    child, supervisor = int(one.ask(TRUE, (), DOMAINS).reason), one.pid
    one.close()
    assert wait_for_death(child, supervisor)
    assert one.pid is None
    one.close()
    assert one.ask(TRUE, (), DOMAINS).says == "yes"


def test_two_threads_may_ask_the_same_worker(engine):
    one = engine("time.sleep(0.2)")
    found = []

    def ask(statement):
        found.extend(one.ask(statement, (), DOMAINS).says for _ in range(3))

    threads = [threading.Thread(target=ask, args=(statement,)) for statement in (TRUE, EVIL, TRUE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["yes"] * 9


def test_the_current_directory_shadows_nothing(tmp_path, monkeypatch):
    for name in ("z3", "json", "ast", "symkv", "resource", "select"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('shadowed')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", str(tmp_path), *sys.path])
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    one = Worker("symkv.proof.z3_judge")
    assert one.ask(TRUE, (), DOMAINS).says == "yes"
    one.close()


def test_a_warm_z3_step_takes_less_than_50_ms():
    statements = [Relation.parse(f"ceil(n/P)*P*{k} >= n*{k}") for k in range(1, 30)]
    one = worker("symkv.proof.z3_judge")
    one.ask(TRUE, (), DOMAINS)
    times = []
    for statement in statements:
        start = time.perf_counter()
        assert one.ask(statement, (), DOMAINS).says == "yes"
        times.append(time.perf_counter() - start)
    assert statistics.median(times) < 0.05


def test_an_old_child_is_replaced_and_the_answers_go_on(engine, monkeypatch):
    one = engine("pass")
    pids = [one.ask(TRUE, (), DOMAINS).reason for _ in range(2010)]
    assert len(set(pids)) == 2


# -- what is left when the program ends --------------------------------------------------------------------------------

PROGRAM = """
import os, signal, sys, threading, time
sys.path.insert(0, {root!r})
sys.path.insert(0, {engines!r})
from symkv.formula import Relation
from symkv.proof.kernel import COUNT
from symkv.proof.workers import worker, Limits
one = worker("engine_here", limits=Limits(wall=30.0))
child = one.ask(Relation.parse("n = P"), (), {{"n": COUNT, "P": COUNT}}).reason
print(one.pid, child, flush=True)

def work():
    return one.ask(Relation.parse("n != P"), (), {{"n": COUNT, "P": COUNT}})

{program}
"""


@pytest.fixture
def program(tmp_path):
    """A program of its own that has a worker; gives the process and the ids of supervisor and child."""
    (tmp_path / "engine_here.py").write_text(ENGINE.format(load="pass", deed="time.sleep(20)"))
    started = []

    def start(text):
        source = PROGRAM.format(root=str(ROOT), engines=str(tmp_path), program=textwrap.dedent(text))
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", source], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        started.append(process)
        return process, *map(int, process.stdout.readline().split())

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_a_program_that_ends_leaves_no_process(program):
    process, *pids = program("pass")
    _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")
    assert wait_for_death(*pids)


def test_a_program_that_fails_leaves_no_process(program):
    process, *pids = program("raise SystemExit(7)")
    process.communicate(timeout=20)
    assert process.returncode == 7
    assert wait_for_death(*pids)


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_program_leaves_no_process_even_at_work(program, sign):
    process, *pids = program("work()")
    time.sleep(0.3)
    process.send_signal(sign)
    process.communicate(timeout=20)
    assert wait_for_death(*pids)


def test_an_interrupt_ends_the_work_at_once_and_leaves_no_process(program):
    process, *pids = program(
        """
        try:
            work()
        except KeyboardInterrupt:
            print("interrupted", one.pid, flush=True)
            print(one.ask(Relation.parse("n = P"), (), {"n": COUNT, "P": COUNT}).says)
        """
    )
    time.sleep(0.3)
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=20)
    assert out == "interrupted None\nyes\n"
    assert (process.returncode, errors) == (0, "")
    assert time.monotonic() - start < 5
    assert wait_for_death(*pids)


def test_a_forked_copy_of_the_program_has_a_worker_of_its_own(program):
    process, *pids = program(
        """
        copy = os.fork()
        if not copy:
            fresh = one.ask(Relation.parse("n = P"), (), {"n": COUNT, "P": COUNT})
            print(fresh.says, one.pid, flush=True)
            from symkv.proof.workers import close_all
            close_all()
            os._exit(0)
        os.waitpid(copy, 0)
        print(one.ask(Relation.parse("n = P"), (), {"n": COUNT, "P": COUNT}).reason)
        """
    )
    out, errors = process.communicate(timeout=20)
    says, other, same = out.split()
    assert (says, errors) == ("yes", "")
    assert int(other) != pids[0]
    assert int(same) == pids[1]
    assert wait_for_death(*pids, int(other))


# -- the supervisor, in this process -----------------------------------------------------------------------------------


def test_the_limits_are_set_from_the_operating_system(engine):
    one = engine(
        "import resource; return {'says': 'unknown', 'reason': str(resource.getrlimit(resource.RLIMIT_AS)[0])}",
        memory=777 << 20,
    )
    assert one.ask(EVIL, (), DOMAINS).reason == str(777 << 20)


def test_the_setting_of_a_worker_is_plain_data(engine):
    one = engine("return {'says': 'unknown', 'reason': sys.argv[-1]}")
    setting = json.loads(one.ask(EVIL, (), DOMAINS).reason)
    assert {"module", "root", "path", "wall", "cpu", "memory"} == set(setting)
    assert all(os.path.isabs(entry) for entry in setting["path"])


def test_a_statement_over_the_bounds_of_the_language_is_no_crash(engine):
    long = Relation.parse("n = P").lhs
    for _ in range(12):
        long = long + long
    one = engine("pass")
    found = one.ask(Relation(long, "=", long), (), DOMAINS)
    assert found.says == "unknown"
    assert found.reason.startswith("BadInput: a formula may have")
    assert one.ask(TRUE, (), DOMAINS).says == "yes"
