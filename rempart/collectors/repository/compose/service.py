"""One container as Compose, or a task that starts one, describes it: its environment, how far it
reaches, whether its server asks anybody who they are, and what its commands give away.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec

from rempart.check import Observation, Seen, Unknown, unseen
from rempart.collectors.repository.commands import told
from rempart.collectors.repository.dockerfile.file import ROOT, image_user
from rempart.collectors.repository.environment import Variable, said, secrets, text
from rempart.collectors.repository.kubernetes.pods import MIGHTY, SOCKETS
from rempart.collectors.repository.leaks import given_away
from rempart.collectors.repository.places import Place
from rempart.collectors.repository.terraform.values import unresolved
from rempart.collectors.text import clean
from rempart.documents import decode
from rempart.documents.kept import kept
from rempart.observations.exposure import OpenPort, Workload
from rempart.observations.sign_in import SignIn

TABLE: Final = Path(__file__).parents[1] / "tables" / "doors.yaml"
Where: TypeAlias = Callable[[tuple[Any, ...]], Place]
# Folders of the machine that are more than data.
SENSITIVE: Final = re.compile(
    r"/|/(?:etc|root|boot|dev|proc|sys|usr|lib|lib64|sbin|bin|run|var|home|var/run|var/lib|var/lib/(?:docker|kubelet)|var/log)(?:/.*)?"
)
HOST: Final = {
    "network_mode": "hostNetwork",
    "pid": "hostPID",
    "ipc": "hostIPC",
    "userns_mode": "hostUsers",
    "uts": "hostUTS",
    "cgroup": "hostCgroup",
}
_VERSION = re.compile(r"v?(\d+)")


class Door(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A server that asks nobody; see the head of the table."""

    images: tuple[str, ...]
    settings: tuple[str, ...]
    options: tuple[str, ...]
    source: str
    since: str = ""


@lru_cache(maxsize=1)
def _doors() -> dict[str, Door]:
    return {name: row for row in decode(kept(TABLE), list[Door]) for name in row.images}


def service_facts(
    service: Mapping[str, Any],
    key: str,
    where: Where,
    opened: tuple[OpenPort, ...] = (),
    around: object = None,
) -> Iterator[Observation]:
    """What a container's description decides, beside the ports it opens.

    `around` is the environment it has from another description, told where that one stands.
    """
    image = str(service.get("image") or "")
    name = image.partition("@")[0].rpartition("/")[2].partition(":")[0].lower()
    variables = list(given(service.get("environment"), ("environment",), where))
    found = list(said(variables, key, name))
    yield from found
    yield from secrets(variables, f"{key}.environment")
    if not any(isinstance(one, SignIn) for one in found):
        yield from _asks(service, image, key, where, opened, around)
    for part in ("command", "entrypoint", "healthcheck"):
        value = service.get(part)
        line = _line(value.get("test") if isinstance(value, Mapping) else value)
        if isinstance(line, str):
            yield from given_away(told(line), f"{key}.{part}", where((part,)), lines=False)
    if image or "build" in service or next(_reaches(service), None):
        yield _workload(service, image, key, where)


def _line(value: object) -> object:
    """A command as one line; how a health check is started is no part of it."""
    if not isinstance(value, list):
        return value
    words = [str(one) for one in value]
    if words[:1] == ["CMD-SHELL"]:
        return " ".join(words[1:])
    return " ".join(f"'{one}'" for one in words[words[:1] == ["CMD"] :])


def given(value: object, steps: tuple[Any, ...], where: Where) -> Iterator[Variable]:
    """The variables of a mapping, or of a list of `NAME=value`."""
    if isinstance(value, list):
        for place, item in enumerate(value):
            name, sign, said_ = str(item).partition("=")
            if sign:
                yield Variable(name.strip(), said_, where((*steps, place)))
    elif isinstance(value, Mapping):
        for name, one in value.items():
            if not isinstance(one, Mapping | list | Unknown):
                yield Variable(str(name), text(one), where((*steps, name)))


