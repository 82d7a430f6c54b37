"""The topics on which authorities publish thresholds; one class a topic.

`audits/yardsticks/<authority>.yaml` holds, under the topic's name, dated entries of these fields.
"""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from rempart.check import Yardstick


@dataclass(frozen=True, slots=True)
class TlsVersions(Yardstick):
    """Protocol versions by grade: SSLv2, SSLv3, TLSv1, TLSv1.1, TLSv1.2, TLSv1.3."""

    topic: ClassVar[str] = "tls_versions"

    prefer: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()
    tolerate: tuple[str, ...] = ()
    discourage: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DaysFrom:
    """From this date of issue, a certificate may live at most so many days."""

    issued_from: date
    days: int


@dataclass(frozen=True, slots=True)
class CertificateLifetime(Yardstick):
    """Days a certificate may live, by date of issue; `public_only` leaves private PKI outside."""

    topic: ClassVar[str] = "certificate_lifetime"

    max_days: tuple[DaysFrom, ...] = ()
    before: int | None = None
    public_only: bool = False


@dataclass(frozen=True, slots=True)
class HstsAge(Yardstick):
    """Seconds of HSTS max-age asked for, and whether subdomains must be included."""

    topic: ClassVar[str] = "hsts_age"

    min_seconds: int = 0
    subdomains: bool = False


@dataclass(frozen=True, slots=True)
class PasswordRules(Yardstick):
    """What a password policy must guarantee.

    Bits are compared rounded, as the CNIL's own examples ask. `alphabet` is lower, upper, digits,
    specials as this authority counts them. `*_restricted` hold where failures are limited to
    `max_failures` or slowed; `min_length_mfa` where a second factor is required.
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


@dataclass(frozen=True, slots=True)
class PasswordHashing(Yardstick):
    """Password hash schemes by grade (yescrypt, argon2id, bcrypt, sha512crypt, md5crypt ...)."""

    topic: ClassVar[str] = "password_hashing"

    prefer: tuple[str, ...] = ()
    accept: tuple[str, ...] = ()
    tolerate: tuple[str, ...] = ()
    discourage: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DiskEncryption(Yardstick):
    """LUKS parameters: versions and key derivations by grade, ciphers accepted, least sizes."""

    topic: ClassVar[str] = "disk_encryption"

    ciphers: tuple[str, ...] = ()
    min_key_bits: int = 0
    versions: tuple[int, ...] = ()
    derivations: tuple[str, ...] = ()
    discouraged_derivations: tuple[str, ...] = ()
    min_memory_kib: int = 0
