import pytest

from rempart.errors import IntegrityError, UsageError
from rempart.integrity import MANIFEST, SIGNATURE, SIGNERS, sealed, sha256, signer_name, verified
from rempart.sshsig import PublicKey, public
from tests.test_sshsig import KEY

FILES = {"report.html": b"<html>", "run.json": b'{"delivery": {"previous": ""}}'}


def test_a_sealed_delivery_verifies_and_says_whose_it_is() -> None:
    seal = verified(sealed(FILES, "run-1", KEY, "auditor"), [public(KEY)])
    assert (seal.run, seal.key) == ("run-1", public(KEY))
    assert seal.files["report.html"] == sha256(b"<html>")


@pytest.mark.parametrize("name", [*FILES, MANIFEST, SIGNATURE])
def test_a_changed_byte_anywhere_is_noticed(name: str) -> None:
    files = sealed(FILES, "run-1", KEY)
    files[name] = files[name][:-3] + bytes([files[name][-3] ^ 1]) + files[name][-2:]
    with pytest.raises(IntegrityError):
        verified(files, [public(KEY)])


def test_missing_and_added_files_are_named() -> None:
    files = sealed(FILES, "run-1")
    del files["report.html"]
    files["extra.html"] = b""
    with pytest.raises(IntegrityError, match=r"report\.html: missing\nextra\.html: not in"):
        verified(files)


def test_a_manifest_made_anew_does_not_carry_the_signature() -> None:
    forged = {**sealed({"report.html": b"<forged>"}, "run-1")}
    forged[SIGNATURE] = sealed(FILES, "run-1", KEY)[SIGNATURE]
    with pytest.raises(IntegrityError, match="does not fit"):
        verified(forged)


def test_a_signature_that_was_taken_away_is_missed_where_one_is_expected() -> None:
    files = sealed(FILES, "run-1", KEY)
    del files[SIGNATURE], files[SIGNERS]
    assert verified(files).key is None
    with pytest.raises(IntegrityError, match="a signature is expected"):
        verified(files, [public(KEY)])


def test_another_signer_than_expected_is_refused() -> None:
    with pytest.raises(IntegrityError, match="another key than expected"):
        verified(sealed(FILES, "run-1", KEY), [PublicKey(bytes(32))])


def test_what_is_no_bundle_is_a_wrong_call() -> None:
    with pytest.raises(UsageError, match=MANIFEST):
        verified({"report.html": b""})


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "a\nb", "-rf", MANIFEST])
def test_file_names_that_mean_more_than_a_file_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="plain file name"):
        sealed({name: b""}, "run-1")
    with pytest.raises(IntegrityError):
        verified({MANIFEST: f"{'0' * 64}  {name}\n".encode()})


def test_a_run_that_names_the_one_before_follows_it() -> None:
    run = f'{{"id": "x", "delivery": {{"previous": "{"a" * 64}"}}}}'.encode()
    files = sealed({"run.json": run}, "run-2")
    assert verified(files, previous="a" * 64).run == "run-2"
    with pytest.raises(IntegrityError, match="does not follow"):
        verified(files, previous="b" * 64)
    with pytest.raises(IntegrityError, match="does not follow"):
        verified(sealed({"run.json": b"{"}, "run-2"), previous="b" * 64)


def test_a_run_s_name_cannot_add_a_line_to_the_manifest() -> None:
    manifest = sealed({}, f"x\n{'0' * 64}  evil")[MANIFEST].decode()
    assert manifest.count("\n") == 2


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a@b.example", "a@b.example"),
        ("a * ssh-rsa", "a-ssh-rsa"),
        ("", "rempart"),
    ],
)
def test_a_signer_s_name_is_one_word(name: str, told: str) -> None:
    assert signer_name(name) == told
