"""Who may become whom by doas, told as rules of sudo: Alpine and others have no sudo.

Source: doas.conf(5) of opendoas 6.8. A later rule wins over an earlier one; what a later `deny`
takes back is told all the same, for a rule somebody wrote is a rule to look at.
"""

import shlex
from collections.abc import Iterator
from typing import Final

from rempart.check import Gap, Reason
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.lines import Line, files
from rempart.collectors.host.people import PEOPLE
from rempart.collectors.host.section import Section
from rempart.errors import CollectError
from rempart.observations.accounts import SudoRule

FILES: Final = ("/etc/doas.conf", "/etc/doas.d/*.conf")
OPTIONS: Final = frozenset({"nopass", "nolog", "persist", "keepenv"})


def doas_rules(answers: Answers) -> Iterator[SudoRule | Gap]:
    """Each rule that permits; a gap for a file that could not be read."""
    try:
        found = files(answers.text("doas"), partial=answers.captured)
    except CollectError:
        return  # files somebody handed over, or an answer of an older version
    for file in found.unreadable:
        yield Gap(SudoRule.__name__, Reason.PRIVILEGE, f"{file} may not be read", key=file)
    for lines in found.lines.values():
        for line in lines:
            rule = _rule(line)
            if rule is not None:
                yield rule


def _rule(line: Line) -> SudoRule | None:
    words = _words(line.text)
    if words[:1] != ["permit"]:
        return None
    place, nopass = 1, False
    while place < len(words) and words[place] in {*OPTIONS, "setenv"}:
        nopass = nopass or words[place] == "nopass"
        # what is set in the environment stands in braces
        place = words.index("}", place) + 1 if words[place] == "setenv" else place + 1
    if place >= len(words):
        return None
    who, rest = words[place], words[place + 1 :]
    who = f"%{who[1:]}" if who.startswith(":") else who
    target = rest[1] if rest[:1] == ["as"] and len(rest) > 1 else "ALL"
    rest = rest[2:] if rest[:1] == ["as"] else rest
    command = "ALL"
    if rest[:1] == ["cmd"] and len(rest) > 1:
        arguments = rest[3:] if rest[2:3] == ["args"] else []
        exact = arguments or (['""'] if rest[2:3] == ["args"] else [])
        command = " ".join((rest[1], *exact))
    return SudoRule(
        who=who,
        run_as=target,
        commands=(command,),
        nopasswd=nopass,
        key=f"{who} as {target}",
        source=line.file,
        line=line.number,
    )


def _words(text: str) -> list[str]:
    """The words of a line, quotes and comments taken away; none where a quote has no end."""
    try:
        words = shlex.split(text.replace("{", " { ").replace("}", " } "), comments=True)
    except ValueError:
        return []
    return words if "setenv" not in words or "}" in words else []


SECTIONS = (Section("doas", "/etc/doas.conf", (SudoRule, *PEOPLE), paths=FILES),)
