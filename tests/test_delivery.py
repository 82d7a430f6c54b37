import io
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from rempart import encryption
from rempart.card import LANGUAGES
from rempart.cli.report import command as report
from rempart.cli.verify import command as verify
from rempart.delivery import Order, bundle, delivered, following, opened, packed
from rempart.errors import IntegrityError, UsageError
from rempart.integrity import run_file_digest, sha256, verified
from rempart.redaction import view
from rempart.results import Run, load, save
from rempart.sshsig import public
from tests.samples import sample_run
from tests.test_sshsig import KEY, needs_keygen, saved

pyrage = pytest.importorskip("pyrage", reason="needs pyrage: pip install 'rempart[age]'")
ORDER = Order(("report.html", "results.csv", "ci.junit.xml"), key=KEY, signer="a@cabinet.example")


@pytest.fixture
def identity(tmp_path: Path) -> Path:
    file = tmp_path / "id.txt"
    file.write_text(f"# created\n{pyrage.x25519.Identity.generate()}\n")
    return file


def recipient(identity: Path) -> str:
    return str(pyrage.x25519.Identity.from_str(identity.read_text().split()[-1]).to_public())


def run(*command: str, folder: Path) -> bytes:
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=30).stdout


def runs(folder: Path) -> Path:
    save(sample_run(), folder / "run.json")
    return folder / "run.json"


@needs_keygen
def test_a_delivery_is_verified_by_stock_tools_alone(tmp_path: Path) -> None:
    delivered(sample_run(), tmp_path / "out", ORDER)
    folder = tmp_path / "out"
    sums = run("sha256sum", "--strict", "--check", "SHA256SUMS", folder=folder)
    assert sums.count(b": OK") == 5
    command = next(
        line.strip() for line in (folder / "VERIFY.txt").read_text().splitlines()
        if line.strip().startswith("ssh-keygen")
    )  # fmt: skip
    said = run("bash", "-c", command, folder=folder)
    assert b'Good "rempart-report" signature for a@cabinet.example' in said


def test_a_delivery_is_its_owner_s_alone(tmp_path: Path) -> None:
    delivered(sample_run(), tmp_path / "out", ORDER)
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "out").iterdir()} == {0o600}
    assert [file.name for file in tmp_path.iterdir()] == ["out"]


def test_ten_deliveries_of_one_run_are_the_same_bytes() -> None:
    first = bundle(sample_run(), ORDER)
    assert all(bundle(sample_run(), ORDER) == first for _ in range(9))
    assert packed(first, "x", 0) == packed(dict(reversed(first.items())), "x", 0)


def test_stock_tools_of_a_recipient_open_an_encrypted_delivery(
    tmp_path: Path, identity: Path
) -> None:
    file = tmp_path / "cnil.tar.age"
    delivered(sample_run(), file, ORDER, [recipient(identity)])
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"PermitRootLogin" not in file.read_bytes()
    assert verified(opened(file, identity), [public(KEY)]).key == public(KEY)
    opened_by_hand = pyrage.decrypt(
        file.read_bytes(), [pyrage.x25519.Identity.from_str(identity.read_text().split()[-1])]
    )
    with tarfile.open(fileobj=io.BytesIO(opened_by_hand)) as archive:
        assert "cnil/report.html" in archive.getnames()


def test_an_ssh_key_may_be_a_recipient(tmp_path: Path) -> None:
    key = saved(tmp_path / "k")
    delivered(sample_run(), tmp_path / "x.tar.age", ORDER, [str(public(KEY))])
    assert "run.json" in opened(tmp_path / "x.tar.age", key)


def test_another_s_identity_does_not_open_it(tmp_path: Path, identity: Path) -> None:
    delivered(sample_run(), tmp_path / "x.tar.age", ORDER, [str(public(KEY))])
    with pytest.raises(IntegrityError, match="cannot be decrypted"):
        opened(tmp_path / "x.tar.age", identity)
    with pytest.raises(UsageError, match="--identity"):
        opened(tmp_path / "x.tar.age")


@pytest.mark.parametrize("named", ["age1nonsense", "ssh-rsa nonsense", "nowhere.txt"])
def test_what_is_no_recipient_is_said_before_anything_is_written(
    tmp_path: Path, named: str
) -> None:
    with pytest.raises(UsageError, match="expected"):
        delivered(sample_run(), tmp_path / "x.tar.age", ORDER, [named])
    assert list(tmp_path.iterdir()) == []


def test_recipients_may_stand_in_a_file(tmp_path: Path, identity: Path) -> None:
    file = tmp_path / "recipients"
    file.write_text(f"# the authority\n{recipient(identity)}\n\n")
    assert encryption.recipients([str(file)]) == (recipient(identity),)
    file.write_text("# nobody\n")
    with pytest.raises(UsageError, match="found none"):
        encryption.recipients([str(file)])


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("mine")
    with pytest.raises(UsageError, match="new or empty folder"):
        delivered(sample_run(), tmp_path, ORDER)
    assert [file.name for file in tmp_path.iterdir()] == ["kept"]


