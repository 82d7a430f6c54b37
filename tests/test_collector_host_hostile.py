"""Answers of a host that means harm, or is broken: read to the end, quickly, without a crash."""

import random
import time

import pytest

from rempart.collectors.host import read
from rempart.collectors.host.framing import Answer, Answers
from rempart.collectors.host.script import NAMES, READERS
from rempart.demo.host import recorded

RECORDED = recorded()
ALL = frozenset(READERS)
LETTERS = "\x00\x1b[31m\u202e:|=,@()[]{}$\\\"' \t\r\n0123456789abcXYZ/\u00e9-._%#!*"
LONG = {
    "one line": "a" * 500_000,
    "one row": "x:1:" + "b" * 300_000,
    "many lines": "\n".join(f"/etc/x:{n}:y=z" for n in range(15_000)),
    "many words": " ".join("w" for _ in range(120_000)),
}


def spoilt(text: str, chance: random.Random) -> str:
    """The text replaced, changed in places, cut or repeated."""
    kind = chance.randrange(5)
    if kind == 0:
        return "".join(chance.choice(LETTERS) for _ in range(chance.randrange(400)))
    if kind == 1 and text:
        for _ in range(5):
            place = chance.randrange(len(text))
            text = text[:place] + chance.choice(LETTERS) + text[place + chance.randrange(3) :]
        return text
    return text[: chance.randrange(len(text) + 1)] if kind == 2 else text * (1 + 2 * (kind == 3))


@pytest.mark.parametrize("seed", range(25))
def test_spoilt_answers_are_read_to_the_end(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  (a repeatable choice)
    sections = {
        name: Answer(chance.choice((0, 0, 0, 1, 77, 124, 127)), spoilt(answer.text, chance))
        for name, answer in RECORDED.items()
    }

    assert list(read(Answers(sections), ALL))


@pytest.mark.parametrize("shape", LONG)
def test_long_answers_take_no_long_time(shape: str) -> None:
    for name in NAMES:
        begun = time.process_time()
        list(read(Answers({**RECORDED, name: Answer(0, LONG[shape])}), ALL))
        assert time.process_time() - begun < 3, name
