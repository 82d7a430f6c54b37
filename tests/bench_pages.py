"""The pages of 5,000 findings: how big, how quickly written, how quickly ready in a browser."""

import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from rempart.results import save
from tests.bench import Row, best, spent
from tests.large import large_run

LAB = Path(__file__).parent / "lab"
SCRIPT = """
import sys
from pathlib import Path
from rempart.results import load
from rempart.report.render import render
run = load(Path(sys.argv[1]))
if len(sys.argv) > 3:
    Path(sys.argv[3]).write_text(render(run, sys.argv[2], "fr"), encoding="utf-8")
"""


def pages() -> Iterator[Row]:
    """Each document of one run of 5,000 findings; loading the run is taken off."""
    with tempfile.TemporaryDirectory() as name:
        run, page = Path(name) / "run.json", Path(name) / "page.html"
        save(large_run(), run)
        for template in ("technical", "executive", "compliance"):
            command = (sys.executable, "-c", SCRIPT, str(run), template)
            bare, full = best(5, *command), best(5, *command, str(page))
            yield Row(
                f"{template} page of 5,000 findings",
                f"{page.stat().st_size / 1e6:.2f} MB, {full.cpu - bare.cpu:.2f} s CPU,"
                f" {full.peak_mb:.0f} MB memory",
                "<= 2 MB, <= 0.6 s CPU",
            )
            if template == "technical":
                yield from _ready(page)


def _ready(page: Path) -> Iterator[Row]:
    node, browser = shutil.which("node"), shutil.which("chromium")
    if not node or not browser or not (LAB / "node_modules").is_dir():
        yield Row("  ready in headless Chromium", "not measured: no browser here", "<= 0.5 s")
        return
    command = (node, str(LAB / "look.js"), browser, str(page), "light")
    told = [json.loads(spent(*command).out.splitlines()[-1]) for _ in range(5)]
    ready = statistics.median(one["ready"] for one in told)
    seen = f"{ready / 1000:.2f} s, {told[0]['requests']} request"
    yield Row("  ready in headless Chromium", seen, "<= 0.5 s, 1 request")
    found = len(told[0]["violations"])
    yield Row("  axe-core violations", str(found), "0")


BENCHES: dict[str, Callable[[], Iterator[Row]]] = {"pages": pages}
