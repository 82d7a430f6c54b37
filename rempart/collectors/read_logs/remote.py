"""A log on another host: the sources that read and measure are sent there and run in its memory.

One script on the host's one SSH connection, for the Python that is there (3.11 or newer). Nothing
is written on the host, no name and no number of a person leaves it.
"""

import base64
import json
import logging
import secrets
import zlib
from collections.abc import Iterator
from importlib import resources
from typing import Any, Final

import msgspec

from rempart.collectors.read_logs import refused
from rempart.collectors.read_logs.orders import declared, limit, rules
from rempart.collectors.read_logs.pseudonyms import pseudonym
from rempart.collectors.read_logs.reader import Facts
from rempart.collectors.text import clean
from rempart.errors import Limited, NoCollector, Reason, Truncated
from rempart.reading.batch import Measured
from rempart.transport.access import Access

SPARE: Final = 10.0  # seconds for the way there and back
PYTHON: Final = "no Python 3.11 or newer on the host: hand the log over, or read it there"
GARBLED: Final = "the host's answer is not what was asked for"
log = logging.getLogger(__name__)
_SENT: Final = (
    "errors",
    "unknown",
    "check",
    "inventory.log_fields",
    "inventory.patterns",
    "observations.identifiers.check_digits",
    "observations.identifiers.french",
    "observations.identifiers.spelling",
    "observations.reading",
    *(f"collectors.read_logs.{name}" for name in (
        "packing", "sources", "fields", "json_lines", "csv_lines", "layouts", "text_lines",
        "moments", "pseudonyms", "mapping", "tally", "reader", "on_host",
    )),
)  # fmt: skip
_NOT_SENT: Final = frozenset({"rules"})  # reads YAML; its rules are sent read
# Packages are empty there, and msgspec's structs are dataclasses.
_BOOT: Final = """
import dataclasses, importlib.abc, importlib.machinery, json, sys, types

class Struct:
    def __init_subclass__(cls, frozen=False, eq=True, kw_only=False, **_):
        dataclasses.dataclass(frozen=frozen, eq=eq, kw_only=kw_only)(cls)

class Sent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name in SOURCES or any(one.startswith(name + ".") for one in SOURCES):
            package = name not in SOURCES
            return importlib.machinery.ModuleSpec(name, self, is_package=package)
    def create_module(self, spec):
        return None
    def exec_module(self, module):
        name = module.__name__
        exec(compile(SOURCES.get(name, ""), name, "exec"), module.__dict__)

sys.modules["msgspec"] = types.ModuleType("msgspec")
sys.modules["msgspec"].Struct = Struct
sys.meta_path.insert(0, Sent())
from rempart.collectors.read_logs.on_host import answer
print(NONCE + " " + answer(ORDER) + " " + NONCE, flush=True)
"""
_RUN: Final = (
    "import base64,sys,zlib;"
    'exec(compile(zlib.decompress(base64.b64decode(sys.stdin.buffer.read())),"rempart","exec"))'
)


class Reply(msgspec.Struct, frozen=True):
    """What a host answers."""

    facts: Facts | None = None
    measured: Measured | None = None
    missing: tuple[str, str] | None = None
    names: dict[str, str] = {}


def read(subject: Any, access: Access) -> tuple[Facts, Measured]:  # noqa: ANN401
    """Facts and measures of the log. Raises CollectError.

    Where the payer asked for the table of names, and the mandate lets more than counts cross, the
    names of the accounts told apart come along, for that table alone.
    """
    host = access.inventory.by_id[subject.on]
    nonce = secrets.token_hex(16)
    asked = order(subject, access.deadline.remaining() - SPARE) | {"named": _named(host, access)}
    reply = answered(_said(host, access, script(asked, nonce)), nonce)
    if reply.facts is None or reply.measured is None:
        raise Truncated(GARBLED)
    if access.register is not None and asked["named"]:
        reported = {hashed for hashed, _ in reply.measured.accounts}
        table = {hashed: reply.names.get(str(hashed), "") for hashed in reported}
        access.register(subject.id, {pseudonym(one): name for one, name in table.items() if name})
    return reply.facts, reply.measured


