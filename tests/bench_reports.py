"""The documents a consultant hands over: what a PDF and a Word document take."""

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from rempart.results import save
from tests.bench import Row, best, spent
from tests.large import large_run

SCRIPT = """
import sys
from pathlib import Path
from rempart.export import write
from rempart.results import load
write(load(Path(sys.argv[1])), Path(sys.argv[2]), template=sys.argv[3], language="fr")
"""
COUNT = "import sys, pypdf; print(len(pypdf.PdfReader(sys.argv[1]).pages))"
# Findings that make so many pages of the technical report.
PAGES = {7: (3, "<= 4 s CPU (30 pages)"), 3900: (2, "<= 30 s CPU, <= 700 MB (300 pages)")}


def documents() -> Iterator[Row]:
    """PDFs of about 30 and 300 pages, and the Word document of 620 findings."""
    with tempfile.TemporaryDirectory() as name:
        run, pdf, word = (Path(name) / one for one in ("run.json", "a.pdf", "a.docx"))
        for findings, (times, bar) in PAGES.items():
            save(large_run(findings), run)
            one = best(times, sys.executable, "-c", SCRIPT, str(run), str(pdf), "technical")
            count = spent(sys.executable, "-c", COUNT, str(pdf)).out.strip()
            measured = f"{one.cpu:.1f} s CPU, {one.peak_mb:.0f} MB memory"
            size = pdf.stat().st_size / 1e6
            yield Row(f"PDF of {count} pages, {size:.1f} MB", measured, bar)
        save(large_run(620), run)
        one = best(3, sys.executable, "-c", SCRIPT, str(run), str(word), "report")
        measured = f"{one.cpu:.2f} s CPU, {one.peak_mb:.0f} MB memory"
        yield Row("Word document of 620 findings", measured, "<= 1.5 s CPU")


BENCHES: dict[str, Callable[[], Iterator[Row]]] = {"documents": documents}
