"""Redis and Valkey: redis.conf, and the same settings as options of redis-server.

Source: redis.conf of Redis 7.4; `protected-mode yes` and `bind 127.0.0.1 -::1` are the defaults.
"""

from collections.abc import Iterator

from rempart.check import Observation, Seen, Unknown
from rempart.collectors.repository.places import secret
from rempart.collectors.repository.secrets.given import written
from rempart.collectors.repository.servers.lines import Setting, Settings, Text, assigned
from rempart.collectors.repository.servers.versions import listed, offered
from rempart.collectors.repository.terraform.values import unresolved
from rempart.observations.sign_in import SignIn
from rempart.observations.transit import Transit

SECRETS = ("requirepass", "masterauth", "tls-key-file-pass")
_LOOPBACK = ("127.0.0.1", "-::1", "::1", "localhost", "-127.0.0.1")


def redis_conf(text: Text) -> Iterator[Observation]:
    """What a redis.conf decides."""
    settings = Settings.of(text, (_setting(one) for one in assigned(text, separator=" ")))
    if not settings.found:
        return
    for name in SECRETS:
        for one in settings.found.get(name, ()):
            literal = written(one.value)
            if literal is not None:
                key = f"{text.path} {name}"
                yield secret("password", key, literal, text.place(one.line), one.value, name)
    here = _only_here(settings)
    yield from _guarded(text, settings, here)
    yield from _clear(text, settings, here)
    versions, value = settings.last("tls-protocols"), settings.value("tls-protocols")
    if versions is not None and isinstance(value, str):
        yield from offered(text, listed(value.strip("\"'").split()), versions.line)


def _setting(one: Setting) -> Setting:
    return Setting(one.name, one.value.strip("\"'"), one.line, one.sure)


def _only_here(settings: Settings) -> Seen[bool]:
    """Whether only the machine itself may connect."""
    bound = settings.value("bind")
    if isinstance(bound, Unknown):
        return bound
    if isinstance(bound, str):
        return all(one in _LOOPBACK for one in bound.split())
    protected = settings.value("protected-mode")
    if isinstance(protected, Unknown):
        return protected
    return protected != "no" or "bind" not in settings.found


def _guarded(text: Text, settings: Settings, here: Seen[bool]) -> Iterator[SignIn]:
    for one in settings.found.get("user", ()):
        words = one.value.split()
        if words[:1] == ["default"] and "nopass" in words and "on" in words:
            yield SignIn("anonymous", False, one.shown, **text.place(one.line).stamp(text.path))
            return
    asked = settings.last("requirepass", "aclfile", "user")
    if asked is not None and asked.value:
        said = "requirepass is set" if asked.name == "requirepass" else asked.shown
        guarded: Seen[bool] = True if asked.sure else unresolved(f"{said}, under a condition")
        yield SignIn("anonymous", guarded, said, **text.place(asked.line).stamp(text.path))
        return
    if text.open:
        here = unresolved(f"{text.path} may say requirepass")
    place = settings.last("protected-mode", "bind")
    line = place.line if place else 1
    shown = f"no requirepass, {place.shown}" if place else "no requirepass"
    yield SignIn("anonymous", here, shown, **text.place(line).stamp(text.path))


def _clear(text: Text, settings: Settings, here: Seen[bool]) -> Iterator[Transit]:
    plain, tls = settings.last("port"), settings.last("tls-port")
    if here is True and tls is None:
        return
    number = settings.value("port")
    closed = isinstance(number, str) and number == "0"
    fact: Seen[bool] = number if isinstance(number, Unknown) else closed
    decided = plain or tls or settings.last("bind")
    shown = plain.shown if plain else "port is absent: 6379 without TLS by default"
    line = decided.line if decided else 1
    yield Transit("cache", fact, shown, **text.place(line).stamp(text.path))
