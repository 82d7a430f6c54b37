import os
import subprocess
import sys
from pathlib import Path

import pytest
import tinyhtml5

from rempart.paper import PANGO, margins
from rempart.paper.vectors import paint

PAGE = """<html><style>{}</style><body class="red"><p>before</p>
<svg class="bar"><g class="a"><rect class="fill"/><text>7</text></g>
<path fill="currentColor"/></svg>"""


def painted(sheet: str) -> dict[str, str]:
    root = tinyhtml5.parse(PAGE.format(sheet), namespace_html_elements=False)
    paint(root, [style.text or "" for style in root.iter("style")])
    names = ("g", "rect", "text", "path")
    found = {name: next(root.iter(f"{{http://www.w3.org/2000/svg}}{name}")) for name in names}
    assert next(root.iter("p")).get("style") is None
    return {name: one.get("style", "") + one.get("fill", "") for name, one in found.items()}


def test_rules_of_the_page_reach_into_a_drawing() -> None:
    assert painted(".bar .fill { fill: #123456; margin: 3px }")["rect"] == "fill:#123456;"


def test_variables_are_filled_in_from_where_they_are_set() -> None:
    sheet = (
        ":root { --one: blue; --two: var(--one) } .a { --two: green } .fill { fill: var(--two) }"
    )
    assert painted(sheet)["rect"] == "fill:green;"
    assert painted(":root { --one: blue } .fill { fill: var(--none, var(--one)) }")["rect"] == (
        "fill:blue;"
    )


def test_variables_that_name_each_other_come_to_an_end() -> None:
    sheet = ":root { --one: var(--two); --two: var(--one) } .fill { fill: var(--one) }"
    assert painted(sheet)["rect"].startswith("fill:")


def test_the_more_specific_rule_wins_and_the_important_one_more() -> None:
    sheet = ".bar .fill { fill: red } .fill { fill: blue }"
    assert painted(sheet)["rect"] == "fill:red;"
    assert painted(sheet + " rect { fill: green !important }")["rect"] == "fill:green;"


def test_rules_for_paper_count_and_those_for_screens_do_not() -> None:
    assert painted("@media print { rect { fill: red } }")["rect"] == "fill:red;"
    for query in ("screen", "(prefers-color-scheme: dark)", "print and (max-width: 9px)"):
        assert painted(f"@media {query} {{ rect {{ fill: red }} }}")["rect"] == ""


def test_the_current_colour_is_that_of_what_stands_around() -> None:
    assert painted(".red { color: #a00000 }")["path"] == "#a00000"
    assert painted(".red { --c: #b00000; color: var(--c) }")["path"] == "#b00000"


def test_a_font_written_short_is_written_out() -> None:
    told = painted("text { font: 700 20px Inter, sans-serif }")["text"]
    assert told == "font-weight:700;font-size:20px;font-family:Inter, sans-serif;"


def test_a_rule_nobody_understands_is_left_out() -> None:
    assert painted("rect::nothing:( { fill: red } rect { fill: blue }")["rect"] in {
        "fill:blue;",
        "",
    }
    assert painted("rect::unknown-thing { fill: red } rect { fill: blue }")["rect"] == "fill:blue;"


def test_what_stands_in_a_margin_cannot_leave_its_rule() -> None:
    rule = margins('Mutuelle "A" } * { display: none } /*', "\\")
    assert rule.count("{") == margins("A", "B").count("{")
    assert rule.count('"') == 4
    assert "display" in rule


def test_a_long_name_is_cut_to_what_a_margin_holds() -> None:
    assert len(margins("a" * 5000, "b")) < 600


@pytest.mark.parametrize(
    ("stub", "told"),
    [
        ("raise OSError(\"cannot load library 'libpango-1.0-0'\")", " ".join(PANGO)),
        ("raise ImportError('libpango is too old')", " ".join(PANGO)),
        ("raise ModuleNotFoundError('weasyprint')", "pip install 'rempart[pdf]'"),
    ],
    ids=["Pango", "old Pango", "WeasyPrint"],
)
def test_what_is_missing_is_named_in_one_line_and_the_page_written(
    tmp_path: Path, stub: str, told: str
) -> None:
    (tmp_path / "weasyprint.py").write_text(stub, encoding="utf-8")
    (tmp_path / "make.py").write_text(
        "from pathlib import Path\nfrom rempart.results import save\n"
        "from tests.samples import sample_run\nsave(sample_run(), Path('run.json'))\n",
        encoding="utf-8",
    )
    paths = os.pathsep.join((str(tmp_path), str(Path(__file__).parents[1])))
    env = {**os.environ, "PYTHONPATH": paths}
    subprocess.run([sys.executable, "make.py"], cwd=tmp_path, env=env, check=True)
    done = subprocess.run(
        [sys.executable, "-m", "rempart", "report", "run.json", "-o", "a.pdf", "-o", "b.csv"],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout.splitlines() == ["b.csv"]
    assert len(done.stderr.splitlines()) == 1
    assert told in done.stderr
    assert "a.pdf.html was written instead" in done.stderr
    assert "Tiers Payant" in (tmp_path / "a.pdf.html").read_text(encoding="utf-8")
    assert not (tmp_path / "a.pdf").exists()
