"""crypttab and fstab: volumes with weak ciphers, shares mounted in clear, passwords in options.

Source: crypttab(5), fstab(5), nfs(5), mount.cifs(8).
"""

import re
from collections.abc import Iterator

from rempart.check import Observation, Seen
from rempart.collectors.repository.places import secret
from rempart.collectors.repository.secrets.given import written
from rempart.collectors.repository.servers.lines import TEMPLATED, Line, Text
from rempart.collectors.repository.terraform.values import unresolved
from rempart.collectors.text import clean
from rempart.observations.transit import Transit
from rempart.observations.volumes import Volume

WEAK = re.compile(
    r"(?:.*-)?ecb(?:-.*)?|(?:des|des3_ede|blowfish|cast5|arc4|rc4)\b.*|.*-plain(?:-.*)?$|.*-cbc-plain"
)
_NETWORK = ("nfs", "nfs4", "cifs", "smb3", "smbfs")


def crypttab(text: Text) -> Iterator[Observation]:
    """Each mapping: its cipher where one is named; without one the header's decides."""
    for line, (name, _, _, options) in _rows(text, 2, 4):
        given = _options(options)
        cipher = given.get("cipher", "")
        plain = "plain" in given
        encrypted: Seen[bool] = True
        if plain and not cipher:
            cipher = "aes-cbc-plain"  # cryptsetup's default of plain mappings before 2.7
        if cipher and WEAK.fullmatch(cipher):
            encrypted = not re.search(r"ecb|des|rc4|arc4", cipher)
        if any(TEMPLATED.search(one) for one in (name, options)) or not line.sure:
            encrypted = unresolved(clean(line.text.strip(), 80))
        stamp = text.place(line.number).stamp(f"{text.path} {name}")
        holder = None if encrypted is False else "host"
        yield Volume(encrypted, clean(cipher, 60) or None, holder, "crypttab", None, **stamp)


def fstab(text: Text) -> Iterator[Observation]:
    """Shares of other machines: whether what crosses the wire is encrypted."""
    for line, (device, mount, kind, options) in _rows(text, 3, 4):
        if kind.lower() not in _NETWORK:
            continue
        given = _options(options)
        key = f"{text.path} {mount}"
        fact: Seen[bool] = _sealed(kind.lower(), given)
        if TEMPLATED.search(options) or not line.sure:
            fact = unresolved(clean(options, 80))
        words = clean(f"{device} {kind} {_shown(options)}", 100)
        yield Transit("file system", fact, words, **text.place(line.number).stamp(key))
        value = given.get("password") or given.get("pass") or ""
        literal = written(value)
        if literal is not None:
            yield secret(
                "password", f"{key} password", literal, text.place(line.number), value, "password"
            )


def _sealed(kind: str, given: dict[str, str]) -> bool:
    if kind.startswith("nfs"):
        return given.get("sec") == "krb5p" or given.get("xprtsec") in ("tls", "mtls")
    return "seal" in given


def _options(text: str) -> dict[str, str]:
    return dict(part.partition("=")[::2] for part in text.split(","))


def _shown(options: str) -> str:
    return re.sub(r"\b(pass(?:word)?)=[^,]*", r"\1=…", options)


def _rows(text: Text, least: int, most: int) -> Iterator[tuple[Line, list[str]]]:
    for line in text.lines:
        words = line.text.partition("#")[0].split()
        if len(words) >= least:
            yield line, [*words, *[""] * most][:most]
