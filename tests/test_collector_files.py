import base64
import gzip
import io
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from rempart.check import Gap, Observation
from rempart.collectors import files
from rempart.collectors.artefacts.recognition import kind
from rempart.collectors.files.parts import FREE
from rempart.demo import data
from rempart.errors import Reason
from rempart.judge.identifiers import proven
from rempart.observations.datastores import Dump, Export, IdentifierCount
from rempart.observations.identifiers.french import nir_key
from rempart.transport.access import Access


def seen(path: Path, *, on: str = "", seconds: float = 60) -> list[Observation | Gap]:
    subject = SimpleNamespace(id="exports", kind="files", path=path, on=on)
    access = Access.offline(subject, seconds=seconds)
    return list(files.collect(subject, access, frozenset({Export, Dump})))


def one(path: Path) -> Observation | Gap:
    (found,) = seen(path)
    return found


def numbers(count: int) -> Iterator[str]:
    for order in range(1, count + 1):
        body = f"185057{order:04d}000"
        yield f"{body}{nir_key(body):02d}"


def sure(columns: tuple[IdentifierCount, ...]) -> list[tuple[str, str, str]]:
    return [
        (column.column, column.identifier, column.encoding)
        for column in columns
        if proven(column.identifier, column.candidates, column.valid)
    ]


def test_tells_clear_and_encrypted_files_of_the_demonstration_apart(tmp_path: Path) -> None:
    data.write(tmp_path)
    found = {item.key: item for item in seen(tmp_path / "exports")}
    people, baskets = found["beneficiaires-2026-10.csv"], found["paniers-2026-10.csv"]
    clear, sealed = found["claims-2026-11-20.sql"], found["claims-2026-11-21.sql.age"]
    assert isinstance(people, Export)
    assert isinstance(baskets, Export)
    assert sure(people.columns) == [
        ("nir", "nir", "clear"),
        ("date de naissance", "birth", "clear"),
    ]
    assert sure(baskets.columns) == []
    assert isinstance(clear, Dump)
    assert isinstance(sealed, Dump)
    assert (clear.format, clear.encrypted, clear.columns[0].valid) == ("pg_dump", False, 500)
    assert (sealed.encrypted, sealed.encryption) == (True, "age")


def test_no_digits_of_a_person_leave_the_collector(tmp_path: Path) -> None:
    values = list(numbers(50))
    (tmp_path / f"{values[0]}.csv").write_text("nir;b\n" + "\n".join(f"{v};1" for v in values))
    (tmp_path / "headless.csv").write_text("\n".join(f"{v};{v}" for v in values))
    told = msgspec.json.encode(seen(tmp_path)).decode()
    assert not any(value[:8] in told or value[-8:] in told for value in values)


