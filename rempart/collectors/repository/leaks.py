"""What commands give away, as observations of the thing they stand in."""

from collections.abc import Iterable, Iterator

from rempart.check import Observation
from rempart.collectors.repository.commands import Told
from rempart.collectors.repository.places import Place, secret
from rempart.collectors.text import clean
from rempart.observations.sign_in import SignIn
from rempart.observations.transit import PeerVerification, Transit


def given_away(
    found: Iterable[Told], key: str, place: Place, *, lines: bool = True
) -> Iterator[Observation]:
    """Each secret is one of its own; of the other topics the first stands for all.

    `lines` where the commands know their lines in the file.
    """
    ways: dict[tuple[str, str], Told] = {}
    seen: dict[str, int] = {}
    for one in found:
        if one.topic != "secret":
            verified = one.topic in ("unverified", "unsigned")
            ways.setdefault((one.topic, _looked_at(one) if verified else ""), one)
            continue
        name = " ".join(part for part in (one.program, one.name) if part)
        seen[name] = seen.get(name, 0) + 1
        numbered = name if seen[name] == 1 else f"{name} #{seen[name]}"
        here = place.at(one.line) if lines else place
        yield secret(one.kind, f"{key} {numbered}", one.literal, here, one.value, name)
    for (topic, looked_at), one in ways.items():
        stamp = (place.at(one.line) if lines else place).stamp(key)
        setting = clean(f"{one.program} {one.name}", 100)
        if looked_at:
            yield PeerVerification(looked_at, False, setting, **stamp)
        elif topic == "clear":
            yield Transit("client", False, setting, **stamp)
        else:
            yield SignIn("anonymous", False, setting, **stamp)


def _looked_at(one: Told) -> str:
    if one.topic == "unsigned":
        return "package signature"
    host_key = "HOST_KEY" in one.name or "HostKey" in one.name or "KnownHosts" in one.name
    return "host key" if host_key else "certificate"
