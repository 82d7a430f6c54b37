"""Which system it is, in its own words."""

from collections.abc import Iterator

from rempart.check import Observation, Reason, Seen, Unknown
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.lines import files
from rempart.collectors.host.section import Section
from rempart.observations.hosts import HostFacts

FILE = "/etc/os-release"


def facts(answers: Answers) -> Iterator[Observation]:
    """What os-release and uname said. Source: os-release(5)."""
    text = answers.text("release")
    named = {}
    for line in files(text).lines.get(FILE, ()):
        name, _, value = line.text.partition("=")
        named[name] = value.strip("\"'")
    first = text.partition("\n")[0]
    yield HostFacts(
        system=_said(named.get("ID"), "ID"),
        version=_said(named.get("VERSION_ID"), "VERSION_ID"),
        kernel=_said(None if first.startswith(("/", "?")) else first, "uname"),
        source=FILE,
    )


def _said(value: str | None, name: str) -> Seen[str]:
    return value or Unknown(Reason.UNRESOLVED, f"{FILE} does not say {name}")


SECTIONS = (Section("release", "os-release", (HostFacts,), (("uname", "-sr"),), paths=(FILE,)),)
READERS = {HostFacts: facts}