def _named(host: Any, access: Access) -> bool:  # noqa: ANN401
    """Whether names may come back: never where nobody asked for their table."""
    if access.register is None:
        return False
    if host.ssh == "local" or getattr(access.authorisation, "transit", "") == "sample":
        return True
    log.warning(
        "%s: its accounts are not in the table of names: only counts may cross the network "
        "(transit: counts); agree on transit: sample, or run the audit on %s",
        access.subject.id,
        host.id,
    )
    return False


def _said(host: Any, access: Access, asked: bytes) -> bytes:  # noqa: ANN401
    """What the host printed."""
    from rempart.transport.ssh import run_script

    if host.ssh == "local":
        from rempart.collectors.host import here

        return here(asked, access.deadline.remaining())
    if not host.ssh:
        raise NoCollector("a log of a host that was brought as files is not read")
    output = run_script(access, host, asked)
    if output.reason is Reason.LIMIT:
        raise Limited("the host did not answer within the time allowed")
    return output.stdout


def order(subject: Any, seconds: float) -> dict[str, Any]:  # noqa: ANN401
    """What the host is to do."""
    own = declared(subject)
    key = subject.pseudonyms.resolve().encode() if subject.pseudonyms else b""
    ceiling = subject.ceiling and _plain(limit(subject.ceiling))
    return {
        "path": str(subject.path),
        "declared": msgspec.to_builtins(own),
        "key": key.hex(),
        "ceiling": ceiling or None,
        "alarms": [_plain(limit(each)) for each in subject.alarm],
        "rules": msgspec.to_builtins(rules(subject)),
        "population": subject.population,
        "seconds": max(1.0, seconds),
    }


def script(asked: dict[str, Any], nonce: str) -> bytes:
    """A POSIX shell script; `printf` is the shell's own, so nothing stands in a process list."""
    program = f"SOURCES = {dict(sent())!r}\nORDER = {asked!r}\nNONCE = {nonce!r}\n{_BOOT}"
    packed = base64.b64encode(zlib.compress(program.encode(), 9)).decode()
    return (
        "for python in python3 python3.14 python3.13 python3.12 python3.11; do\n"
        'if command -v "$python" >/dev/null 2>&1 &&\n'
        '"$python" -I -S -c "import sys; sys.exit(sys.version_info < (3, 11))" </dev/null\n'
        f"then printf %s '{packed}' | nice \"$python\" -I -S -B -c '{_RUN}'; exit; fi\n"
        f"done\necho '{nonce} nothing'\n"
    ).encode()


def sent() -> Iterator[tuple[str, str]]:
    """The sources that go there, by module."""
    root = resources.files("rempart")
    for name in _SENT:
        *folders, module = name.split(".")
        yield f"rempart.{name}", root.joinpath(*folders, f"{module}.py").read_text("utf-8")
    for file in sorted(root.joinpath("reading").iterdir(), key=lambda one: one.name):
        name = file.name.removesuffix(".py")
        if file.name.endswith(".py") and name != "__init__" and name not in _NOT_SENT:
            yield f"rempart.reading.{name}", file.read_text("utf-8")


def answered(stdout: bytes, nonce: str) -> Reply:
    """What the host's answer says; every text in it but the names of accounts is made harmless."""
    mark = nonce.encode()
    _, begun, rest = stdout.partition(mark + b" ")
    if begun and rest.strip() == b"nothing":
        raise NoCollector(PYTHON)
    body, ended, _ = rest.partition(b" " + mark)
    if not ended:
        raise Truncated("the host's Python ended before it answered")
    try:
        said = json.loads(body)
        names = said.pop("names", {})
        reply = msgspec.convert(_harmless(said) | {"names": names}, Reply)
    except (ValueError, RecursionError, AttributeError, TypeError):
        raise Truncated(GARBLED) from None
    if reply.missing is not None:
        raise refused(*reply.missing)
    if reply.facts is None or reply.measured is None:
        raise Truncated(GARBLED)
    return reply


def _harmless(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_harmless(each) for each in value]
    if isinstance(value, dict):
        return {clean(name): _harmless(each) for name, each in value.items()}
    return value


def _plain(one: Any) -> list[Any]:  # noqa: ANN401
    return [one.people, one.seconds, one.text]
