"""Entries of a directory, read-only, over the audit's own connection; the one door to ldap3.

ldap3 is given a socket that was dialled inside the mandate and counts what it reads. A password is
sent only where TLS is trusted, or where nobody can listen. Referrals are never followed. A
server's messages can hold anything, so none of them is shown.
"""

import contextlib
import struct
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from types import ModuleType
from typing import Any, Final
from urllib.parse import urlsplit

from rempart.errors import CollectError, Limited, NoCollector, Privilege, Refused, Truncated
from rempart.inventory.addresses import DEFAULT_PORTS
from rempart.transport import tls
from rempart.transport.access import Access, told
from rempart.transport.deadline import shut

PAGE: Final = 500  # entries asked for at once
MOST: Final = 256 << 20  # bytes of one reading
MOST_ENTRIES: Final = 500_000
START_TLS: Final = "1.3.6.1.4.1.1466.20037"
PAGED: Final = "1.2.840.113556.1.4.319"
# Result codes of RFC 4511 that end a search or a bind, and what they mean here.
CODES: Final[Mapping[int, tuple[type[CollectError], str]]] = {
    3: (Limited, "the server's time limit ended the search"),
    4: (Limited, "the server's size limit ended the search"),
    7: (Refused, "the server does not know this way of signing in"),
    8: (Refused, "the server wants a signed or encrypted connection"),
    11: (Limited, "the server's administrative limit ended the search"),
    13: (Refused, "the server wants TLS"),
    48: (Refused, "the server does not let this account sign in so"),
    49: (Refused, "the server does not accept this account and password"),
    50: (Privilege, "the account may not read that"),
}
NOWHERE: Final = frozenset({0, 10, 32})  # done, a referral, no such entry
GARBLED: Final = (
    *(struct.error, ValueError, LookupError, TypeError, AttributeError),
    *(RuntimeError, AssertionError, ArithmeticError, NotImplementedError, RecursionError),
)


@dataclass(slots=True)
class Ldap:
    """One connection to one directory server; `root` is what its root entry says."""

    access: Access
    host: str
    port: int
    connection: Any = None
    raw: Any = None
    secure: bool = False
    left: int = MOST
    cut: str = ""
    root: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict)

    @property
    def where(self) -> str:
        """The server, for a person."""
        return f"{self.host} port {self.port}"

    @property
    def local(self) -> bool:
        """Whether nobody else can listen on the way."""
        return ip_address(self.raw.getpeername()[0].partition("%")[0]).is_loopback

    def bind(self, name: str, password: str) -> None:
        """Sign in. Raises Refused, or where the password would go over an open wire."""
        if password and not self.secure and not self.local:
            raise Refused(f"{self.where}: the server offers no TLS, so nothing secret is sent")
        if name and not password:  # a server may take that for nobody, and say it is welcome
            raise Refused(f"{self.where}: a name without a password: write `password: env:...`")
        code = self.bind_code(name, password)
        if code != 0:
            raise _meant(self.where, code)

    def bind_code(self, name: str, password: str) -> int:
        """What the server answers to a simple bind: a result code of RFC 4511."""
        with self._in_words():
            self.connection.user, self.connection.password = name, password
            self.connection.authentication = "SIMPLE" if name else "ANONYMOUS"
            self.connection.bind()
            return self._code()

    def start_tls(self, ca: Any) -> bool:  # noqa: ANN401  (a path or None)
        """Go on over TLS; false where the server has none. Raises Refused where it is untrusted."""
        with self._in_words():
            self.connection.extended(START_TLS)
            if self._code() != 0:
                return False
        plain, self.raw = self.raw, None
        self.raw = tls.upgrade(
            self.access, plain, self.where, server_name=self.host, ca=ca, alpn=()
        )
        self.connection.socket, self.secure = _Metered(self), True
        return True

    def entries(
        self, base: str, filter_: str, attributes: Sequence[str], *, scope: str = "SUBTREE"
    ) -> Iterator[tuple[str, Mapping[str, tuple[bytes, ...]]]]:
        """Distinguished name and values of each entry, page by page; referrals are passed over.

        Raises Limited, Privilege, Refused or Truncated, after what came until then.
        """
        cookie, seen = b"", 0
        while True:
            page = self._page(base, filter_, attributes, scope, cookie)
            for one in page:
                seen += 1
                if seen > MOST_ENTRIES:
                    raise Limited(f"{self.where}: more than {MOST_ENTRIES} entries")
                yield one
            code = self._code()
            if code not in NOWHERE:
                raise _meant(self.where, code)
            cookie = self._cookie()
            if not cookie:
                return

    def close(self) -> None:
        """Close it without another word."""
        if self.raw is not None:
            shut(self.raw)
            self.raw.close()
            self.raw = None

    def _page(
        self, base: str, filter_: str, attributes: Sequence[str], scope: str, cookie: bytes
    ) -> list[tuple[str, Mapping[str, tuple[bytes, ...]]]]:
        self.access.deadline.check(self.where)
        with self._in_words():
            self.connection.search(
                base,
                filter_,
                scope,
                attributes=list(attributes),
                paged_size=PAGE if scope == "SUBTREE" else None,
                paged_cookie=cookie or None,
                time_limit=max(1, int(self.access.deadline.remaining())),
            )
            return [
                (str(one["dn"]), _values(one["raw_attributes"]))
                for one in self.connection.response or ()
                if one.get("type") == "searchResEntry"
            ]

    def _code(self) -> int:
        result = self.connection.result
        return int(result["result"]) if isinstance(result, dict) else -1

    def _cookie(self) -> bytes:
        controls = self.connection.result.get("controls") or {}
        value = controls.get(PAGED, {}).get("value", {})
        cookie = value.get("cookie", b"") if isinstance(value, dict) else b""
        return cookie if isinstance(cookie, bytes) else b""

    @contextlib.contextmanager
    def _in_words(self) -> Iterator[None]:
        """Turn whatever goes wrong inside into an error that may be shown."""
        errors = _library().core.exceptions
        try:
            yield
        except errors.LDAPExceptionError as error:
            self.access.deadline.check(self.where)
            if isinstance(error, errors.LDAPOperationResult):
                raise _meant(self.where, int(error.result or -1)) from None
            raise Truncated(f"{self.where}: no readable answer of a directory") from None
        except OSError as error:
            self.access.deadline.check(self.where)
            raise Truncated(f"{self.where}: {told(error)}") from None
        except GARBLED:
            self.access.deadline.check(self.where)
            raise Truncated(f"{self.where}: the answer is garbled") from None


