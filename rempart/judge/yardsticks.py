"""The topics on which authorities publish thresholds; one class a topic.

`audits/yardsticks/<authority>.yaml` holds, under the topic's name, dated entries of these fields
(`from` there is `since` here). A field left out means that the authority gives no figure.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import msgspec

from rempart.check import Yardstick


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row inside an entry, strict when read."""


@dataclass(frozen=True, slots=True)
class TlsVersions(Yardstick):
    """Protocol versions by grade: SSLv2, SSLv3, TLSv1, TLSv1.1, TLSv1.2, TLSv1.3.

    `require` lists versions that must be offered, where an authority says so.
    """

    topic: ClassVar[str] = "tls_versions"

    prefer: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()
    tolerate: tuple[str, ...] = ()
    discourage: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    require: tuple[str, ...] = ()


class DaysFrom(_Row, frozen=True):
    """From this date of issue, a certificate may live at most so many days."""

    issued_from: date
    days: int


@dataclass(frozen=True, slots=True)
class CertificateLifetime(Yardstick):
    """Days a certificate may live, by date of issue; `public_only` leaves private PKI outside.

    `before` holds for certificates issued before the first date of `max_days`, or for all of them
    when that is empty.
    """

    topic: ClassVar[str] = "certificate_lifetime"

    max_days: tuple[DaysFrom, ...] = ()
    before: int | None = None
    public_only: bool = False

    def days(self, issued: date) -> int | None:
        """The days allowed to a certificate issued on that date; None without a limit."""
        held = [row for row in self.max_days if row.issued_from <= issued]
        return max(held, key=lambda row: row.issued_from).days if held else self.before


@dataclass(frozen=True, slots=True)
class TlsSuiteFamilies(Yardstick):
    """Families of cipher suites by grade, as `rempart.judge.suites` names them.

    `encrypt_then_mac` is whether CBC suites are no worse than tolerated where they are sealed so.
    """

    topic: ClassVar[str] = "tls_suites"

    accept: tuple[str, ...] = ()
    tolerate: tuple[str, ...] = ()
    discourage: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    encrypt_then_mac: bool = False


@dataclass(frozen=True, slots=True)
class KeyExchangeGroups(Yardstick):
    """Groups of key exchange an authority lists, and the least modulus of Diffie-Hellman, in bits.

    Groups that stand in no list are not recommended.
    """

    topic: ClassVar[str] = "tls_groups"

    prefer: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()
    min_modulus_bits: int | None = None


@dataclass(frozen=True, slots=True)
class CertificateKeys(Yardstick):
    """Least sizes of a certificate's key, in bits, and the least public exponent of RSA."""

    topic: ClassVar[str] = "certificate_keys"

    min_rsa_bits: int | None = None
    min_ec_bits: int | None = None
    min_rsa_exponent: int | None = None


@dataclass(frozen=True, slots=True)
class HstsAge(Yardstick):
    """Seconds of HSTS max-age asked for, and whether subdomains must be included."""

    topic: ClassVar[str] = "hsts_age"

    min_seconds: int = 0
    subdomains: bool = False


class Example(_Row, frozen=True):
    """A policy an authority itself prints as worth so many bits."""

    length: int
    alphabet: int
    bits: int


class Printed(_Row, frozen=True):
    """A policy the authority prints as good enough: characters, classes of four, a lock or not."""

    length: int
    classes: int
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class PasswordRules(Yardstick):
    """What a password policy must guarantee.

    Bits are compared rounded, as the CNIL's own examples ask. `alphabet` is lower, upper, digits,
    specials as this authority counts them. `*_restricted` hold where failures are limited to
    `max_failures` or slowed; `min_length_mfa` where a second factor is required. An authority that
    is not `figured` names neither bits nor a length: against it a policy's strength is not judged.
    What is `printed` as good enough is, whatever its weakest password comes to. `*_device` hold for
    a code that opens a device in its holder's hands. `blocklist` is whether chosen passwords must
    be compared with common ones; `max_age_days` is the longest life of a privileged account's
    password, where one is given.
    """

    topic: ClassVar[str] = "password_rules"

    alphabet: tuple[int, int, int, int] = (26, 26, 10, 32)
    min_bits: int | None = None
    min_bits_restricted: int | None = None
    min_length: int | None = None
    min_length_mfa: int | None = None
    max_length_at_least: int | None = None
    max_failures: int | None = None
    composition: str = "counted"  # counted | expected | forbidden
    rotation: str = "none"  # none (no periodic change) | privileged | tolerated
    blocklist: bool = False
    min_bits_device: int | None = None
    max_failures_device: int | None = None
    max_age_days: int | None = None
    examples: tuple[Example, ...] = ()
    printed: tuple[Printed, ...] = ()

    @property
    def figured(self) -> bool:
        """Whether the authority names bits or a length at all."""
        return self.min_bits is not None or self.min_length is not None


class Argon2Cost(_Row, frozen=True):
    """One acceptable setting of Argon2id: memory in KiB and passes over it."""

    memory_kib: int
    passes: int


class ScryptCost(_Row, frozen=True):
    """One acceptable setting of scrypt: the binary logarithm of N, and p; r is 8."""

    log2_n: int
    parallel: int


@dataclass(frozen=True, slots=True)
class PasswordHashing(Yardstick):
    """Password hash schemes by grade, and the least cost of each where one is given.

    Schemes are named after crypt(5): yescrypt, gost-yescrypt, scrypt, bcrypt, sha512crypt,
    sha256crypt, md5crypt, descrypt; beside them argon2id, argon2i, argon2d, balloon,
    pbkdf2-sha256 (-sha1, -sha512), md5, sha1, sha256, sha512 for bare digests, nthash, `reversible`
    and `clear`. A scheme in no list is one the authority does not speak of.
    """

    topic: ClassVar[str] = "password_hashing"

    prefer: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()
    tolerate: tuple[str, ...] = ()
    discourage: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    argon2id: tuple[Argon2Cost, ...] = ()
    scrypt: tuple[ScryptCost, ...] = ()
    min_bcrypt_cost: int | None = None
    min_pbkdf2_sha1: int | None = None
    min_pbkdf2_sha256: int | None = None
    min_pbkdf2_sha512: int | None = None
    min_salt_bits: int | None = None


@dataclass(frozen=True, slots=True)
class SessionLimits(Yardstick):
    """Seconds a session may last in all and idle, at the assurance level the authority names."""

    topic: ClassVar[str] = "session_limits"

    level: str = ""
    overall_seconds: int | None = None
    idle_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class LogRetention(Yardstick):
    """Days access logs are kept: at least, and at most unless longer is justified."""

    topic: ClassVar[str] = "log_retention"

    min_days: int | None = None
    max_days: int | None = None
