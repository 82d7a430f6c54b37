"""Secrets: where they come from, and that they never leave."""

import base64
import logging
import os
import sys
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.secrets import MASK, NoSecret, Redacting, Redactor, Reference, masked


@pytest.mark.parametrize("text", ["hunter2", "", "s3cr:et", "pass:word", "ENV:X", "https://x/"])
def test_refuses_a_literal_secret_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match="found a literal secret") as caught:
        Reference.parse(text)
    assert not text or text not in str(caught.value)


@pytest.mark.parametrize("text", ["env:", "env:A B", "file:", "command:", "command:pass 'x"])
def test_refuses_a_reference_that_names_nothing(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        Reference.parse(text)


def test_takes_a_secret_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REMPART_TEST_SECRET", "correct horse")
    assert Reference.parse("env:REMPART_TEST_SECRET").resolve() == "correct horse"
    with pytest.raises(NoSecret, match="env:REMPART_TEST_NONE: expected a secret, found nothing"):
        Reference.parse("env:REMPART_TEST_NONE").resolve()


def test_takes_a_secret_from_a_private_file_beside_the_inventory(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("correct horse\n")
    file.chmod(0o600)
    assert Reference.parse("file:password", tmp_path).resolve() == "correct horse"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_refuses_a_file_that_others_may_read(mode: int, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("correct horse\n")
    file.chmod(mode)
    with pytest.raises(NoSecret, match=f"expected mode 0600, found {mode:04o}") as caught:
        Reference.parse("file:password", tmp_path).resolve()
    assert "horse" not in str(caught.value)


def test_refuses_a_pipe_as_a_secret_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "password", 0o600)
    with pytest.raises(NoSecret, match="found a pipe"):
        Reference.parse("file:password", tmp_path).resolve()


def test_asks_a_command_without_a_shell(tmp_path: Path) -> None:
    script = tmp_path / "manager.py"
    script.write_text("import sys; print(sys.argv[1])")
    command = f"command:{sys.executable} {script} '$(id); `id`'"
    assert Reference.parse(command).resolve() == "$(id); `id`"


@pytest.mark.parametrize("command", ["command:/nonexistent/x", f"command:{sys.executable} -c 1/0"])
def test_says_that_a_command_failed(command: str) -> None:
    with pytest.raises(NoSecret, match="command"):
        Reference.parse(command).resolve()


def test_an_agent_has_no_password() -> None:
    reference = Reference.parse("agent:")
    assert reference.kind == "agent"
    with pytest.raises(NoSecret, match="agent"):
        reference.resolve()


def test_what_was_resolved_is_masked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REMPART_TEST_SECRET", "N0t/for+the report")
    redactor = Redactor()
    reference = Reference.parse("env:REMPART_TEST_SECRET", redactor=redactor)
    assert "N0t" not in repr(reference)
    secret = reference.resolve()
    basic = base64.b64encode(f"audit:{secret}".encode()).decode()
    for form in (secret, quote_plus(secret), base64.b64encode(secret.encode()).decode(), basic):
        cleaned = redactor.clean(f"GET /?token={form}&x=1 failed")
        assert MASK in cleaned
        assert form not in cleaned


@given(st.text(min_size=6, max_size=40), st.text(max_size=5), st.text(max_size=5))
def test_no_base64_alignment_leaks(secret: str, before: str, after: str) -> None:
    secret = secret.encode("utf-8", "replace").decode().strip()
    redactor = Redactor()
    redactor.learn(secret)
    whole = (before + secret + after).encode("utf-8", "replace")
    encoded = base64.b64encode(whole).decode()
    if len(secret.encode()) >= 6:
        assert MASK in redactor.clean(encoded)


def test_every_member_of_a_list_is_masked_and_short_ones_only_alone() -> None:
    redactor = Redactor()
    redactor.learn("canary-a,x7")
    assert redactor.clean("canary-a x7 x70") == f"{MASK} {MASK} x70"


@pytest.mark.parametrize(
    "nir", ["1840512345678", "184051234567846", "1 84 05 12 345 678 46", "2 84 05 2A 345 678 46"]
)
def test_masks_identifier_digits(nir: str) -> None:
    assert masked(f"/rights?nir={nir}&x") == f"/rights?nir={MASK}&x"


@pytest.mark.parametrize("text", ["10.0.0.5:8443", "2026-11-25T10:03:00Z", "sha256 1234567890ab"])
def test_leaves_other_digits_alone(text: str) -> None:
    assert masked(text) == text


def test_a_log_record_is_cleaned_with_its_exception(caplog: pytest.LogCaptureFixture) -> None:
    redactor = Redactor()
    redactor.learn("TOKEN-123456")
    log = logging.getLogger("rempart.test")
    with caplog.filtering(Redacting(redactor)):
        try:
            int("TOKEN-123456")
        except ValueError:
            log.exception("asked %s for %s", "https://x/?t=TOKEN-123456", "1840512345678")
    assert MASK in caplog.text
    assert "ValueError" in caplog.text
    assert "TOKEN-123456" not in caplog.text
    assert "1840512345678" not in caplog.text


def test_a_secret_that_could_not_be_had_is_asked_for_once(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    script = tmp_path / "manager.py"
    script.write_text(f"open({str(asked)!r}, 'a').write('x'); raise SystemExit(3)")
    reference = Reference.parse(f"command:{sys.executable} {script}")
    for _ in range(2):
        with pytest.raises(NoSecret, match="ended with status 3"):
            reference.resolve()
    assert asked.read_text() == "x"
