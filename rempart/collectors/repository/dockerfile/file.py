"""Dockerfiles: secrets in instructions, downloads nobody verifies, who the container runs as."""

import ipaddress
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

import msgspec

from rempart.check import Observation, Seen
from rempart.collectors.repository.commands import commands, program_of, told
from rempart.collectors.repository.dockerfile.syntax import Instruction, instructions
from rempart.collectors.repository.environment import Variable, said, secrets
from rempart.collectors.repository.leaks import given_away
from rempart.collectors.repository.places import Place
from rempart.collectors.repository.ports import use_of
from rempart.collectors.repository.terraform.values import unresolved
from rempart.collectors.text import clean
from rempart.documents import decode
from rempart.documents.kept import kept
from rempart.observations.exposure import Workload
from rempart.observations.images import OfferedPort
from rempart.observations.transit import Transit

TABLE = Path(__file__).parents[1] / "tables" / "images.yaml"
ROOT: Final = frozenset({"root", "0", "0:0", "root:root", "root:0", "0:root"})
_CLEAR = re.compile(r"(?<![\w+.-])(?:http|ftp)://([^\s/:\"'@]+)", re.I)
_CHECKED = re.compile(r"sha(?:1|224|256|384|512)sum|shasum|md5sum|gpgv?\b|cosign|openssl\s+dgst")
FETCHERS: Final = frozenset({"curl", "wget", "aria2c", "fetch"})
_PORT = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?(?:/(\w+))?")
_ARGUMENT = re.compile(r"\$\{?(\w+)(?::?-([^}]*))?\}?")
_LOCAL = (".local", ".localhost", ".internal", ".svc", ".lan", ".test", ".invalid")


class Images(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who images start as; see the head of the table."""

    root: tuple[str, ...]
    users: tuple[str, ...]
    nonroot: tuple[str, ...]


@lru_cache(maxsize=1)
def images() -> Images:
    """The table of images."""
    return decode(kept(TABLE), Images)


def dockerfile(path: str, text: str) -> Iterator[Observation]:
    """What a Dockerfile declares; raises Truncated where it cannot be read as one."""
    whole = list(instructions(text))
    for one in whole:
        place = Place(path, one.line, one.end_line)
        if one.word in ("ENV", "ARG"):
            given = [Variable(name, value, place) for name, value in one.pairs]
            yield from secrets(given, one.address)
            if one.word == "ENV":
                yield from said(given, one.address)
        elif one.word in ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"):
            yield from _run(one, place)
        elif one.word == "ADD":
            yield from _added(one, place)
        elif one.word == "EXPOSE":
            yield from _offered(one, place)
    yield from _user(path, whole)


def _run(one: Instruction, place: Place) -> Iterator[Observation]:
    script = f"{_plain(one.text)}\n{one.body}"
    yield from given_away(told(script), one.address, place, lines=False)
    if not _CHECKED.search(script):
        for command in commands(script):
            if program_of(command.words)[0] in FETCHERS:
                yield from _cleartext(" ".join(command.words), one.address, place)
                break


def _plain(text: str) -> str:
    """A shell form as it is; the exec form (`["a", "b"]`) as a command line."""
    if not text.startswith("["):
        return text
    try:
        words = msgspec.json.decode(text, type=list[str])
    except msgspec.MsgspecError:
        return text
    return " ".join("'" + word.replace("'", "") + "'" for word in words)


def _cleartext(text: str, key: str, place: Place) -> Iterator[Transit]:
    for match in _CLEAR.finditer(text):
        if remote(match[1]):
            shown = clean(match[0], 100)
            yield Transit("download", False, shown, **place.stamp(key))
            return


def remote(host: str) -> bool:
    """Whether a name or address lies outside of the machine and of a private network."""
    name = host.strip("[]").lower()
    if "$" in name or "{" in name:
        return False
    try:
        return ipaddress.ip_address(name).is_global
    except ValueError:
        return "." in name and not name.endswith(_LOCAL)


def _added(one: Instruction, place: Place) -> Iterator[Transit]:
    if "--checksum=" not in one.text:
        yield from _cleartext(one.text, one.address, place)


def _offered(one: Instruction, place: Place) -> Iterator[OfferedPort]:
    for word in one.text.split():
        match = _PORT.fullmatch(word)
        if match is None or (match[3] or "tcp").lower() != "tcp":
            continue
        use, service = use_of(int(match[1]))
        if service:
            stamp = place.stamp(f"{one.address} {match[1]}")
            yield OfferedPort(int(match[1]), service, use, **stamp)


def _user(path: str, whole: list[Instruction]) -> Iterator[Workload]:
    """Who the last stage runs as: its last USER, else whoever the image it starts from does."""
    stages: dict[str, list[Instruction]] = {}
    for one in whole:
        if one.word == "FROM":
            words = [word for word in one.text.split() if not word.startswith("--")]
            named = len(words) > 2 and words[1].lower() == "as"
            stages[words[2].lower() if named else f"#{len(stages)}"] = last = [one]
        elif stages:
            last.append(one)
    if not stages:
        return
    decided, as_root = _runs_as(last, stages, whole, 20)
    place = Place(path, decided.line, decided.end_line)
    yield Workload((), as_root, **place.stamp(decided.address))


def _runs_as(
    stage: list[Instruction],
    stages: dict[str, list[Instruction]],
    whole: list[Instruction],
    deep: int,
) -> tuple[Instruction, Seen[bool]]:
    users = [one for one in stage if one.word == "USER"]
    if users:
        user = _filled(users[-1].text.strip(), whole).lower()
        if "$" in user:
            return users[-1], unresolved(f"USER {clean(user, 60)}")
        return users[-1], user in ROOT
    (*_, image) = [word for word in stage[0].text.split() if not word.startswith("--")][:1] or [""]
    earlier = stages.get(image.lower())
    if earlier is not None and earlier is not stage and deep:
        return _runs_as(earlier, stages, whole, deep - 1)
    return stage[0], image_user(_filled(image, whole))


def _filled(text: str, whole: list[Instruction]) -> str:
    """Text with the arguments filled in whose defaults the file gives."""
    given = {
        name: value for one in whole if one.word in ("ARG", "ENV") for name, value in one.pairs
    }

    def value(match: re.Match[str]) -> str:
        return given.get(match[1], match[2] if match[2] is not None else match[0])

    return _ARGUMENT.sub(value, text)


def image_user(image: str) -> Seen[bool]:
    """Whether an image starts as root where nothing says otherwise."""
    name, _, tag = image.partition("@")[0].rpartition("/")[2].partition(":")
    table = images()
    if any(word in f"{name} {tag}" for word in table.nonroot) or name in table.users:
        return False
    if name.lower() in table.root and "/" not in image.removeprefix("docker.io/").removeprefix(
        "library/"
    ):
        return True
    return unresolved(f"no USER here: the image {clean(image, 60)} decides")
