"""systemd units: secrets in their environment and in what they start.

Source: systemd.exec(5), systemd.service(5).
"""

import re
from collections.abc import Iterator

from rempart.check import Observation
from rempart.collectors.repository.commands import told
from rempart.collectors.repository.environment import Variable, said, secrets
from rempart.collectors.repository.leaks import given_away
from rempart.collectors.repository.places import secret
from rempart.collectors.repository.secrets.given import kind_of, written
from rempart.collectors.repository.servers.lines import Text

_PAIR = re.compile(r"""\s*(?:"([\w.]+)=((?:\\.|[^"\\])*)"|'([\w.]+)=([^']*)'|([\w.]+)=(\S*))""")
_EXEC = re.compile(r"Exec(?:Start|StartPre|StartPost|Stop|StopPost|Reload|Condition)", re.I)


def unit(text: Text) -> Iterator[Observation]:
    """What a unit gives away."""
    variables: list[Variable] = []
    for number, line in _joined(text):
        name, _, value = line.partition("=")
        name, value = name.strip(), value.strip()
        place = text.place(number)
        if name == "Environment":
            for match in _PAIR.finditer(value):
                variable, given = [one for one in match.groups() if one is not None]
                variables.append(Variable(variable, given, place))
        elif _EXEC.fullmatch(name):
            command = value.lstrip("@-:+!")
            yield from given_away(told(command), f"{text.path} {name}", place, lines=False)
        elif name == "SetCredential":
            credential, _, given = value.partition(":")
            literal = written(given) if kind_of(credential) or kind_of(name) else None
            if literal is not None:
                key = f"{text.path} {name} {credential}"
                yield secret("password", key, literal, place, given, credential)
    yield from secrets(variables, text.path)
    yield from said(variables, text.path)


def _joined(text: Text) -> Iterator[tuple[int, str]]:
    held, started = "", 0
    for line in text.lines:
        bare = line.text.strip()
        if not held and bare[:1] in ("#", ";", "["):
            continue
        started = started or line.number
        held += bare.removesuffix("\\") + " "
        if bare.endswith("\\"):
            continue
        yield started, held.strip()
        held, started = "", 0
