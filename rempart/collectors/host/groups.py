"""Local groups and who belongs to them. Source: group(5)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from rempart.check import Observation, Seen, Unknown
from rempart.collectors.host.framing import Answers
from rempart.collectors.host.hashes import AWK
from rempart.collectors.host.people import PEOPLE
from rempart.collectors.host.section import Section
from rempart.errors import CollectError
from rempart.observations.accounts import Group

FILE: Final = "/etc/group"


def groups(answers: Answers) -> Iterator[Observation]:
    """Each group of the file."""
    for name, number, members in _rows(answers.text("group")):
        yield Group(number, members, key=name, source=FILE)


@dataclass(frozen=True, slots=True)
class Belonging:
    """The groups of accounts: by their number, and by the names the file lists."""

    numbers: Mapping[int, str]
    listed: Mapping[str, tuple[str, ...]]
    unseen: Unknown | None = None

    @classmethod
    def of(cls, answers: Answers) -> "Belonging":
        try:
            rows = list(_rows(answers.text("group")))
        except CollectError as error:
            return cls({}, {}, Unknown(error.reason, str(error)))
        listed: dict[str, list[str]] = {}
        for name, _, members in rows:
            for member in members:
                listed.setdefault(member, []).append(name)
        numbers = {number: name for name, number, _ in reversed(rows)}
        return cls(numbers, {name: tuple(dict.fromkeys(one)) for name, one in listed.items()})

    def of_account(self, name: str, gid: int | None) -> Seen[tuple[str, ...]]:
        """The groups of an account, its own first."""
        if self.unseen is not None:
            return self.unseen
        own = self.numbers.get(-1 if gid is None else gid)
        return tuple(dict.fromkeys((*([own] if own else []), *self.listed.get(name, ()))))


def _rows(text: str) -> Iterator[tuple[str, int, tuple[str, ...]]]:
    for line in text.split("\n"):
        name, _, rest = line.partition("|")
        number, _, members = rest.partition("|")
        if name and number.isascii() and number.isdigit():
            people = tuple(one for one in members.split(",") if one)
            yield name, int(number[:10]), people


def reduced(text: str) -> str:
    """A captured file as the script prints it: name, number, members, and no password."""
    rows = (line.split(":") for line in text.split("\n"))
    return "\n".join(f"{one[0]}|{one[2]}|{one[3]}" for one in rows if len(one) > 3)


_PRINTED: Final = '{print $1"|"$3"|"$4}'
SECTIONS = (
    Section(
        "group",
        FILE,
        (Group, *PEOPLE),
        ((AWK, "-F:", _PRINTED, FILE),),
        given=(FILE,),
        reduced=reduced,
    ),
)
READERS = {Group: groups}
