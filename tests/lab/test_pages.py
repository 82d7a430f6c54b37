"""The pages in a real browser: what a reader does with them, and what axe-core says of them."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from rempart.report.render import render
from tests.lab import lacking, need
from tests.large import large_run
from tests.test_pages import full_run

pytestmark = pytest.mark.lab

HERE = Path(__file__).parent


def look(page: Path, scheme: str) -> dict[str, Any]:
    """What `look.js` saw of the page."""
    node, browser = need("node", "nodejs"), need("chromium", "chromium")
    if not (HERE / "node_modules" / "axe-core").is_dir():
        lacking("axe-core and puppeteer-core are not there: npm install --prefix tests/lab")
    command = (node, str(HERE / "look.js"), browser, str(page), scheme)
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("template", ["report", "technical", "executive", "compliance", "team:ops"])
def test_a_page_is_accessible_quiet_and_alone(tmp_path: Path, template: str, scheme: str) -> None:
    page = tmp_path / "page.html"
    page.write_text(render(full_run(), template), encoding="utf-8")
    told = look(page, scheme)
    assert told["violations"] == []
    assert told["errors"] == []
    assert told["requests"] == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_five_thousand_findings_are_searched_linked_and_accessible(
    tmp_path: Path, scheme: str
) -> None:
    page = tmp_path / "page.html"
    page.write_text(render(large_run(), "technical", "en"), encoding="utf-8")
    told = look(page, scheme)
    assert page.stat().st_size <= 2_000_000
    assert (told["violations"], told["errors"], told["requests"]) == ([], [], 1)
    assert told["focused"] == "q"
    assert told["searched"]["cards"] == told["handed"]["cards"] == 1
    assert told["searched"]["hash"] == "#?q=ssh.root_login"
    assert told["linked"] == "check-tls.versions"
    assert told["none"] == 0
    assert told["cards"] <= 40


def test_a_small_page_is_filtered_where_it_stands(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(render(large_run(320), "report", "en"), encoding="utf-8")
    told = look(page, "light")
    assert told["searched"]["cards"] == 1
    assert told["searched"]["count"].startswith("1 of ")
    assert told["linked"] == "check-tls.versions"
    assert told["none"] == 0
