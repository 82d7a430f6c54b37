"""The Word documents as LibreOffice opens them."""

import re
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from rempart.card import LANGUAGES
from rempart.export.docx import export
from rempart.results import Run
from tests.infected import PAYLOADS, infected
from tests.lab import need
from tests.samples import sample_run
from tests.test_pages import full_run
from tests.word import KINDS

pytestmark = pytest.mark.lab

TEMPLATES = tuple("team:ops" if name == "team" else name for name in KINDS)


def pages(run: Run, template: str, language: str) -> list[str]:
    """The text of each page LibreOffice makes of the document."""
    office = need("soffice", "libreoffice-writer-nogui")
    reader = need("pdftotext", "poppler-utils")
    with TemporaryDirectory() as name:
        file = Path(name) / "report.docx"
        file.write_bytes(export(run, template=template, language=language))
        profile = f"-env:UserInstallation=file://{name}/profile"
        command = (
            office,
            profile,
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            name,
            str(file),
        )
        subprocess.run(command, check=True, capture_output=True, timeout=180)
        pdf = str(file.with_suffix(".pdf"))
        done = subprocess.run((reader, "-layout", pdf, "-"), check=True, capture_output=True)
    return done.stdout.decode().split("\f")[:-1]


@cache
def opened(template: str, language: str) -> list[str]:
    return pages(full_run(), template, language)


def bare(text: str) -> str:
    return "".join(filter(str.isalnum, text))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_the_contents_name_the_pages_that_chapters_are_on(template: str, language: str) -> None:
    found = opened(template, language)
    entries = re.findall(r"^ *(\S.*?) ?\.{4,} ?(\d+)$", found[1], re.MULTILINE)
    assert len(entries) >= (2 if template.startswith("team:") else 7)
    for heading, number in entries:
        assert bare(heading) in bare(found[int(number) - 1]), heading


def test_the_executive_report_is_short() -> None:
    assert 6 <= len(opened("executive", "fr")) <= 9


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_page_but_the_cover_says_whose_it_is_and_how_many_there_are(template: str) -> None:
    found = opened(template, "fr")
    for number, text in enumerate(found[1:], 2):
        assert "Tiers Payant Démonstration" in text.splitlines()[0]
        assert re.search(rf"Confidentiel .*\b{number} ?/ ?{len(found)}$", text.rstrip())
    assert "Confidentiel · " not in found[0]


@pytest.mark.parametrize("payload", [*PAYLOADS[:1], *PAYLOADS[5:6], *PAYLOADS[8:9]])
def test_a_document_from_a_hostile_target_opens(payload: str) -> None:
    shown = " ".join(pages(infected(sample_run(), payload, before=True), "report", "en"))
    assert bare("claims-1") in bare(shown)
    assert "Error:" not in shown
