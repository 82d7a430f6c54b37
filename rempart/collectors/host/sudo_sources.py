"""Where sudo takes its rules from beside its files. Source: sudoers.ldap(5), nsswitch.conf(5)."""

from collections.abc import Iterator
from typing import Final

from rempart.check import Gap
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.lines import files
from rempart.collectors.host.people import PEOPLE
from rempart.collectors.host.section import Section
from rempart.errors import CollectError, Reason
from rempart.observations.accounts import SudoRule

FILE: Final = "/etc/nsswitch.conf"
OWN: Final = "files"


def elsewhere(answers: Answers) -> Iterator[Gap]:
    """A gap for each source of rules that is no file: sssd, a directory."""
    try:
        found = files(answers.text("nsswitch"))
    except CollectError:
        return
    for line in found.lines.get(FILE, ()):
        name, _, sources = line.text.partition("#")[0].partition(":")
        if name.strip() == "sudoers":
            for source in sources.split():
                if source != OWN and not source.startswith("["):
                    why = f"rules of sudo also come from {source}, which was not asked"
                    yield Gap(
                        SudoRule.__name__, Reason.UNRESOLVED, why, key=source, source=line.file
                    )


SECTIONS = (Section("nsswitch", FILE, (SudoRule, *PEOPLE), paths=(FILE,)),)
