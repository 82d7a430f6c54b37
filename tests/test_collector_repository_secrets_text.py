import base64
import os
import time
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest

from rempart.check import Gap, Observation
from rempart.collectors import repository
from rempart.collectors.repository.jobs import TEXT_FILE
from rempart.collectors.repository.secrets.keys import private_keys
from rempart.collectors.repository.secrets.people import invented, people
from rempart.collectors.repository.secrets.text import searched, text_of
from rempart.errors import Reason
from rempart.observations.exposure import LiteralSecret
from rempart.observations.fixtures import HealthIdentifiers
from rempart.observations.identifiers.french import nir_key
from rempart.transport.access import Access
from tests.made_up import made

VALUE = made("<a:4>!<d:2><a:6>")


def seen(path: Path, **more: object) -> list[Observation | Gap]:
    subject = SimpleNamespace(id="infra", kind="repository", path=path, **more)
    wanted = frozenset({LiteralSecret, HealthIdentifiers})
    return list(repository.collect(subject, Access.offline(subject), wanted))


def secrets(found: list[Observation | Gap]) -> dict[str, LiteralSecret]:
    return {one.key: one for one in found if isinstance(one, LiteralSecret)}


def number(body: str) -> str:
    return f"{body}{nir_key(body):02}"


def grouped(text: str) -> str:
    cuts = (0, 1, 3, 5, 7, 10, 13, 15)
    return " ".join(text[start:end] for start, end in pairwise(cuts))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_text_of_any_encoding_is_searched(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.yaml").write_bytes(f"# é\r\npassword: {VALUE}\r\n".encode(encoding))
    (one,) = secrets(seen(tmp_path)).values()
    assert (one.key, one.line, one.hint) == ("a.yaml:password", 2, VALUE[:2])


def test_the_same_secret_in_two_files_can_be_counted(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(f"password: {VALUE}\n")
    (tmp_path / "b.ini").write_text(f"password = {VALUE}\ntoken = {made('<a:30>')}\n")
    first, second = secrets(seen(tmp_path)), secrets(seen(tmp_path))
    digests = [one.digest for one in first.values()]
    assert len(digests) == 3
    assert len(set(digests)) == 2
    assert first["a.yaml:password"].digest == first["b.ini:password"].digest
    assert first["a.yaml:password"].digest != second["a.yaml:password"].digest


@pytest.mark.parametrize(
    "content",
    [
        b"\0GITCRYPT\0" + os.urandom(400),
        b"$ANSIBLE_VAULT;1.1;AES256\n" + os.urandom(200).hex().encode(),
        b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n",
        b"-----BEGIN PGP MESSAGE-----\npassword: Zx9kkkq7pp\n",
        b"password: Zx9kkkq7pp\n\0\0",
    ],
)
def test_what_is_encrypted_or_no_text_is_not_searched(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.yaml").write_bytes(content)
    assert text_of(tmp_path, b"a.yaml", TEXT_FILE).content == b""
    assert seen(tmp_path) == []


def test_encrypted_entries_of_a_file_are_no_secrets(tmp_path: Path) -> None:
    sealed = base64.b64encode(b"\x02\x00" + os.urandom(600)).decode()
    (tmp_path / "sops.yaml").write_text(
        "password: ENC[AES256_GCM,data:Tr7o=,iv:1/w=,tag:k2A==,type:str]\n"
        "sops:\n    age:\n        - enc: |\n            -----BEGIN AGE ENCRYPTED FILE-----\n"
    )
    (tmp_path / "vars.yml").write_text(
        "db_password: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3132333435\n"
    )
    (tmp_path / "sealed.yaml").write_text(
        f"kind: SealedSecret\nspec:\n  encryptedData:\n    password: {sealed}\n"
    )
    (tmp_path / "hiera.yaml").write_text("db::password: ENC[PKCS7,MIIBeQYJKoZIhvcNAQcDoIIBajCC]\n")
    assert secrets(seen(tmp_path)) == {}


def test_the_start_of_a_huge_text_is_searched_and_the_rest_is_a_limit(tmp_path: Path) -> None:
    huge = tmp_path / "dump.yaml"
    huge.write_bytes(f"password: {VALUE}\n".encode() + b"a: b\n" * 2_000)
    with huge.open("ab") as file:
        for _ in range(200):
            file.write(b"filling: of a large file\n" * 40_000)
    assert huge.stat().st_size > 200_000_000
    found = seen(tmp_path)
    assert list(secrets(found)) == ["dump.yaml:password"]
    lost = {(one.type, one.key, one.reason) for one in found if isinstance(one, Gap)}
    assert lost == {
        ("LiteralSecret", "dump.yaml", Reason.LIMIT),
        ("HealthIdentifiers", "dump.yaml", Reason.LIMIT),
    }


def test_a_huge_file_that_is_no_text_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "disk.img").touch()
    os.truncate(tmp_path / "disk.img", 3_000_000_000)
    assert seen(tmp_path) == []


def test_rules_of_a_payer_are_used_and_bad_ones_are_a_gap(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "a.txt").write_text("corp_a1b2c3d4\n")
    rules = tmp_path / "rules.toml"
    rules.write_text("[[rules]]\nid = 'corp'\nregex = 'corp_[a-z0-9]{8}'\nkeywords = ['corp_']\n")
    assert list(secrets(seen(tmp_path / "code", secret_rules=rules))) == ["a.txt:corp"]
    rules.write_text("[[rules]]\nid = 'corp'\n")
    (gap,) = seen(tmp_path / "code", secret_rules=rules)
    assert isinstance(gap, Gap)
    assert (gap.type, gap.key) == ("LiteralSecret", "rules.toml")
    assert "line 2" in gap.detail


def test_keys_are_told_from_lines_about_keys() -> None:
    begin = "-----BEGIN {}PRIVATE KEY-----\n"
    key = begin.format("RSA ") + made("MII<s:61>\n<s:64>\n") + "-----END RSA PRIVATE KEY-----\n"
    assert [one[3] for one in private_keys(key.encode())] == [True]
    assert [one[3] for one in private_keys(repr(key).encode())] == [True]
    sealed = begin.format("RSA ") + "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nMIIE\n"
    assert [one[3] for one in private_keys(sealed.encode())] == [False]
    assert list(private_keys(b'if text.startswith("-----BEGIN PRIVATE KEY-----"):\n    x()')) == []


def test_a_few_real_numbers_of_people_are_counted_and_none_is_kept() -> None:
    real = [number(f"1{80 + n:02}0{1 + n}75{101 + n}{11 + n:03}") for n in range(6)]
    lines = "".join(f"{n};{text}\n" for n, text in enumerate(real))
    (one,) = people("a.csv", f"id;nir\n{lines}".encode())
    assert (one.candidates, one.valid, one.test, one.named) == (6, 6, 0, 6)
    assert (one.key, one.line) == ("a.csv:nir", 2)
    assert not any(text[:5] in repr(one) for text in real)


@pytest.mark.parametrize("write", [str, grouped])
def test_numbers_are_found_together_and_in_groups(write: object) -> None:
    assert callable(write)
    corsican = number("285092A004012")
    for text in (number("185057511601234"[:13]), corsican):
        (one,) = people("a.sql", f"-- num_secu {write(text)}\n".encode())
        assert (one.valid, one.named) == (1, 1)


@pytest.mark.parametrize(
    "text",
    ["x = 0.185057511601234", "id185057511601234", "1850575116012349", "12 185057511601 234"],
)
def test_other_digits_are_no_candidates(text: str) -> None:
    assert list(people("a.txt", text.encode())) == []


def test_test_identities_are_told_as_such() -> None:
    assert invented("277076322082910")
    assert invented(number("1850575000123"))
    assert invented(number("1850575116000"))
    assert not invented(number("1850575116012"))
    (one,) = people("a.csv", f"nir\n{number('1850575000123')}\n".encode())
    assert (one.valid, one.test, one.named) == (1, 1, 0)


def test_a_text_brings_secrets_and_people_together() -> None:
    text = f"password: {VALUE}\nnir: {number('1850575116012')}\n"
    assert [type(one) for one in searched("a.yaml", text.encode())] == [
        LiteralSecret,
        HealthIdentifiers,
    ]


def test_more_secrets_than_can_be_told_are_a_limit() -> None:
    text = "".join(f"password: {made('<a:12>!<d:3>', n)}\n" for n in range(1_200))
    *told, gap = searched("a.yaml", text.encode())
    assert len(told) == 1_000
    assert isinstance(gap, Gap)
    assert gap.reason is Reason.LIMIT


@pytest.mark.parametrize("ending", ["yaml", "py", "txt"])
@pytest.mark.parametrize(
    "text",
    ["password=" * 60_000, "eyJ" * 90_000, "https://" + "a:b" * 90_000, "-u a:b curl " * 20_000],
)
def test_a_hostile_line_costs_no_more_than_its_length(ending: str, text: str) -> None:
    begun = time.process_time()
    list(searched(f"a.{ending}", text.encode()))
    assert time.process_time() - begun < 5


def kvnr(number: int) -> str:
    """A German insured person's number with the right check digit (GKV-Spitzenverband)."""
    letter = 1 + number % 26
    digits = f"{letter:02}{number:08}"
    total = sum(
        sum(map(int, str(int(digit) * (1 + place % 2)))) for place, digit in enumerate(digits)
    )
    return f"{chr(64 + letter)}{number:08}{total % 10}"


def test_a_column_of_numbers_of_another_country_is_counted() -> None:
    rows = "".join(f"{n};{kvnr(12_345_678 + 977 * n)};x\n" for n in range(12))
    (one,) = searched("t/a.csv", f"id;kvnr;name\n{rows}".encode())
    assert isinstance(one, HealthIdentifiers)
    assert (one.identifier, one.candidates, one.valid) == ("kvnr", 12, 12)
    assert one.key == "t/a.csv:kvnr:kvnr"


@pytest.mark.parametrize("line", ['{{"kvnr": "{}"}}\n', "- kvnr: {}\n", "<kvnr>{}</kvnr>\n"])
def test_fields_of_records_in_fixtures_are_counted(line: str) -> None:
    text = "".join(line.format(kvnr(12_345_678 + 977 * n)) for n in range(12)).encode()
    (one,) = searched("tests/fixtures/people.json", text)
    assert isinstance(one, HealthIdentifiers)
    assert (one.key, one.valid) == ("tests/fixtures/people.json:kvnr:kvnr", 12)
    assert list(searched("deploy/people.json", text)) == []


@pytest.mark.parametrize(
    "text", ["", "a", 'a;"b\n' + "x" * 200_000, "a\0;b\n", ";" * 100_000, "a;b\n1\n2;3;4\n"]
)
def test_a_broken_table_costs_nothing(text: str) -> None:
    assert list(searched("a.csv", text.encode())) == []
