"""A program sent to a host: sources of rempart run there in memory, and counts come back.

One script on the host's one SSH connection, for the Python that is there. Nothing
is written on the host. The program's `answer(order)` returns one line of JSON; it stands between
two marks drawn for this run, so that a host that prints something else is not believed.
"""

import base64
import json
import secrets
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final, TypeVar

import msgspec

from rempart.collectors.text import clean
from rempart.errors import Limited, NoCollector, Reason, Truncated
from rempart.transport.access import Access

SPARE: Final = 10.0  # seconds for the way there and back
ANSWER: Final = 16_000_000  # bytes a host may answer
GARBLED: Final = "the host's answer is not what was asked for"
# What every program needs to make observations.
VOCABULARY: Final = ("errors", "unknown", "check")
LARGEST: Final = 1 << 53
_OURS: Final = frozenset({"subject", "vantage", "taken", "root"})
T = TypeVar("T")
# Packages are empty there, and msgspec's structs are dataclasses.
_BOOT: Final = """
import dataclasses, datetime, enum, importlib, importlib.abc, importlib.machinery, sys, types

if not hasattr(enum, "StrEnum"):  # before Python 3.11
    class StrEnum(str, enum.Enum):
        __str__ = str.__str__
    enum.StrEnum = StrEnum
if not hasattr(datetime, "UTC"):
    datetime.UTC = datetime.timezone.utc

class Struct:
    def __init_subclass__(cls, frozen=False, eq=True, kw_only=False, **_):
        dataclasses.dataclass(frozen=frozen, eq=eq, kw_only=kw_only)(cls)

class Sent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name in SOURCES or any(one.startswith(name + ".") for one in SOURCES):
            package = name not in SOURCES or any(one.startswith(name + ".") for one in SOURCES)
            return importlib.machinery.ModuleSpec(name, self, is_package=package)
    def create_module(self, spec):
        return None
    def exec_module(self, module):
        name = module.__name__
        exec(compile(SOURCES.get(name, ""), name, "exec"), module.__dict__)

sys.modules["msgspec"] = types.ModuleType("msgspec")
sys.modules["msgspec"].Struct = Struct
sys.meta_path.insert(0, Sent())
print(NONCE + " " + importlib.import_module(START).answer(ORDER) + " " + NONCE, flush=True)
"""
_RUN: Final = (
    "import base64,sys,zlib;"
    'exec(compile(zlib.decompress(base64.b64decode(sys.stdin.buffer.read())),"rempart","exec"))'
)


@dataclass(frozen=True, slots=True)
class Program:
    """What goes to a host: modules below `rempart`, and the one whose `answer(order)` is called.

    `of` says in a report what could not be looked at for want of Python there, of the version
    `python` or newer: 3.11, or 3.10 for sources that are tried on it.
    """

    start: str
    modules: tuple[str, ...]
    of: str
    python: tuple[int, int] = (3, 11)

    def sources(self) -> Iterator[tuple[str, str]]:
        """The text of each module, by its name. A package that has code is sent by its own name."""
        root = resources.files("rempart")
        for name in dict.fromkeys((*self.modules, self.start)):
            *folders, module = name.split(".")
            file = root.joinpath(*folders, f"{module}.py")
            if not file.is_file():
                file = root.joinpath(*folders, module, "__init__.py")
            yield f"rempart.{name}", file.read_text("utf-8")


def said(program: Program, order: Mapping[str, Any], access: Access, host: Any) -> Any:  # noqa: ANN401
    """What the program answers there, as JSON decodes it: hostile until `harmless` and `told`.

    Raises CollectError: NoCollector where the host has no Python or was brought as files, Limited
    where it took too long, Truncated where the answer is cut or garbled.
    """
    nonce = secrets.token_hex(16)
    return answered(printed(script(program, order, nonce), access, host), nonce, program)


def seconds(access: Access) -> float:
    """The time a program there may take."""
    return max(1.0, access.deadline.remaining() - SPARE)


def printed(asked: bytes, access: Access, host: Any) -> bytes:  # noqa: ANN401
    """What the host prints when given the script."""
    if host.ssh == "local":
        from rempart.transport.local import here

        return here(asked, access.deadline.remaining())
    if not host.ssh:
        raise NoCollector("what lies on a host that was brought as files is not read")
    from rempart.transport.ssh import run_script

    output = run_script(access, host, asked, cap=ANSWER)
    if output.reason is Reason.LIMIT:
        raise Limited("the host did not answer within the time allowed")
    return output.stdout


def script(program: Program, order: Mapping[str, Any], nonce: str) -> bytes:
    """A POSIX shell script; `printf` is the shell's own, so nothing stands in a process list."""
    names = {"SOURCES": dict(program.sources()), "ORDER": dict(order), "NONCE": nonce}
    names["START"] = f"rempart.{program.start}"
    text = "".join(f"{name} = {value!r}\n" for name, value in names.items()) + _BOOT
    packed = base64.b64encode(zlib.compress(text.encode(), 9)).decode()
    return (
        "for python in python3 python3.14 python3.13 python3.12 python3.11 python3.10; do\n"
        'if command -v "$python" >/dev/null 2>&1 &&\n'
        f'"$python" -I -S -c "import sys; sys.exit(sys.version_info < {program.python})" '
        "</dev/null\n"
        f"then printf %s '{packed}' | nice \"$python\" -I -S -B -c '{_RUN}'; exit; fi\n"
        f"done\necho '{nonce} nothing'\n"
    ).encode()


def answered(stdout: bytes, nonce: str, program: Program) -> Any:  # noqa: ANN401
    """The JSON between the marks. Raises NoCollector or Truncated."""
    mark = nonce.encode()
    _, begun, rest = stdout.partition(mark + b" ")
    if begun and rest.strip() == b"nothing":
        version = ".".join(map(str, program.python))
        raise NoCollector(
            f"no Python {version} or newer on the host: hand {program.of} over, or read it there"
        )
    body, ended, _ = rest.partition(b" " + mark)
    if not ended:
        raise Truncated("the host's Python ended before it answered")
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Truncated(GARBLED) from None


def harmless(value: Any) -> Any:  # noqa: ANN401
    """The same value, every text in it made fit to keep."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [harmless(each) for each in value]
    if isinstance(value, dict):
        return {clean(name): harmless(each) for name, each in value.items()}
    return value


def told(value: Any, as_: type[T]) -> T:  # noqa: ANN401
    """The value as a type, strictly. Raises Truncated where it is no such thing.

    Whose observation it is, when and how it was seen is the engine's to say, not the host's.
    """
    try:
        return msgspec.convert(_bounded(harmless(value)), as_)
    except (ValueError, RecursionError, TypeError, OverflowError):
        raise Truncated(GARBLED) from None


def _bounded(value: Any) -> Any:  # noqa: ANN401
    """The same without what a host may not say. Raises ValueError for figures beyond any count."""
    if isinstance(value, list):
        return [_bounded(each) for each in value]
    if isinstance(value, dict):
        return {name: _bounded(each) for name, each in value.items() if name not in _OURS}
    if isinstance(value, int | float) and abs(value) > LARGEST:
        raise ValueError(GARBLED)
    return value


def below(folder: str, but: Iterable[str] = ()) -> tuple[str, ...]:
    """The modules of a package below `rempart`, less those named."""
    root = resources.files("rempart").joinpath(*folder.split("."))
    names = sorted(one.name for one in root.iterdir() if one.name.endswith(".py"))
    left_out = {"__init__", *but}
    found = (name.removesuffix(".py") for name in names)
    return tuple(f"{folder}.{name}" for name in found if name not in left_out)
