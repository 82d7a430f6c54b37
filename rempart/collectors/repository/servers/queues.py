"""Message brokers: rabbitmq.conf and mosquitto.conf.

Source: rabbitmq.com, configuration and TLS; mosquitto.conf(5) (2.0: anonymous clients are refused
unless no listener is configured, then only the machine itself may connect).
"""

from collections.abc import Iterator

from rempart.check import Observation, Seen, Unknown
from rempart.collectors.repository.places import secret
from rempart.collectors.repository.secrets.given import kind_of, written
from rempart.collectors.repository.servers.lines import Settings, Text, assigned
from rempart.collectors.repository.servers.versions import at_least, listed, offered
from rempart.collectors.repository.terraform.values import unresolved
from rempart.observations.sign_in import SignIn
from rempart.observations.transit import PeerVerification, Transit

YES = {"true": True, "false": False}
NO = {"true": False, "false": True}


def rabbitmq_conf(text: Text) -> Iterator[Observation]:
    """What a rabbitmq.conf decides; without a TCP listener named, 5672 is open in clear."""
    settings = Settings.of(text, assigned(text))
    if not settings.found:
        return
    yield from _given(text, settings, ("default_pass",))
    plain = next(
        (one for name, (*_, one) in settings.found.items() if name.startswith("listeners.tcp")),
        None,
    )
    tls = next(
        (one for name, (*_, one) in settings.found.items() if name.startswith("listeners.ssl")),
        None,
    )
    if plain is not None or tls is not None:
        closed = plain is not None and plain.value.lower() == "none"
        shown = plain.shown if plain else "listeners.tcp is absent: 5672 without TLS by default"
        line = (plain or tls).line  # type: ignore[union-attr]
        yield Transit("queue", closed, shown, **text.place(line).stamp(text.path))
    named = [
        one
        for name, ones in settings.found.items()
        if name.startswith("ssl_options.versions")
        for one in ones
    ]
    if named:
        yield from offered(text, listed(one.value for one in named), named[0].line)
    verify = settings.decided(
        ("ssl_options.verify",), {"verify_none": False, "verify_peer": True}, None
    )
    if verify is not None:
        stamp = text.place(verify.line).stamp(text.path)
        yield PeerVerification("certificate", verify.value, verify.words, **stamp)
    yield from _open(text, settings)


def _open(text: Text, settings: Settings) -> Iterator[SignIn]:
    anonymous = settings.last("anonymous_login_user")
    if anonymous is not None and anonymous.value.lower() != "none":
        stamp = text.place(anonymous.line).stamp(text.path)
        yield SignIn("anonymous", False, anonymous.shown, **stamp)
    else:
        allowed = settings.decided(("mqtt.allow_anonymous",), NO, None)
        if allowed is not None:
            stamp = text.place(allowed.line).stamp(text.path)
            yield SignIn("anonymous", allowed.value, allowed.words, **stamp)
    guest = settings.decided(("loopback_users.guest",), YES, None) or settings.decided(
        ("loopback_users",), {"none": False, "guest": True}, None
    )
    if guest is not None:
        yield SignIn("shared", guest.value, guest.words, **text.place(guest.line).stamp(text.path))


def _given(text: Text, settings: Settings, names: tuple[str, ...]) -> Iterator[Observation]:
    for name, ones in settings.found.items():
        kind = "password" if name in names else kind_of(name.rpartition(".")[2])
        for one in ones:
            literal = written(one.value) if kind else None
            if literal is not None:
                key = f"{text.path} {name}"
                yield secret(kind, key, literal, text.place(one.line), one.value, name)


def mosquitto_conf(text: Text) -> Iterator[Observation]:
    """What a mosquitto.conf decides."""
    settings = Settings.of(text, assigned(text, separator=" "))
    if not settings.found:
        return
    listens = settings.last("listener", "port")
    anonymous = settings.decided(("allow_anonymous",), NO, None)
    if anonymous is not None:
        stamp = text.place(anonymous.line).stamp(text.path)
        yield SignIn("anonymous", anonymous.value, anonymous.words, **stamp)
    if (
        listens is not None
        and "127.0.0.1" not in listens.value
        and "localhost" not in listens.value
    ):
        keys = settings.last("certfile", "psk_file")
        clear: Seen[bool] = _clear(settings, keys is not None)
        stamp = text.place(listens.line).stamp(text.path)
        yield Transit("queue", clear, listens.shown, **stamp)
    least = settings.last("tls_version")
    if least is not None:
        value = settings.value("tls_version")
        yield from offered(text, at_least(value, least.shown), least.line)
    yield from _given(text, settings, ("remote_password", "password"))


def _clear(settings: Settings, encrypted: bool) -> Seen[bool]:
    """One listener is decided; of several, some may stay in clear."""
    listeners = settings.found.get("listener", []) + settings.found.get("port", [])
    if len(listeners) > 1:
        certificates = settings.found.get("certfile", []) + settings.found.get("psk_file", [])
        return len(certificates) >= len(listeners)
    value = settings.value("certfile", "psk_file")
    if isinstance(value, Unknown) and not encrypted:
        return unresolved("a template may say certfile")
    return encrypted
