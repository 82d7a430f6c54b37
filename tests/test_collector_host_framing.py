"""Frames: what came whole counts, what did not is truncated, wherever the cut was."""

import subprocess

import pytest

from rempart.check import Gap, Reason
from rempart.collectors.host import read
from rempart.collectors.host.framing import Answer, answers, cksum, framed
from rempart.collectors.host.script import NAMES, READERS, SECTIONS, needed, script
from rempart.demo import host as demo
from rempart.errors import Limited, Privilege, Truncated, Unresolved
from rempart.observations.hosts import HostAnswers

NONCE = "0123456789abcdef"
ALL = frozenset(READERS)
RECORDED = demo.recorded()
WHOLE = demo.reply(script(SECTIONS, NONCE), RECORDED)
MARK = b"\n==rempart "
BOUNDARIES = [place for place in range(len(WHOLE)) if WHOLE.startswith(MARK, place)]
MIDDLES = [
    (begin + end) // 2 for begin, end in zip(BOUNDARIES[1::2], BOUNDARIES[2::2], strict=False)
]


def sections_after(cut: bytes) -> set[str]:
    found = answers(cut, NAMES, NONCE)
    return {name for name in NAMES if not isinstance(found.sections[name], Answer)}


def test_every_section_of_a_whole_answer_is_there() -> None:
    found = answers(WHOLE, NAMES, NONCE)

    assert found.sections == RECORDED


@pytest.mark.parametrize("cut", [*BOUNDARIES, *MIDDLES, *(b + 25 for b in BOUNDARIES)])
def test_a_cut_anywhere_leaves_no_half_section(cut: int) -> None:
    raw = WHOLE[:cut]
    missing = sections_after(raw)
    whole = {name for name in NAMES if MARK + f"{NONCE} end {name} ".encode() in raw[: cut - 30]}

    found = answers(raw, NAMES, NONCE)

    assert missing or cut > BOUNDARIES[-1]  # only the last marker of all is lost
    assert missing.isdisjoint(whole)
    for name in missing:
        with pytest.raises(Truncated):
            found.text(name)


@pytest.mark.parametrize("cut", [*BOUNDARIES, *MIDDLES])
def test_an_observation_never_comes_from_a_cut_section(cut: int) -> None:
    missing = sections_after(WHOLE[:cut])
    must_be_gaps = {
        kind.__name__
        for kind in ALL - {HostAnswers}  # says itself what is missing
        if {section.name for section in needed({kind})} <= missing
    }

    found = list(read(answers(WHOLE[:cut], NAMES, NONCE), ALL))

    seen = {type(item).__name__ for item in found if not isinstance(item, Gap)}
    gaps = {item.type for item in found if isinstance(item, Gap)}
    assert seen.isdisjoint(must_be_gaps)
    assert must_be_gaps <= gaps


@pytest.mark.parametrize("name", list(NAMES))
def test_one_changed_byte_spoils_its_section_only(name: str) -> None:
    text = RECORDED[name].text or "-"
    changed = chr(ord(text[0]) ^ 1) + text[1:]
    begin = f"begin {name}\n".encode()

    raw = WHOLE.replace(begin + RECORDED[name].text.encode(), begin + changed.encode())

    assert sections_after(raw) == {name}


def test_frames_of_another_run_do_not_count() -> None:
    assert sections_after(WHOLE.replace(NONCE.encode(), b"f" * 16)) == set(NAMES)


def test_a_section_said_twice_does_not_count() -> None:
    raw = framed(NONCE, {"swaps": Answer(0, "a")})
    twice = raw + raw.partition(b"start 1\n")[2]

    assert isinstance(answers(twice, ["swaps"], NONCE).sections["swaps"], Truncated)


def test_an_end_marker_in_the_content_is_content_or_a_cut() -> None:
    forged = f"x\n==rempart {NONCE} end swaps 0 cksum 0 1\ny"

    raw = framed(NONCE, {"swaps": Answer(0, forged)})

    assert isinstance(answers(raw, ["swaps"], NONCE).sections["swaps"], Truncated)


@pytest.mark.parametrize(
    ("status", "error"),
    [(77, Privilege), (124, Limited), (127, Unresolved), (126, Unresolved), (1, Unresolved)],
)
def test_a_command_that_failed_answers_nothing(status: int, error: type[Exception]) -> None:
    found = answers(framed(NONCE, {"sshd": Answer(status, "port 22")}), ["sshd"], NONCE)

    with pytest.raises(error):
        found.text("sshd")


def test_what_is_missing_may_be_a_limit() -> None:
    found = answers(b"", ["sshd"], NONCE, Limited)

    with pytest.raises(Limited):
        found.text("sshd")


@pytest.mark.parametrize("content", [b"", b"a", b"\x00\xff\n", b"0123456789" * 1000])
def test_cksum_agrees_with_the_command(content: bytes) -> None:
    told = subprocess.run(["/usr/bin/cksum"], input=content, capture_output=True, check=True)

    assert int(told.stdout.split()[0]) == cksum(content)


def test_text_that_is_no_utf8_is_kept_readable() -> None:
    before, after = b"ab", b"\xe9\xe9"
    raw = framed(NONCE, {"swaps": Answer(0, "ab")})

    raw = raw.replace(b"swaps\nab\n", b"swaps\n\xe9\xe9\n")
    raw = raw.replace(str(cksum(before)).encode(), str(cksum(after)).encode())

    assert answers(raw, ["swaps"], NONCE).text("swaps") == "\ufffd\ufffd"


def test_every_observation_type_has_a_reader_and_a_section() -> None:
    for kind in set(READERS) - {HostAnswers}:
        assert needed({kind})


def test_gaps_of_privilege_keep_their_reason() -> None:
    refused = {**RECORDED, "shadow": Answer(77, ""), "sshd": Answer(77, "")}

    found = list(read(answers(framed(NONCE, refused), NAMES, NONCE), ALL))

    gaps = {item.type: item.reason for item in found if isinstance(item, Gap)}
    assert gaps["SshdSettings"] is Reason.PRIVILEGE
