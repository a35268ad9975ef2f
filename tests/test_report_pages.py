"""Pages as people meet them: headings in order, words for pictures, contrast, and no page that scrolls sideways."""

import re
import shutil
import subprocess
from functools import cache
from html import escape, unescape
from html.parser import HTMLParser

import pytest

from symkv.cli.report_documents import Asked, documents

ASKED = {
    "derivation": Asked(["two_kilobytes"]),
    "model": Asked(["kimi-linear-48b-a3b"], draw=True),
    "comparison": Asked(("gqa", "mla"), ("d_latent=4*d_head", "d_rope=d_head/2"), compare=True, target="2KB"),
    "models": Asked(("llama-3.1-8b", "gemma-3-27b"), compare=True, of="stored", draw=True),
}
WIDTHS = (1280, 768, 390, 320)


@cache
def page(kind):
    ((document, _),) = documents(ASKED[kind])
    return document.render("html")


class Outline(HTMLParser):
    """The headings, tables, figures and landmarks of a page."""

    def __init__(self, text):
        super().__init__()
        self.headings, self.open, self.tags, self.heads, self.regions, self.ids = [], [], [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        self.ids += [attributes["id"]] if "id" in attributes else []
        if tag == "th":
            self.heads.append(attributes.get("scope"))
        if attributes.get("role") == "region":
            self.regions.append((attributes.get("tabindex"), attributes.get("aria-label")))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))


@pytest.mark.parametrize("kind", ASKED)
def test_a_page_has_a_language_one_title_and_headings_in_order(kind):
    found = Outline(page(kind))
    assert ("html", {"lang": "en"}) in found.tags
    assert found.headings[0] == 1
    assert found.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(found.headings, found.headings[1:], strict=False))
    assert len([tag for tag, _ in found.tags if tag == "main"]) == 1
    assert len(found.ids) == len(set(found.ids))


@pytest.mark.parametrize("kind", ASKED)
def test_what_scrolls_can_be_reached_by_keys_and_has_a_name(kind):
    found = Outline(page(kind))
    assert set(found.heads) == {"col"}
    assert found.regions
    assert all(tab == "0" and name for tab, name in found.regions)


@pytest.mark.parametrize("kind", ["model", "models"])
def test_every_figure_has_words_for_it(kind):
    text = page(kind)
    figures = re.findall(r"<figure>.*?</figure>", text, re.DOTALL)
    assert figures
    for figure in figures:
        assert re.search(r'<svg [^>]*role="img"[^>]*aria-labelledby="[^"]+"', figure)
        assert len(re.search(r"<desc[^>]*>([^<]+)</desc>", figure)[1]) > 40
        assert len(re.search(r"<figcaption>([^<]+)</figcaption>", figure)[1]) > 40


@pytest.mark.parametrize("kind", ASKED)
def test_a_page_loads_nothing_and_runs_nothing(kind):
    text = page(kind)
    assert "default-src 'none'" in text
    assert "<script" not in text
    assert not re.search(r"\s(?:src|href)=\"(?!#)|url\((?!#)|@import|\son\w+=", text)


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_text_colour_stands_out_in_light_dark_and_print():
    schemes = re.findall(r":root \{([^}]*)\}", page("derivation"))
    assert len(schemes) == 3
    for scheme in schemes:
        colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", scheme))
        for name in ("ink", "soft", "good", "note"):
            for ground in ("paper", "tint"):
                bright, dark = sorted((luminance(colours[name]), luminance(colours[ground])), reverse=True)
                assert (bright + 0.05) / (dark + 0.05) >= 4.5, (name, ground)


@pytest.mark.real
def test_no_page_scrolls_sideways_at_any_width(tmp_path):
    if shutil.which("chromium") is None:
        pytest.skip("chromium not installed")
    frames = "".join(
        f'<iframe title="{kind} {width}" style="width:{width}px;height:900px" srcdoc="{escape(page(kind))}"></iframe>'
        for kind in ASKED
        for width in WIDTHS
    )
    measure = (
        "addEventListener('load', () => { document.title = [...document.querySelectorAll('iframe')].map(f => {"
        " const d = f.contentDocument; const m = [...d.querySelectorAll('math')];"
        " return [f.title, d.documentElement.scrollWidth, f.contentWindow.innerWidth, m.length,"
        " m.filter(x => x.getBoundingClientRect().width > 0).length].join(' ') }).join(';') })"
    )
    (tmp_path / "frames.html").write_text(f"<!DOCTYPE html><title>x</title>{frames}<script>{measure}</script>")
    options = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    command = ["chromium", *options.split(), f"--user-data-dir={tmp_path / 'p'}", "--virtual-time-budget=20000"]
    done = subprocess.run(
        [*command, "--dump-dom", (tmp_path / "frames.html").as_uri()],
        capture_output=True,
        text=True,
        timeout=180,
        check=True,
    )
    rows = unescape(re.search(r"<title>(.*?)</title>", done.stdout)[1]).split(";")
    assert len(rows) == len(ASKED) * len(WIDTHS)
    for row in rows:
        _, width, wide, inner, formulas, shown = row.split()
        assert int(wide) <= int(inner) <= int(width), row
        assert int(formulas) == int(shown) > 5, row
