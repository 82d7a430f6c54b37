"""TLS handshakes over the audit's own connections."""

import functools
import socket
import ssl
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import certifi

from rempart.errors import CollectError, ContentError, NoCollector, Refused, Unreachable
from rempart.scope.addresses import literal
from rempart.transport.access import Access, told
from rempart.transport.raw import Before, begun, nothing

PATIENCE = 5.0  # seconds for each answer before TLS begins

# What OpenSSL says when the other side offers nothing a current client takes.
_OUTDATED = frozenset(
    {
        *("UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "WRONG_SSL_VERSION"),
        *("SSLV3_ALERT_HANDSHAKE_FAILURE", "TLSV1_ALERT_INSUFFICIENT_SECURITY"),
        *("DH_KEY_TOO_SMALL", "WRONG_SIGNATURE_TYPE", "UNSAFE_LEGACY_RENEGOTIATION_DISABLED"),
    }
)


@dataclass(frozen=True, slots=True)
class Handshake:
    """What a handshake agreed on and showed.

    `chain` is DER, the leaf first; `trust_error` is the verifier's own words when not `trusted`.
    `cipher` is OpenSSL's name of the suite, `suite` its registered number.
    """

    version: str
    cipher: str
    alpn: str
    chain: tuple[bytes, ...]
    trusted: bool
    trust_error: str = ""
    suite: int = 0


@dataclass
class Secured:
    """A TLS connection, and whether its certificate was trusted for the name asked."""

    socket: ssl.SSLSocket = field(repr=False)
    trusted: bool
    trust_error: str = ""


class Outdated(Refused):
    """The other side offers nothing a current client takes."""


def handshake(
    access: Access,
    host: str,
    port: int,
    *,
    server_name: str,
    ca: Path | None = None,
    alpn: tuple[str, ...] = ("h2", "http/1.1"),
    before: Before = nothing,
) -> Handshake:
    """What the endpoint agrees to and shows an ordinary client.

    Two connections when its certificate is not trusted, or when it offers only what no current
    client takes: the second one reads what it shows all the same.
    Raises Unreachable, Refused (no common protocol or cipher), Limited or NotAuthorised.
    """
    secured = secure(access, host, port, server_name=server_name, ca=ca, alpn=alpn, before=before)
    with secured.socket as sock:
        return _agreed(sock, secured.trusted, secured.trust_error)


def secure(
    access: Access,
    host: str,
    port: int,
    *,
    server_name: str,
    ca: Path | None = None,
    alpn: tuple[str, ...] = ("http/1.1",),
    reading_only: bool = True,
    known_untrusted: str = "",
    before: Before = nothing,
) -> Secured:
    """A TLS connection; untrusted and said so when its certificate is, if only reading.

    `known_untrusted` is an earlier `trust_error`: it saves the first connection. Raises Refused for
    an untrusted certificate when something secret is to be sent.
    """
    why = known_untrusted if reading_only else ""
    if not why:
        try:
            verifying = _verifying(ca, alpn)
            return Secured(_wrapped(access, host, port, server_name, verifying, before), True)
        except ssl.SSLCertVerificationError as error:
            why = error.verify_message or "not trusted"
        except Outdated as error:
            why = str(error)
    if not reading_only:
        raise Refused(f"{server_name}: certificate {why}, so nothing secret is sent")
    return Secured(_wrapped(access, host, port, server_name, _reading(alpn), before), False, why)


def finished(
    access: Access,
    host: str,
    port: int,
    *,
    server_name: str,
    version: str,
    before: Before = nothing,
) -> Handshake:
    """A whole handshake of one version, whatever the certificate.

    Raises NoCollector where this machine's own library no longer speaks the version, and as
    `handshake`.
    """
    with _wrapped(access, host, port, server_name, _of_version(version), before) as sock:
        return _agreed(sock, False, "")


def _agreed(sock: ssl.SSLSocket, trusted: bool, trust_error: str) -> Handshake:
    name = (sock.cipher() or ("",))[0]
    return Handshake(
        sock.version() or "",
        name,
        sock.selected_alpn_protocol() or "",
        _chain(sock),
        trusted,
        trust_error,
        _numbers().get(name, 0),
    )


@functools.cache
def _numbers() -> dict[str, int]:
    """Registered numbers of the suites this machine's library can finish a handshake with."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    return {each["name"]: each["id"] & 0xFFFF for each in context.get_ciphers()}


@functools.lru_cache(maxsize=16)
def _of_version(version: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.options |= 0x4  # OP_LEGACY_SERVER_CONNECT, which has its name since Python 3.12
    try:
        only = ssl.TLSVersion[version.replace(".", "_")]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # an old version is what is asked
            context.minimum_version = context.maximum_version = only
        context.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    except (KeyError, ValueError, ssl.SSLError):
        raise NoCollector(f"this machine's TLS library does not speak {version}") from None
    return context


def upgrade(
    access: Access,
    raw: socket.socket,
    where: str,
    *,
    server_name: str,
    ca: Path | None,
    alpn: tuple[str, ...],
) -> ssl.SSLSocket:
    """TLS on a connection that spoke another protocol first; `raw` is used up either way.

    Raises Refused for an untrusted certificate: something secret is to be sent.
    """
    try:
        return _over(access, raw, where, server_name, _verifying(ca, alpn))
    except ssl.SSLCertVerificationError as error:
        why = error.verify_message or "not trusted"
        raise Refused(f"{where}: certificate {why}, so nothing secret is sent") from None


def _wrapped(
    access: Access,
    host: str,
    port: int,
    server_name: str,
    context: ssl.SSLContext,
    before: Before,
) -> ssl.SSLSocket:
    raw = access.dial(host, port, name="" if literal(server_name) else server_name)
    if before is not nothing:
        try:
            begun(access, raw, f"{host} port {port}", PATIENCE, before)
            raw.settimeout(None)
        except BaseException:
            raw.close()
            raise
    return _over(access, raw, f"{host} port {port}", server_name, context)


def _over(
    access: Access, raw: socket.socket, where: str, server_name: str, context: ssl.SSLContext
) -> ssl.SSLSocket:
    try:
        sock = context.wrap_socket(raw, server_hostname=server_name, do_handshake_on_connect=False)
    except BaseException:
        raw.close()
        raise
    try:
        access.watch(sock)
        sock.do_handshake()
    except ssl.SSLCertVerificationError:
        sock.close()
        raise
    except (OSError, ValueError) as error:
        sock.close()
        access.deadline.check(where)
        raise _mapped(where, error) from None
    return sock


def _mapped(where: str, error: Exception) -> CollectError:
    if isinstance(error, ssl.SSLEOFError | ConnectionError):
        return Unreachable(f"{where}: closed during the TLS handshake")
    if isinstance(error, ssl.SSLError):
        reason = (error.reason or "no TLS").lower().replace("_", " ")
        kind = Outdated if error.reason in _OUTDATED else Refused
        return kind(f"{where}: TLS handshake failed ({reason})")
    return Unreachable(f"{where}: {told(error) if isinstance(error, OSError) else 'no TLS'}")


@functools.lru_cache(maxsize=64)
def _loaded(ca: Path | None, alpn: tuple[str, ...], _changed: int) -> ssl.SSLContext:
    """A context that trusts these authorities, or those of Mozilla: the same on every machine."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca is None:
        context.load_verify_locations(cafile=certifi.where())
    else:
        context.load_verify_locations(cafile=str(ca))
    context.set_alpn_protocols(list(alpn))
    return context


def _verifying(ca: Path | None, alpn: tuple[str, ...]) -> ssl.SSLContext:
    try:
        return _loaded(ca, alpn, ca.stat().st_mtime_ns if ca is not None else 0)
    except (OSError, ssl.SSLError) as error:
        raise ContentError(f"expected PEM certificates: {error}", file=ca or "") from None


@functools.lru_cache(maxsize=8)
def _reading(alpn: tuple[str, ...]) -> ssl.SSLContext:
    """A context that reads what any endpoint shows, however old it is; it trusts nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options |= 0x4  # OP_LEGACY_SERVER_CONNECT, which has its name since Python 3.12
    context.set_alpn_protocols(list(alpn))
    return context


def _chain(sock: ssl.SSLSocket) -> tuple[bytes, ...]:
    """The certificates the server sent; the leaf alone where Python cannot tell the rest."""
    public: Any = getattr(sock, "get_unverified_chain", None)  # Python 3.13
    if public is not None:
        return tuple(bytes(certificate) for certificate in public())
    private: Any = getattr(sock, "_sslobj", None)
    if hasattr(private, "get_unverified_chain"):
        sent = private.get_unverified_chain() or ()
        return tuple(ssl.PEM_cert_to_DER_cert(certificate.public_bytes()) for certificate in sent)
    leaf = sock.getpeercert(binary_form=True)
    return (leaf,) if leaf else ()