@pytest.mark.parametrize("name", ["../x.html", "/tmp/x.html", "a/x.html"])
def test_files_of_a_delivery_stay_within_it(name: str) -> None:
    with pytest.raises(UsageError, match="names a file within it"):
        bundle(sample_run(), Order((name,)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_how_to_verify_is_said_in_the_reader_s_language(language: str) -> None:
    cut = following(view(sample_run(), "regulator"), "9" * 64)
    order = Order(("report.html",), language=language, key=KEY, signer="a b")
    text = bundle(cut, order)["VERIFY.txt"].decode()
    for said in (public(KEY).fingerprint, "-I a-b ", "9" * 64, "SHA256SUMS"):
        assert said in text
    assert "{" not in text
    assert "regulator" not in text.lower()
    unsigned = bundle(sample_run(), Order((), language=language))["VERIFY.txt"].decode()
    assert "ssh-keygen" not in unsigned


def test_deliveries_form_a_chain(tmp_path: Path) -> None:
    delivered(sample_run(), tmp_path / "one", ORDER)
    before = run_file_digest(tmp_path / "one")
    delivered(following(sample_run(), before), tmp_path / "two", ORDER)
    assert verified(opened(tmp_path / "two"), previous=before).run
    with pytest.raises(IntegrityError, match="does not follow"):
        verified(opened(tmp_path / "one"), previous=before)


def tar(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind in members:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, "/etc/passwd"
            archive.addfile(member)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        tar(("d/x", tarfile.SYMTYPE)),
        tar(("d/x", tarfile.LNKTYPE)),
        tar(("x", tarfile.REGTYPE)),
        tar(("d/e/x", tarfile.REGTYPE)),
        tar(("d/x", tarfile.REGTYPE), ("e/x", tarfile.REGTYPE)),
        b"no archive at all" * 99,
    ],
)
def test_an_archive_holds_plain_files_of_one_folder(
    tmp_path: Path, identity: Path, content: bytes
) -> None:
    file = tmp_path / "x.tar.age"
    file.write_bytes(encryption.encrypted(content, [recipient(identity)]))
    with pytest.raises(IntegrityError, match="expected"):
        opened(file, identity)


def test_a_link_in_a_bundle_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "SHA256SUMS").symlink_to("/etc/hostname")
    with pytest.raises(IntegrityError, match="plain files"):
        opened(tmp_path)


def test_the_commands_seal_and_verify(tmp_path: Path) -> None:
    key, out = saved(tmp_path / "k", passphrase=b"open"), tmp_path / "out"
    (tmp_path / "k.pub").write_text(f"{public(KEY)}\n")
    (tmp_path / "pass").write_text("open\n")
    (tmp_path / "pass").chmod(0o600)
    made = CliRunner().invoke(
        report,
        [str(runs(tmp_path)), "--bundle", str(out), "--sign", str(key), "--passphrase",
         f"file:{tmp_path / 'pass'}", "--for", "regulator", "-o", "report.html"],
        catch_exceptions=False,
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    kept: Run = load(out / "run.json")
    assert kept.delivery is not None
    assert kept.delivery.recipient == "regulator"
    good = CliRunner().invoke(verify, [str(out), "--signer", str(tmp_path / "k.pub")])
    assert (good.exit_code, "signed by SHA256:" in good.output) == (0, True)
    (out / "report.html").write_text("<html>")
    bad = CliRunner().invoke(verify, [str(out)])
    assert bad.exit_code == 4
    assert "report.html: changed since it was sealed" in bad.output


def test_a_signature_needs_something_to_sign(tmp_path: Path) -> None:
    done = CliRunner().invoke(report, [str(runs(tmp_path)), "--sign", "k"])
    assert done.exit_code == 2
    assert "need --bundle" in done.output


@pytest.mark.parametrize("template", ["report", "executive", "technical", "compliance"])
def test_a_page_leads_back_to_the_run_file_beside_it(template: str) -> None:
    cut = view(sample_run(), "regulator")
    files = bundle(cut, Order(("report.html",), template=template, language="en"))
    page = files["report.html"].decode()
    assert sha256(files["run.json"]) in page
    assert "Version for the authority" in page


def test_without_pyrage_the_package_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyrage", None)  # as where it is not installed
    with pytest.raises(UsageError, match=r"pip install 'rempart\[age\]'"):
        delivered(sample_run(), tmp_path / "x.tar.age", ORDER, [str(public(KEY))])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "named", "told"),
    [
        ("folder", ["age1x"], "ends in .tar.age"),
        ("x.tar.age", [], "expected --age"),
        ("none/folder", [], "can be written to"),
    ],
)
def test_a_delivery_that_cannot_be_made_is_said_first(
    tmp_path: Path, name: str, named: list[str], told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        delivered(sample_run(), tmp_path / name, ORDER, named)


@pytest.mark.parametrize("text", [None, "nothing of the kind", "AGE-SECRET-KEY-1NONSENSE"])
def test_what_is_no_identity_is_said(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "id.txt"
    if text is not None:
        file.write_text(text)
    with pytest.raises(UsageError, match=r"cannot be read|expected an age identity"):
        encryption.decrypted(b"", file)


def test_the_commands_make_and_follow_a_chain(tmp_path: Path) -> None:
    run_file, one, two = str(runs(tmp_path)), str(tmp_path / "one"), str(tmp_path / "two")
    for arguments in ([], ["--previous", one]):
        out = two if arguments else one
        made = CliRunner().invoke(report, [run_file, "--bundle", out, "-o", "a.csv", *arguments])
        assert made.exit_code == 0, made.output
    good = CliRunner().invoke(verify, [two, "--previous", one])
    assert (good.exit_code, "not signed" in good.output) == (0, True)
    assert CliRunner().invoke(verify, [one, "--previous", two]).exit_code == 4
