"""A realm's export, however large: people and their credentials in it are passed over unread."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from rempart.check import Gap, Observation
from rempart.collectors.identity.saved import content, files
from rempart.collectors.keycloak.realm import VERIFICATION, observations
from rempart.collectors.text import clean
from rempart.errors import Truncated

MOST: Final = 128 << 20
# What readers look at; the rest (users, groups, roles) is skipped without being built.
FIELDS: Final = (
    *("realm", "keycloakVersion", "passwordPolicy", "bruteForceProtected", "permanentLockout"),
    *("failureFactor", "waitIncrementSeconds", "maxDeltaTimeSeconds", "sslRequired"),
    *("browserFlow", "directGrantFlow", "resetCredentialsFlow", "authenticationFlows"),
    *(
        "requiredActions",
        "clients",
        "components",
        "registrationAllowed",
        "resetPasswordAllowed",
        "verifyEmail",
    ),
    *("otpPolicyType", "otpPolicyDigits", "otpPolicyAlgorithm", "otpPolicyCodeReusable"),
    *("otpPolicyPeriod", "otpPolicyLookAheadWindow", VERIFICATION),
    *("eventsEnabled", "eventsExpiration", "adminEventsEnabled", "adminEventsDetailsEnabled"),
)
Export = msgspec.defstruct(
    "Export", [(name, Any, msgspec.field(default=msgspec.UNSET)) for name in FIELDS]
)


@dataclass(frozen=True, slots=True)
class Spot:
    """A file, and the line a key of the realm stands on, where it stands there once."""

    source: str
    line: int | None

    def stamp(self, key: str) -> dict[str, Any]:
        """The fields of an observation that say which thing it is about and where it stands."""
        return {
            "key": clean(key, 300),
            "source": self.source,
            "line": self.line,
            "end_line": self.line,
        }


def realms(path: Path, only: str = "") -> Iterator[Observation | Gap]:
    """What the realms of an export decide; of a named one, where there are several.

    A folder is what the server writes with `--dir`: a file a realm, and files of people, which are
    passed over. Raises Truncated for what is no export, Limited, Unreachable or Privilege.
    """
    found = False
    for folder, raw, name in files(path, ".json"):
        text = content(folder / os.fsdecode(raw), MOST)
        several = [one for one in decoded(text, name) if only in ("", one.get("realm"))]
        lines = _Lines(text, single=len(several) == 1)

        def place(*steps: Any, named: str = name, at: _Lines = lines) -> Spot:  # noqa: ANN401
            return Spot(named, at.of(str(steps[0])) if len(steps) == 1 else None)

        for realm in several:
            if realm.keys() != {"realm"} or not path.is_dir():
                found = True
                yield from observations(realm, place)
    if not found:
        raise Truncated(f"{clean(path.name)}: no realm {clean(only, 60)} in it")


def decoded(raw: bytes, name: str) -> list[dict[str, Any]]:
    """The realms of an export, as much of each as readers look at. Raises Truncated."""
    several = raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"["
    try:
        kind: Any = list[Export] if several else Export  # type: ignore[valid-type]
        read = msgspec.json.decode(raw.removeprefix(b"\xef\xbb\xbf"), type=kind)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise Truncated(f"{name}: no JSON of a realm") from None
    exports = read if several else [read]
    plain = [_given(one) for one in exports]
    return [one for one in plain if isinstance(one.get("realm"), str)]


def _given(export: Any) -> dict[str, Any]:  # noqa: ANN401
    values = {name: getattr(export, name) for name in FIELDS}
    return {name: value for name, value in values.items() if value is not msgspec.UNSET}


class _Lines:
    """Lines of a realm's own keys; a file of several realms has none."""

    def __init__(self, raw: bytes, *, single: bool) -> None:
        self._raw, self._single = raw, single

    def of(self, key: str) -> int | None:
        """The line of a key, where the file has it once."""
        mark = f'"{key}"'.encode()
        place = self._raw.find(mark) if self._single else -1
        if place < 0 or self._raw.find(mark, place + 1) >= 0:
            return None
        return self._raw.count(b"\n", 0, place) + 1
