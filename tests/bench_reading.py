"""Read logs: megabytes a second, memory for a hundred million reads, extractions found."""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from rempart.reading.sketch import Distinct
from tests.bench import Row, best, spent
from tests.payers import PAYERS
from tests.planted import found

LINES = 1_000_000
ACCOUNTS = 2_000
READ = """
import sys
from rempart.collectors.read_logs.mapping import Declared
from rempart.collectors.read_logs.pseudonyms import Accounts
from rempart.collectors.read_logs.reader import read_files
from rempart.collectors.read_logs.tally import Tally
from rempart.reading.batch import Limit
from rempart.reading.measure import Measure

fields = {"account": "$.user", "person": "$.nir", "time": "$.ts", "address": "$.ip",
          "action": "$.action", "status": "$.status"}
declared = Declared(format="json", fields=fields, reads=("read",))
tally = Tally(declared, Accounts())
measure = Measure(ceiling=Limit(60, 3600, "60 people/hour"))
if len(sys.argv) > 1:
    read_files(sys.argv[1], declared, tally, measure, lambda lines: "")
    print(measure.done().placed)
"""
MEASURE = """
import os, sys
from array import array
from rempart.reading.batch import READ, Batch, Limit
from rempart.reading.measure import Measure

reads, accounts, size = int(sys.argv[1]), int(sys.argv[2]), 20_000
everybody = array("Q", os.urandom(8 * accounts))
flags, networks = bytearray([READ]) * size, array("Q", [1]) * size
measure = Measure(
    ceiling=Limit(60, 3600, "60 people/hour"), alarms=(Limit(200, 3600, "200 people/hour"),)
)
for start in range(0, reads, size):
    begin = 1_767_225_600 + 30 * 86_400 * start // reads
    here = start % accounts
    batch = Batch(
        array("q", [begin + place * 2_592_000 // reads for place in range(size)]),
        everybody[here : here + size],
        array("Q", os.urandom(8 * size)),
        networks,
        flags,
    )
    if len(sys.argv) < 4:
        measure.take(batch)
if len(sys.argv) < 4:
    print(measure.done().placed)
"""


def json_lines() -> Iterator[Row]:
    """Logs of JSON lines, read and measured; the interpreter's start is taken off."""
    bare = best(3, sys.executable, "-c", READ)
    for accounts in (ACCOUNTS, 10 * ACCOUNTS, 100 * ACCOUNTS):
        with tempfile.TemporaryDirectory() as name:
            file = Path(name) / "access.jsonl"
            _write(file, accounts)
            full = best(3, sys.executable, "-c", READ, str(file))
            size = file.stat().st_size / 1e6
        yield Row(
            f"JSON lines, {size:.0f} MB of {LINES // 1_000_000} million, {accounts:,} accounts",
            f"{size / (full.cpu - bare.cpu):.0f} MB a CPU second, {full.peak_mb:.0f} MB memory",
            ">= 60 MB a CPU second",
        )


def _write(file: Path, accounts: int) -> None:
    """A month of a portal: office hours, some thousand accounts, NIRs with their shape."""
    chance = random.Random(3)  # noqa: S311
    with file.open("w", encoding="ascii") as out:
        for number in range(LINES):
            day, second = divmod(number * 30 * 36_000 // LINES, 36_000)
            moment = 1_767_225_600 + day * 86_400 + 28_800 + second
            account = chance.randrange(accounts)
            stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment))
            out.write(
                f'{{"ts":"{stamp}.{chance.randrange(1000):03}Z","user":"pro-{account:06}",'
                f'"nir":"{180_000_000_000_000 + chance.randrange(10**7)}",'
                f'"ip":"{10 + (account >> 16)}.{account >> 8 & 255}.{account & 255}.7",'
                f'"action":"read","status":200,'
                f'"path":"/api/rights","agent":"Mozilla/5.0 (X11; Linux x86_64)",'
                f'"ms":{chance.randrange(900)}}}\n'
            )


def many_reads() -> Iterator[Row]:
    """A hundred million reads by 200,000 accounts, as batches; making them is taken off."""
    for reads, accounts, bar in (
        (10_000_000, 20_000, "linear"),
        (100_000_000, 200_000, "<= 250 MB of memory, linear"),
    ):
        command = (sys.executable, "-c", MEASURE, str(reads), str(accounts))
        one, bare = spent(*command), spent(*command, "only make")
        yield Row(
            f"{reads // 1_000_000} million reads by {accounts:,} accounts",
            f"{1e6 * (one.cpu - bare.cpu) / reads:.2f} us CPU a read, {one.peak_mb:.0f} MB",
            bar,
        )


def sketches() -> Iterator[Row]:
    """The farthest a count of many people was off, over two dozen counts."""
    worst = 0.0
    for seed in range(24):
        chance = random.Random(seed)  # noqa: S311
        count = chance.randrange(66_000, 600_000)
        seen = Distinct(chance.getrandbits(40) for _ in range(count))
        worst = max(worst, abs(len(seen) - count) / count)
    yield Row("different people beyond 65,536", f"{100 * worst:.2f} % off at most", "<= 2 %")


def extractions() -> Iterator[Row]:
    """The table of the payers: what was planted, what was found, what was called out wrongly."""
    planted = missed = false = days = 0
    for payer in PAYERS:
        one = found(payer)
        hit = one.planted - len(one.missed)
        yield Row(
            f"  {payer.name}",
            f"{hit} of {one.planted} found, {one.false} false in {one.days:,} account-days",
            "all found",
        )
        planted, missed = planted + one.planted, missed + len(one.missed)
        false, days = false + one.false, days + one.days
    yield Row(
        f"{len(PAYERS)} payers with planted extractions",
        f"{planted - missed} of {planted} found, {1000 * false / days:.2f} false in 1,000",
        "all found, <= 1 false in 1,000 account-days",
    )


BENCHES: dict[str, Callable[[], Iterator[Row]]] = {
    one.__name__: one for one in (json_lines, many_reads, sketches, extractions)
}
