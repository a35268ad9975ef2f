"""What a command prints for people: plain text, no colour, every byte count exact with its unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symkv.caches import Stack
from symkv.tables import models_text, table
from symkv.units import decimal, human_bytes, rational, shown

if TYPE_CHECKING:  # what is printed was made by its own module; size needs neither
    from symkv.derivations import Checked, CheckedStep
    from symkv.render import Document
    from symkv.solve import Answer, Comparison, Neighbour, Share, Solution
    from symkv.solve.steps import Inverse


def size_text(result: dict[str, Any], formats: str) -> list[str]:
    """The lines of `symkv size`."""
    tokens = result["tokens"]
    length = "" if tokens is None else f"{tokens} tokens, "
    lines = [f"{result['what']}: {length}batch {result['batch']}{formats and ', ' + formats}"]
    named = (
        ("stored", "stored_bytes"),
        ("stored per token", "growth_bytes_per_token"),
        ("state", "state_bytes"),
        ("read per step", "read_bytes_per_step"),
        ("written per step", "written_bytes_per_step"),
        ("per rank", "per_rank_bytes"),
        ("allocated", "allocated_bytes"),
    )
    rows = [[words, human_bytes(Fraction(result[key]))] for words, key in named if result[key] not in (None, 0)]
    rows += [["copies over ranks", str(result["replication"])]] if result["replication"] is not None else []
    rows.append(["formula", f"stored = {result['formula']['stored']}"])
    lines += table(rows)
    if len(result["groups"]) > 1:
        lines += ["", *table([g["label"], g["stored"]] for g in result["groups"])]
    lines += [f"  {result['engine']}: {delta}" for delta in result.get("deltas", ())]
    if result["open_symbols"]:
        lines.append(f"  open: {', '.join(result['open_symbols'])}; give NAME=VALUE for bytes")
    for key, words in (("assumptions", "assumed"), ("fallbacks", "fallback"), ("ignored_fields", "ignored fields")):
        entries = result[key] if key != "ignored_fields" or not result[key] else [", ".join(result[key])]
        lines += [f"  {words}: {entry}" for entry in entries]
    return lines


_OF_WORDS = {
    "growth": "the bytes stored per token",
    "stored": "the bytes stored",
    "peak": "the largest bytes stored",
    "read": "the bytes read per step",
    "written": "the bytes written per step",
}


def _miss(side: Neighbour | None) -> str:
    if side is None:
        return ""
    sign = "+" if side.miss_percent > 0 else ""
    return f"{rational(side.value)} gives {rational(side.bytes)} B ({sign}{decimal(side.miss_percent, 1)} %)"


def _answer(answer: Answer) -> list[str]:
    size = f"{rational(answer.bytes_per_element)} B" if answer.bytes_per_element is not None else ""
    head = [answer.dtype or "", size]
    sides = [text for text in map(_miss, (answer.below, answer.above)) if text]
    if answer.inverse is not None:
        met = ", ".join(map(str, answer.inverse.equal))
        return [*head, f"met by {met}" if met else "jumped over", ", ".join(sides) or _all_or_none(answer.inverse)]
    if answer.exact is None:
        return [*head, answer.why]
    if answer.whole is not None:
        return [*head, str(rational(answer.exact)), f"exactly {rational(answer.whole.bytes)} B"]
    return [*head, str(rational(answer.exact)), "not whole: " + ", ".join(sides) + _change(answer)]


def _change(answer: Answer) -> str:
    if answer.change is None:
        return ""
    change = answer.change
    return f"; {change.symbol} = {rational(change.new)} for {rational(change.old)} makes it {change.value}"


def _all_or_none(found: Inverse) -> str:
    return f"fits {', '.join(map(str, found.fits))}" if found.fits else "nothing fits"


def solution_text(solution: Solution) -> list[str]:
    """The lines of `symkv solve`: the closed form with its proof, then each reading of the target."""
    target = "bytes_per_token" if solution.of == "growth" else "target_bytes"
    verdict = f"proved ({', '.join(solution.judges)})" if solution.proved else "not proved"
    under = f", where {' and '.join(solution.conditions)}" if solution.conditions else ""
    lines = [
        f"{solution.what}: which {solution.symbol} makes {_OF_WORDS[solution.of]} {solution.target_text}?",
        f"  {target} = {solution.formula}",
    ]
    if solution.general_form is not None:
        lines.append(f"  {solution.symbol} = {solution.general_form}   {verdict}{under}")
    else:
        lines.append(f"  {solution.symbol} stands inside a step, all whole values:   {verdict}")
    for size, form in solution.closed_forms:
        equal = "" if form is None else f": {solution.symbol} = {form}"
        lines += ["", f"  {rational(size.bytes)} B ({size.reading}){equal}"]
        answers = [a for a in solution.answers if a.target == size]
        rows = [_answer(a) for a in answers]
        empty = [i for i in range(2) if all(not row[i] for row in rows)]
        lines += table(([cell for i, cell in enumerate(row) if i not in empty] for row in rows), indent="    ")
    return lines


def share_text(share: Share) -> list[str]:
    """The lines of `symkv solve --against`."""
    part = "" if share.ratio == 1 else f"{rational(share.ratio)} of "
    lines = [
        f"{share.first}: which {share.symbol} makes {_OF_WORDS[share.of]} {part}those of {share.second}?",
        f"  {share.symbol} = {share.form}   proved ({', '.join(share.judges)})",
    ]
    sides = [(side.value, side.miss_percent) for side in (share.below, share.above) if side is not None]
    lines += [f"  not whole: {rational(value)} misses by {decimal(miss, 1)} %" for value, miss in sides]
    return lines


def comparison_text(found: Sequence[Comparison]) -> list[str]:
    """The lines of `symkv compare`."""
    lines: list[str] = []
    for one in found:
        lines += [*([""] if lines else []), f"{one.first} against {one.second}: {one.of}"]
        judges = f"   proved ({', '.join(one.judges)})" if one.judges else ""
        when = one.equal_when or "no symbol can be isolated"
        rows = [["ratio", str(one.ratio)], ["equal when", when + judges]]
        rows += [["tends to", f"{one.limit} as n_tokens grows"]] if one.limit is not None else []
        rows += [["elasticity", f"{name}: {share}"] for name, share in one.elasticities.items()]
        lines += table(rows)
        if one.crossings is not None and len(one.crossings) > 1:
            lines.append("  by context length")
            lines += table(
                [[str(c.span), f"{c.less} needs less" if c.less else "equal"] for c in one.crossings], indent="    "
            )
    return lines


def steps_text(checked: Checked) -> list[str]:
    """The steps of a derivation with verdict and judges."""
    return [f"{checked.derivation.name}: {checked.derivation.title}", *_steps(checked.steps)]


def _steps(steps: Iterable[CheckedStep]) -> list[str]:
    lines = []
    for step in steps:
        judges = f" ({', '.join(step.judges)})" if step.judges else ""
        where = [*step.step.where, *step.conditions]
        under = f"   [{', '.join(where)}]" if where else ""
        lines.append(f"  {step.verdict + judges:<22} {step.step.id}: {step.text}{under}")
        if step.counterexample:
            lines.append(f"    false at {step.counterexample}")
        if step.detail:
            lines.append(f"    {step.detail}")
    return lines


def recheck_text(found: Sequence[tuple[str, Sequence[CheckedStep]]], counts: Mapping[str, int]) -> list[str]:
    """The lines of `symkv recheck`."""
    lines = [line for name, steps in found for line in [name, *_steps(steps)]]
    return [*lines, f"steps: {', '.join(f'{count} {verdict}' for verdict, count in counts.items() if count)}"]


def rocq_text(result: dict[str, Any]) -> list[str]:
    """What `symkv check --rocq` wrote, and what it could not export."""
    lines = [f"  wrote {result['path']}: {len(result['exported'])} lemmas; compile with: coqc {result['path']}"]
    return [*lines, *(f"  not exported: {entry['step']}: {entry['why']}" for entry in result["skipped"])]


def mutate_text(result: dict[str, Any]) -> list[str]:
    """The lines of `symkv mutate`: what became of each edit, and by operator."""
    rows = [
        [
            row["verdict"],
            f"{row['step']}, {row['place']}",
            row["operator"],
            row["statement"],
            row["counterexample"] or row["why"],
        ]
        for row in result["mutants"]
    ]
    counts = ", ".join(f"{result[verdict]} {verdict}" for verdict in ("refuted", "equivalent", "refused", "survived"))
    operators: dict[str, dict[str, int]] = {}
    for entry in result["table"]:
        of = operators.setdefault(entry["operator"], {})
        of[entry["verdict"]] = of.get(entry["verdict"], 0) + entry["count"]
    by_operator = [[name, *(f"{n} {verdict}" for verdict, n in of.items())] for name, of in operators.items()]
    return [*table(rows), "", *table(by_operator), f"mutants: {counts}"]


def selftest_text(result: dict[str, Any]) -> list[str]:
    """The lines of `symkv selftest`: each figure beside its bound."""
    rows = [
        [
            "ok" if row["ok"] else "MISSED",
            row["name"],
            f"{row['value']:g}" if row["value"] % 1 else str(int(row["value"])),
            row["bound"],
        ]
        for row in result["figures"]
    ]
    return [
        *table(rows),
        f"seed {result['figures'][0]['seed']}: {'all bounds kept' if result['ok'] else 'a bound is missed'}",
    ]


def claims_text(checked: Checked) -> list[str]:
    """The claims of a derivation: printed against exact, with the likely cause of what differs."""
    if not checked.claims:
        return []
    rows = [
        [
            claim.verdict + ("" if claim.expected else f" ({claim.problem})"),
            claim.claim.id,
            f"printed {claim.claim.printed}" if claim.claim.printed else "",
            f"exact {shown(claim.value)}" if claim.value is not None else "",
            f"x {decimal(claim.ratio, 3)}" if claim.ratio is not None and claim.verdict == "differs" else "",
            " ".join(filter(None, (claim.claim.source, claim.claim.place))),
            claim.claim.cause or (claim.claim.note if claim.verdict == "undecidable" else ""),
        ]
        for claim in checked.claims
    ]
    return [f"  claims of {checked.derivation.name}", *table(rows, indent="    ")]


def readings_text(checked: Checked) -> list[str]:
    """The readings of a number side by side."""
    rows = [
        [one.instance.label, f"{rational(one.value)} {one.instance.unit}", one.instance.note]
        for one in checked.readings
    ]
    return ["  all readings side by side", *table(rows, indent="    ")] if rows else []


def formats_text(stack: Stack) -> str:
    """The number formats in words."""
    named = {
        role: code if isinstance(code, str) else f"{rational(code)} B per element"
        for role, code in stack.formats.items()
    }
    distinct = set(named.values())
    return distinct.pop() if len(distinct) == 1 else ", ".join(f"{role} {name}" for role, name in named.items())


def listing_text(items: Sequence[dict[str, Any]]) -> list[str]:
    """The lines of `symkv list`, one table per kind; variants by family, with what a step reads where it differs."""
    lines: list[str] = []
    for kind in dict.fromkeys(item["kind"] for item in items):
        of_kind = [item for item in items if item["kind"] == kind]
        if kind == "models":
            lines += [*([""] if lines else []), *models_text(of_kind)]
            continue
        verified = sum(item["verified"] is True for item in of_kind)
        count = f" ({len(of_kind)}, {verified} with a source that was read)" if kind == "variants" else ""
        lines += [*([""] if lines else []), f"{kind}{count}"]
        for family in dict.fromkeys(item["family"] if kind == "variants" else "" for item in of_kind):
            rows = []
            for item in of_kind:
                if family and item["family"] != family:
                    continue
                mark = "" if item["verified"] in (True, None) else "   (unverified)"
                rows.append([item["name"], (item["stored"] or item["title"]) + mark])
                rows += [["", f"reads {item['read']}"]] if item["read"] != item["stored"] else []
            lines += [*([f" {family}"] if family else []), *table(rows)]
    return lines


def show_text(result: dict[str, Any]) -> list[str]:
    """The lines of `symkv show`."""
    unread = "   (unverified)" if result["verified"] is False else ""
    lines = [
        f"{result['name']}: {result['title']}{unread}",
        f"  {result['source']}",
        *([f"  {result['about']}"] if result["about"] else []),
    ]
    lines += ["", "  kept by a layer"]
    lines += table(
        (
            [
                t["name"],
                f"{t['heads']} x {t['width']}",
                t["mask"],
                f"written by {t['layers']}",
                f"read by {t['readers']}",
                t["ranks"],
            ]
            for t in result["tensors"]
        ),
        indent="    ",
    )
    lines += picture_text(result["picture"])
    names = ("stored", "read", "written", "growth", "state", "ripple", "peak", "paper_form")
    hidden = {"ripple": "0", "peak": result["stored"], "written": None}
    shown = [n for n in names if result[n] is not None and result[n] != hidden.get(n)]
    lines += ["", *table([name.replace("_", " "), result[name]] for name in shown)]
    if len(result["groups"]) > 1:
        lines += ["", *table([group["label"], "stored", group["stored"]] for group in result["groups"])]
    if result["symbols"]:
        lines += ["", "  in symbols"]
        lines += table(
            ([of, text] for of, text in result["formula_symbolic"].items() if of != "written"), indent="    "
        )
        lines.append("    with " + ", ".join(f"{word} = {value}" for word, value in result["symbols"].items()))
    lines += [f"  falls: {f['tensor']} by {f['rows']} rows where {f['when']}" for f in result["falls_at"]]
    lines += [f"  for {condition}" for condition in result["where"]]
    lines += [f"  usual {name} = {value}" for name, value in result["defaults"].items()]
    for reduction in result["reduces_to"]:
        where = f" where {' and '.join(reduction['where'])}" if reduction["where"] else ""
        partly = f" in {', '.join(reduction['quantities'])}" if len(reduction["quantities"]) < 4 else ""
        lines.append(f"  becomes {reduction['to']}{partly}{where}")
    lines += [f"  printed {n['printed']} ({n['verdict']}) in {n['source']}" for n in result["numbers"]]
    return lines


def picture_text(picture: dict[str, Any] | None) -> list[str]:
    """What is kept and read, drawn: layers down, tokens across."""
    if picture is None or not picture["rows"]:
        return []
    sizes = ", ".join(f"{name} = {size}" for name, size in picture["sizes"].items())
    head = f"  after {picture['tokens']} tokens{sizes and f' ({sizes})'}: # kept and read, o kept, . let go"
    rows = [[row["layers"], ", ".join(row["tensors"]), row["row"] or "-"] for row in picture["rows"]]
    return ["", head, *table(rows, indent="    ")]


def check_text(checked: Sequence[Checked], result: dict[str, Any], *, claims: bool) -> list[str]:
    """The lines of `symkv check`."""
    lines = [line for one in checked for line in [*steps_text(one), *(claims_text(one) if claims else [])]]
    counts = ", ".join(f"{count} {verdict}" for verdict, count in result["counts"].items() if count)
    lines += [
        f"  {row['derivation']}, instance {row['instance']}: {row['problem']}"
        for row in result["instances"]
        if not row["expected"]
    ]
    expected = sum(claim["expected"] for claim in result["claims"])
    verdicts = Counter(claim["verdict"] for claim in result["claims"])
    tally = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items())
    right = sum(row["expected"] for row in result["instances"])
    telling = result["telling"]
    return [
        *lines,
        f"steps: {counts}; {telling['beyond_reordering']} of those proved are more than a change of order, "
        f"{telling['stepped_bounded_or_limit']} of them with min, max, ceil, floor, a bound or a limit",
        f"claims as expected: {expected} of {len(result['claims'])}{tally and f' ({tally})'}; "
        f"numbers put in that come out: {right} of {len(result['instances'])}",
    ]


def report_text(made: Sequence[tuple[Document, Checked | None]], result: dict[str, Any]) -> list[str]:
    """The lines of `symkv report`: the answer first, then the readings, the proof and the files."""
    lines: list[str] = []
    for document, one in made:
        lines += [document.values["title"], f"  {document.values['answer']}", ""]
        if one is not None:
            for solution in one.answers:
                lines += [*solution_text(solution), ""]
            lines += [*readings_text(one), ""] if one.readings else []
        proved, assumed = document.values["proved"], document.values["assumed"]
        lines.append(f"  {proved} steps proved (each by the kernel and a second judge), {assumed} premises assumed")
    lines += [f"  wrote {file['path']}" for file in result["files"]]
    lines += [f"  no {entry['what']}: {entry['why']}; {entry['command']}" for entry in result["missing"]]
    return lines