def test_finds_encoded_identifiers_and_json_lines(tmp_path: Path) -> None:
    lines = (
        msgspec.json.encode({"who": base64.b64encode(value.encode()).decode(), "n": 3}).decode()
        for value in numbers(30)
    )
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    (tmp_path / "b.csv").write_text(
        "who,n\n" + "\n".join(f"{value.encode().hex()},2" for value in numbers(30))
    )
    (json_lines, delimited) = seen(tmp_path)
    assert isinstance(json_lines, Export)
    assert isinstance(delimited, Export)
    assert json_lines.format == "JSON lines"
    assert sure(json_lines.columns) == [("who", "nir", "base64")]
    assert sure(delimited.columns) == [("who", "nir", "hex")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_reads_what_offices_export(tmp_path: Path, encoding: str, delimiter: str) -> None:
    rows = [("prénom", "n° de sécu")] + [("Zoé", value) for value in numbers(20)]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    (tmp_path / "e.csv").write_bytes(text.encode(encoding))
    export = one(tmp_path)
    assert isinstance(export, Export)
    assert sure(export.columns) == [("n° de sécu", "nir", "clear")]
    assert export.sampled == 20


def test_thirteen_digits_need_a_column_that_speaks_of_people(tmp_path: Path) -> None:
    rows = "\n".join(f"{value[:13]};{value[:13]}" for value in numbers(40))
    (tmp_path / "e.csv").write_text(f"nir;article\n{rows}\n")
    export = one(tmp_path)
    assert isinstance(export, Export)
    assert sure(export.columns) == [("nir", "nir13", "clear")]


@pytest.mark.parametrize(
    ("line", "column"), [("01{}DUPONT    JEAN", 3), ("{}1234", 1), ("{}DUPONTJEAN", 1)]
)
def test_finds_the_column_of_lines_of_fixed_width(tmp_path: Path, line: str, column: int) -> None:
    (tmp_path / "flux.dat").write_text("".join(f"{line.format(one)}\n" for one in numbers(40)))
    export = one(tmp_path)
    assert isinstance(export, Export)
    assert export.format == "fixed width"
    assert sure(export.columns) == [(f"column at {column}", "nir", "clear")]


def test_lines_of_fixed_width_with_other_figures_hold_nobody(tmp_path: Path) -> None:
    lines = (f"01{170_000_000_000_000 + 7919 * n}DUPONT    JEAN\n" for n in range(400))
    (tmp_path / "flux.dat").write_text("".join(lines))
    assert seen(tmp_path) == []


def records(count: int = 40) -> list[dict[str, object]]:
    return [{"id": place, "who": {"nir": value}} for place, value in enumerate(numbers(count))]


@pytest.mark.parametrize(
    ("name", "text", "column"),
    [
        ("a.jsonl", "\n".join(json.dumps(one) for one in records()), "who.nir"),
        ("a.json", json.dumps(records()), "who.nir"),
        ("a.json", json.dumps({"export": {"people": records()}}, indent=1), "who.nir"),
        ("a.json", json.dumps([{"nirs": list(numbers(40))}]), "nirs"),
        (
            "a.csv",
            "Export du 25/11/2026\n\nid;nir\n" + "\n".join(f"1;{n}" for n in numbers(9)),
            "nir",
        ),
        ("a.csv", "id2;nir13\n" + "\n".join(f"1;{n[:13]}" for n in numbers(40)), "nir13"),
        ("a.csv", "id;b\n" + "\n".join(f'1;="{n}"' for n in numbers(9)), "b"),
        ("a.csv", "id;b\n" + "\n".join(f"1;'{n}" for n in numbers(9)), "b"),
        ("a.csv", "id;note\n" + "\n".join(f"1;assuré {n}, rappeler" for n in numbers(9)), "note"),
        ("a.txt", "\n".join(f"DUPONT  {n}" for n in numbers(9)), "column 1"),
    ],
)
def test_finds_identifiers_wherever_an_export_has_them(
    tmp_path: Path, name: str, text: str, column: str
) -> None:
    (tmp_path / name).write_text(text)
    export = one(tmp_path)
    assert isinstance(export, Export)
    assert [name for name, *_ in sure(export.columns)] == [column]


@pytest.mark.parametrize(
    "value",
    [
        "06{:08d}",
        "+336{:08d}",
        "17000{:08d}",
        "4970100000{:05d}",
        "FR76{:023d}",
        "2026-11-25T10:00:{:02d}",
        "appel du 06 12 34 {:02d} 78 pour la commande 185057800600{:03d}",
    ],
)
def test_figures_that_only_look_like_identifiers_raise_no_alarm(tmp_path: Path, value: str) -> None:
    rows = "\n".join(f"{place};{value.format(place % 60, place)}" for place in range(900))
    (tmp_path / "e.csv").write_text(f"id;assure\n{rows}\n")
    export = one(tmp_path)
    assert isinstance(export, Export)
    assert sure(export.columns) == []


def test_prose_is_no_list_of_records(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("Ceci est un texte.\nDes lignes, des virgules.\nFin.\n")
    assert seen(tmp_path) == []


def test_a_zip_is_as_closed_as_its_weakest_member(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "export.csv.zip", "w") as archive:
        archive.writestr("a.csv", "a")
        archive.writestr("b.csv", "b")
    raw = bytearray((tmp_path / "export.csv.zip").read_bytes())
    raw[6] |= 1  # the first member, in its own header and in the directory
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    assert kind(bytes(raw), "a.zip", bytes(raw)).encryption == ""
    raw[raw.rindex(b"PK\x01\x02") + 8] |= 1
    assert kind(bytes(raw), "a.zip", bytes(raw)).encryption == "ZipCrypto"


def test_one_column_of_other_words_is_read(tmp_path: Path) -> None:
    (tmp_path / "towns.csv").write_text("town\nSaint-Denis\nLe Mans\nSt. Malo\n")
    export = one(tmp_path)
    assert isinstance(export, Export)
    assert sure(export.columns) == []


def test_looks_into_gzip_and_stops_at_the_cap(tmp_path: Path) -> None:
    text = "nir\n" + "\n".join(numbers(200))
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(text.encode()))
    (tmp_path / "bomb.sql.gz").write_bytes(
        gzip.compress(b"-- MySQL dump 10.13\n" + b"\n" * 200_000_000, 9)
    )
    export, dump = seen(tmp_path)
    assert isinstance(export, Export)
    assert isinstance(dump, Dump)
    assert (export.format, sure(export.columns)) == (
        "one column, gzip",
        [("nir", "nir", "clear")],
    )
    assert dump.format == "mysqldump, gzip"
    assert dump.columns[0].sampled <= 100 * (tmp_path / "bomb.sql.gz").stat().st_size + FREE


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        (b"-----BEGIN PGP MESSAGE-----\n", "a.sql.asc", ("dump by its name", "OpenPGP", "")),
        (b"\x8c\x0d\x04\x09\x03" + bytes(40), "a.dump.gpg", ("dump by its name", "OpenPGP", "")),
        (b"\x85\x01\x0c\x03" + bytes(40), "a.csv.gpg", ("", "OpenPGP", "")),
        (b"Salted__" + bytes(40), "a.csv.enc", ("", "OpenSSL", "")),
        (b"PGDMP\x01\x0e\x00", "nightly", ("pg_dump custom", "", "")),
        (b"/*M!999999\\- enable */ \n-- MariaDB dump 10.19", "x", ("mysqldump", "", "")),
        (b"PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n", "x", ("sqlite3 .dump", "", "")),
        (b"SQLite format 3\0", "x.db", ("SQLite database", "", "")),
        (b"U2FsdGVkX1+abc\n", "x.csv.enc", ("", "OpenSSL", "")),
        (b"\x1f\x8b\x08", "x.sql.gz", ("", "", "gzip")),
        (b"7z\xbc\xaf\x27\x1c", "x.sql.7z", ("dump by its name", "", "7z")),
        (b"hello", "x.sql", ("", "", "")),
    ],
)  # fmt: skip
def test_tells_files_by_their_bytes(head: bytes, name: str, expected: tuple[str, ...]) -> None:
    told = kind(head, name)
    assert (told.dump, told.encryption, told.packed) == expected