class _Metered:
    """The connection as ldap3 takes it: it may read so much, and cannot open another."""

    def __init__(self, line: Ldap) -> None:
        self._line = line

    def recv(self, size: int) -> bytes:
        data: bytes = self._line.raw.recv(size)
        self._line.left -= len(data)
        if self._line.left < 0:
            raise Limited(f"{self._line.where}: more than {MOST >> 20} MB")
        if not data:
            raise ConnectionResetError("closed without an answer")
        return data

    def sendall(self, data: bytes) -> None:
        self._line.raw.sendall(data)

    def shutdown(self, _: int) -> None:
        """Left to the line."""

    def close(self) -> None:
        """Left to the line."""


@contextlib.contextmanager
def opened(access: Access, url: str, ca: Any = None) -> Iterator[Ldap]:  # noqa: ANN401
    """A connection to the server of an `ldap://` or `ldaps://` URL, not signed in.

    Raises NoCollector where ldap3 is missing, Unreachable, Refused or NotAuthorised.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme]
    line = Ldap(access, host, port)
    library = _library()
    try:
        if parts.scheme == "ldaps":
            line.raw = tls.secure(
                access, host, port, server_name=host, ca=ca, alpn=(), reading_only=False
            ).socket
            line.secure = True
        else:
            line.raw = access.dial(host, port)
        line.connection = _connection(library, line)
        yield line
    finally:
        line.close()


def read_root(line: Ldap) -> None:
    """Ask the server what it is: naming contexts, controls, capabilities."""
    for _, values in line.entries("", "(objectClass=*)", ("*", "+"), scope="BASE"):
        line.root = values


def _connection(library: ModuleType, line: Ldap) -> Any:  # noqa: ANN401
    """A connection of ldap3's over our socket; its address is never dialled."""
    server = library.Server("127.0.0.1", port=line.port, get_info=library.NONE)
    made = library.Connection(
        server,
        auto_bind=library.AUTO_BIND_NONE,
        auto_referrals=False,
        check_names=False,
        read_only=True,
        raise_exceptions=False,
        return_empty_attributes=False,
    )

    def take(*_: object, **__: object) -> None:
        made.socket, made.closed = _Metered(line), False

    made.strategy._open_socket = take
    made.open(read_server_info=False)
    return made


def _library() -> ModuleType:
    try:
        with warnings.catch_warnings():  # it uses names that pyasn1 deprecates
            warnings.simplefilter("ignore", DeprecationWarning)
            import ldap3
            import ldap3.core.exceptions
    except ImportError:
        raise NoCollector("directories need one package: pip install 'rempart[ldap]'") from None
    found: ModuleType = ldap3
    return found


def _values(raw: Mapping[str, Sequence[bytes]]) -> dict[str, tuple[bytes, ...]]:
    return {name.lower(): tuple(map(bytes, values)) for name, values in raw.items()}


def _meant(where: str, code: int) -> CollectError:
    kind, words = CODES.get(code, (Refused, f"the server refused (result {code})"))
    return kind(f"{where}: {words}")
