"""Files: megabytes a second of text, flat memory on two gigabytes, documents, and bad input."""

import io
import random
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from rempart.observations.identifiers.french import nir_key
from tests.bench import Row, Spent, best, spent
from tests.documents import docx, message, numbers, pdf, xlsx, zipped

READ = """
import sys, types
from pathlib import Path
from rempart.collectors.files import visit
from rempart.observations.documents import FilesRead

if len(sys.argv) > 1:
    for one in visit.below(Path(sys.argv[1]), lambda: ""):
        if isinstance(one, FilesRead):
            print(sum(count.valid for each in one.findings for count in each.counts))
            print([one.detail for one in one.unread])
"""
MEGABYTE = 1_000_000


def texts() -> Iterator[Row]:
    """Logs and exports, read to their end; the interpreter's start is taken off."""
    bare = best(3, sys.executable, "-c", READ)
    for what, make, bar in (
        ("log, 200 MB, 3 % with a number, no other figures", _ordinary, ">= 60, >= 120 with re2"),
        ("log, 200 MB, 15 and 16 digits on 97 % of lines", _adversarial, ">= 60, >= 120 with re2"),
        ("CSV, 200 MB, 8 columns", _export, ">= 60 MB a CPU second"),
    ):
        with tempfile.TemporaryDirectory() as name:
            file = Path(name) / ("a.csv" if make is _export else "a.log")
            size = _written(file, make, 200 * MEGABYTE)
            one = best(3, sys.executable, "-c", READ, name)
        yield Row(what, f"{_rate(size, one, bare):.0f} MB a CPU second, {one.peak_mb:.0f} MB", bar)


def large() -> Iterator[Row]:
    """Two gigabytes in one file, and a hole of ten."""
    bare = spent(sys.executable, "-c", READ)
    with tempfile.TemporaryDirectory() as name:
        size = _written(Path(name) / "a.log", _ordinary, 2000 * MEGABYTE)
        one = spent(sys.executable, "-c", READ, name)
    memory = f"{one.peak_mb - bare.peak_mb:.0f} MB above the start"
    yield Row("log, 2 GB", f"{_rate(size, one, bare):.0f} MB a CPU second, {memory}", "flat memory")
    with tempfile.TemporaryDirectory() as name:
        with (Path(name) / "sparse").open("wb") as file:
            file.truncate(10_000 * MEGABYTE)
        one = spent(sys.executable, "-c", READ, name)
    yield Row("a hole of 10 GB", f"{one.cpu - bare.cpu:.2f} s CPU", "an outcome")


def papers() -> Iterator[Row]:
    """Documents by kind: what is read of each in a CPU second, children included."""
    bare = spent(sys.executable, "-c", READ)
    people = list(numbers(9000))
    lines = [f"Dossier de {one}, prise en charge du transport" for one in people]
    pages = ["\\n".join(lines[n : n + 1]) for n in range(2000)]
    for what, name, content in (
        ("Word, 9,000 numbers in two runs each", "a.docx", docx(people)),
        ("workbook, 9,000 numbers", "a.xlsx", xlsx(people)),
        ("message with 9,000 numbers, attachments", "a.eml", message(people, ("a", docx(people)))),
        ("PDF, 2,000 pages", "a.pdf", pdf(pages)),
    ):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / name).write_bytes(content)
            one = best(3, sys.executable, "-c", READ, folder)
        valid = one.out.split("\n")[0]
        yield Row(what, f"{one.cpu - bare.cpu:.2f} s CPU, {valid} found", "all found")


def bad() -> Iterator[Row]:
    """What hostile files cost and end in."""
    bare = spent(sys.executable, "-c", READ)
    nested = b"x" * 100
    for _ in range(8):
        nested = zipped({"a.zip": nested})
    for what, content in (
        ("zip bomb, 100 MB of zeros", _bomb()),
        ("archives eight deep", nested),
        ("broken PDF", b"%PDF-1.7\n" + b"1 0 obj << /Length 1e9 >>" * 50),
    ):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "a").write_bytes(content)
            one = best(3, sys.executable, "-c", READ, folder)
        said = one.out.split("\n")[1]
        cost = f"{one.cpu - bare.cpu:.2f} s CPU, {one.peak_mb - bare.peak_mb:.0f} MB"
        yield Row(what, f"{cost}: {said}", "notchecked, with the reason")


def _bomb() -> bytes:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a", "w") as one,
    ):
        for _ in range(100):
            one.write(bytes(MEGABYTE))
    return buffer.getvalue()


def _rate(size: int, one: Spent, bare: Spent) -> float:
    return size / MEGABYTE / (one.cpu - bare.cpu)


def _written(file: Path, line: Callable[[random.Random, int], str], size: int) -> int:
    """A file of so many bytes: 4 MB of lines, again and again."""
    chance = random.Random(5)  # noqa: S311
    block = "".join(line(chance, number) for number in range(20_000)).encode()
    with file.open("wb") as out:
        while out.tell() < size:
            out.write(block)
        return out.tell()


def _number(chance: random.Random) -> str:
    body = f"185057{chance.randrange(10_000):04d}000"
    return f"{body}{nir_key(body):02d}"


def _ordinary(chance: random.Random, number: int) -> str:
    who = f" nir={_number(chance)}" if not number % 33 else ""
    return (
        f"2026-11-25 10:{number % 60:02d}:00,123 INFO  [http-8080-{number % 40}] p.e.RightsService "
        f"handled request /api/rights in {chance.randrange(900)} ms user=pro-{number % 999:06d}"
        f"{who} status=200 agent=Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/115.0\n"
    )


def _adversarial(chance: random.Random, number: int) -> str:
    if not number % 33:
        return _ordinary(chance, number)
    return (
        f"2026-11-25 10:{number % 60:02d}:00,123 INFO  [req-{chance.randrange(16**8):08x}] ordered "
        f"ref={chance.randrange(10**15):015d} in {chance.randrange(900)} ms path=/api/orders "
        f"trace={chance.randrange(16**32):032x} status=200 agent=Mozilla/5.0 (X11; Linux x86_64) "
        f"basket={chance.randrange(10**16):016d}\n"
    )


def _export(chance: random.Random, number: int) -> str:
    return (
        f"{number};{_number(chance)};DUPONT;Camille;1985-05-{1 + number % 28:02d};"
        f"{chance.randrange(10**8):08d};{chance.randrange(90_000) / 100:.2f};soins courants\n"
    )


BENCHES: dict[str, Callable[[], Iterator[Row]]] = {
    one.__name__: one for one in (texts, large, papers, bad)
}