def test_a_zip_is_encrypted_only_when_its_flag_says_so(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.csv", "x")
    raw = bytearray(buffer.getvalue())
    listed = raw.index(b"PK\x01\x02")
    assert kind(bytes(raw), "a.zip").encryption == ""
    raw[6] |= 1
    raw[listed + 8] |= 1
    assert kind(bytes(raw), "a.zip").encryption == "ZipCrypto"
    raw[8] = raw[listed + 10] = 99
    assert kind(bytes(raw), "a.zip").encryption == "zip AES"


def test_links_pipes_and_devices_are_not_opened(tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text("nir\n" + "\n".join(numbers(10)))
    folder = tmp_path / "in"
    folder.mkdir()
    os.mkfifo(folder / "pipe.csv")
    (folder / "loop").symlink_to(folder)
    (folder / "link.csv").symlink_to(outside)
    assert seen(folder) == []


def test_names_of_any_bytes_and_markup_stay_text(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/\xff\xfe<script>alert(1)<script>\n\x1b[31m.csv"
    with open(raw, "wb") as file:  # noqa: PTH123  (Path takes no bytes)
        file.write(b"a;b\n1;2\n")
    export = one(tmp_path)
    assert export.key.isprintable()
    assert "\\xff\\xfe<script>" in export.key
    assert msgspec.json.decode(msgspec.json.encode(export))["key"] == export.key


def test_a_huge_file_is_read_to_the_cap_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    path.write_text("nir;x\n" + "\n".join(f"{value};1" for value in numbers(100)) + "\n")
    with path.open("r+b") as file:
        file.truncate(5_000_000_000)
    path.with_name("rows.csv").write_text("a;b\n" + "1;2\n" * 3_000_000)
    found = {item.key: item for item in seen(tmp_path)}
    rows = found["rows.csv"]
    assert isinstance(rows, Export)
    assert not rows.whole
    assert rows.sampled == 20_000


def test_no_time_left_is_a_limit_not_a_pass(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a;b\n1;2\n")
    found = seen(tmp_path, seconds=0)
    assert {(type(item), item.reason) for item in found if isinstance(item, Gap)} == {
        (Gap, Reason.LIMIT)
    }
    assert len(found) == 2