def _asks(
    service: Mapping[str, Any],
    image: str,
    key: str,
    where: Where,
    opened: tuple[OpenPort, ...],
    around: object,
) -> Iterator[SignIn]:
    """Whether a server that asks nobody by itself is told to; only where people may come to it."""
    name = image.partition("@")[0].rpartition("/")[2].partition(":")[0].lower()
    door = _doors().get(name)
    if door is None:
        return
    variables = (*given(around, (), where), *given(service.get("environment"), (), where))
    set_ = {one.name for one in variables if one.value}
    words = f"{text_of(service.get('command'))} {text_of(service.get('entrypoint'))}"
    settings = next((one for one in door.settings if one in set_), "")
    option = next((one for one in door.options if one in words), "")
    tag = _VERSION.match(image.partition("@")[0].rpartition("/")[2].partition(":")[2])
    newer = bool(door.since) and (tag is None or int(tag[1]) >= int(door.since))
    if settings or option or newer:
        guarded: Seen[bool] = unresolved(f"{option} decides") if option[:1] == "." else True
        shown = settings or option or f"{name} asks by itself since {door.since}"
        if option.startswith("--requirepass") and re.search(
            r"--requirepass\s+(?:''|\"\"|$)", words
        ):
            guarded = False
        yield SignIn("anonymous", guarded, clean(shown, 100), **where(("image",)).stamp(key))
        return
    public = next(
        (one.public for one in opened if one.use == "data" and one.public is not False), False
    )
    mounts = text_of(service.get("volumes"))
    if public is not False:
        closed: Seen[bool] = (
            unresolved("its configuration file decides")
            if "conf" in mounts or service.get("env_file")
            else False
        )
        if unseen(public) and closed is False:
            closed = unresolved("whether anybody may reach it is not decided here")
        yield SignIn(
            "anonymous", closed, f"{name} asks nobody by default", **where(("image",)).stamp(key)
        )


def text_of(value: object) -> str:
    """A command as text, however it is written."""
    if isinstance(value, list):
        return " ".join(text_of(one) for one in value)
    if isinstance(value, Mapping):
        return " ".join(text_of(one) for one in value.values())
    return "" if value is None or isinstance(value, Unknown) else str(value)


def _workload(service: Mapping[str, Any], image: str, key: str, where: Where) -> Workload:
    found = list(_reaches(service))
    place = where(found[0][1]) if found else where(("user",) if "user" in service else ())
    return Workload(
        tuple(dict.fromkeys(word for word, _ in found)),
        _as_root(service, image),
        **place.stamp(key),
    )


def _as_root(service: Mapping[str, Any], image: str) -> Seen[bool]:
    user = service.get("user")
    if user is None:
        decided = image_user(image) if image else None
        return False if decided is False else unresolved("no user here: the image decides")
    if isinstance(user, Unknown):
        return user
    said_ = str(user).strip().lower()
    return unresolved(clean(said_, 60)) if "$" in said_ or not said_ else said_ in ROOT


def _reaches(service: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    if service.get("privileged") in (True, "true", "yes", "True"):
        yield "privileged", ("privileged",)
    for name, word in HOST.items():
        if service.get(name) == "host":
            yield word, (name,)
    added = service.get("cap_add")
    for place, one in enumerate(added if isinstance(added, list) else ()):
        if (word := str(one).upper().removeprefix("CAP_")) in MIGHTY:
            yield f"capability {word}", ("cap_add", place)
    options = service.get("security_opt")
    for place, one in enumerate(options if isinstance(options, list) else ()):
        if str(one).replace("=", ":").endswith(":unconfined"):
            yield clean(str(one), 40), ("security_opt", place)
    volumes = service.get("volumes")
    for place, one in enumerate(volumes if isinstance(volumes, list) else ()):
        source = str(
            one.get("source", "") if isinstance(one, Mapping) else str(one).partition(":")[0]
        )
        bound = not isinstance(one, Mapping) or one.get("type", "bind") == "bind"
        if bound and source.endswith(SOCKETS):
            yield "docker socket", ("volumes", place)
        elif bound and SENSITIVE.fullmatch(source.rstrip("/") or ("/" if source else "")):
            yield f"hostPath {clean(source, 60)}", ("volumes", place)
