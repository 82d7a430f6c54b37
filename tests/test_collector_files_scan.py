"""Identifiers in running text: every spelling, and what only looks like one."""

from pathlib import Path

import pytest

from rempart.collectors.files.scan import Scan, whole
from tests.documents import (
    found,
    grouped,
    numbers,
    read,
)

PEOPLE = list(numbers(20))


def counted(text: bytes) -> list[tuple[str, str, int]]:
    scan = Scan()
    for block in whole(iter((text,))):
        scan.add(block)
    return [(one.identifier, one.encoding, one.valid) for one in scan.counts()]


@pytest.mark.parametrize(
    "spelt",
    [
        "nir={}",
        '"nir":"{}"',
        "(NIR {})",
        "/beneficiaires/{}/droits",
        "?nir%3D{}&x=1",
        "é{}è",
        "<td>{}</td>",
    ],
)
def test_finds_a_number_beside_any_sign(spelt: str) -> None:
    text = "\n".join(spelt.format(one) for one in PEOPLE)
    assert counted(text.encode()) == [("nir", "clear", 20)]


@pytest.mark.parametrize("between", [" ", ".", "-", "\u00a0", "\u202f", "+", "%20", "_", "&nbsp;"])
def test_finds_a_number_in_groups(between: str) -> None:
    text = "\n".join(f"NIR : {grouped(one).replace(' ', between)}, suite" for one in PEOPLE)
    assert counted(text.encode()) == [("nir", "clear", 20)]


def test_finds_corsica_and_a_key_apart() -> None:
    assert counted(b"190012A00405509 x " * 9) == [("nir", "clear", 9)]
    assert counted(b"1 90 01 2a 004 055 09\n" * 9) == [("nir", "clear", 9)]
    assert counted("\n".join(f"{one[:13]} {one[13:]}" for one in PEOPLE).encode()) == [
        ("nir", "clear", 20)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IBAN FR76 3000 6000 0112 3456 7890 189", ("iban", "clear", 1)),
        ("FR7630006000011234567890189", ("iban", "clear", 1)),
        ("RSSMRA85T10A562S", ("cf", "clear", 6)),
        ("1EG4TE5MK73", ("mbi", "clear", 6)),
        ("KVNR A000500015", ("kvnr", "clear", 6)),
        ("85073003328", ("niss", "clear", 6)),
        ("15070649C103", ("rvnr", "clear", 6)),
        ("assuré 1850578006084;", ("nir13", "clear", 6)),
        ("MTg1MDU3ODAwNjA4NDkx", ("nir", "base64", 6)),
        ("313835303537383030363038343931", ("nir", "hex", 6)),
    ],
)
def test_finds_other_identifiers(text: str, expected: tuple[str, str, int]) -> None:
    assert expected in counted("\n".join([text] * 6).encode())


@pytest.mark.parametrize(
    "text",
    [
        "1732526400000",  # a moment in milliseconds
        "18505780060849",
        "1850578006084911",
        "ref185057800608491",
        "185057800608491abc",
        "commande 1850578006084",
        "06 12 34 56 78",
        "2026-11-25 10:00:01 12 000 000 00",
    ],
)
def test_other_figures_are_nobody(text: str) -> None:
    assert counted("\n".join([text] * 50).encode()) == []


def test_random_references_are_not_proven(tmp_path: Path) -> None:
    lines = (f"ref={10**14 + 7_919_777_777 * n % (9 * 10**14):015d}\n" for n in range(40_000))
    (tmp_path / "a.log").write_text("".join(lines))
    assert found(tmp_path) == {}
    assert read(tmp_path).findings


def test_a_number_across_two_blocks_is_found() -> None:
    number = PEOPLE[0].encode()
    for cut in range(1, 15):
        pieces = iter((b"x" * 9000 + b" " + number[:cut], number[cut:] + b" y" * 9000))
        scan = Scan()
        for block in whole(pieces):
            scan.add(block)
        assert [one.valid for one in scan.counts()] == [1]


@pytest.mark.parametrize(
    ("line", "url", "statement"),
    [
        ('10.0.0.1 - - [25/Nov/2026] "GET /rights?nir={} HTTP/1.1" 200', True, False),
        ('{{"ts":"2026-11-25","path":"/rights?a=1&nir={}","ms":3}}', True, False),
        ("GET /people/{}/claims 200", True, False),
        ("referer=https://portal.example/people/{}", True, False),
        ("lookup nir={} ok", False, False),
        ('{{"nir":"{}"}}', False, False),
        ("DETAIL:  parameters: $1 = '{}', $2 = '7'", False, True),
        ("12 Query SELECT * FROM people WHERE nir='{}'", False, True),
        ("LOG:  execute <unnamed>: insert into people values ('{}')", False, True),
    ],
)
def test_tells_where_a_number_stands(line: str, url: bool, statement: bool) -> None:
    scan = Scan()
    for block in whole(iter(("".join(f"{line.format(one)}\n" for one in PEOPLE).encode(),))):
        scan.add(block)
    (count,) = scan.counts()
    assert (count.valid, count.sampled) == (20, 20)
    assert scan.in_urls == ([20, 20] if url else [0, 0])
    assert scan.in_statements == (20 if statement else 0)
