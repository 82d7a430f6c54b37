"""Proof that a delivery is the one that was made: a digest of every file, and a signature.

`SHA256SUMS` lists the files as `sha256sum --check` reads them; its comments name the run. The
signature beside it is read by `ssh-keygen -Y verify`, so that nobody needs rempart to verify.
Sources: coreutils, sha256sum; OpenSSH, PROTOCOL.sshsig.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from rempart import sshsig
from rempart.background import DeliveryRecord
from rempart.errors import IntegrityError, UsageError
from rempart.plain import line
from rempart.sshsig import PublicKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NAMESPACE: Final = "rempart-report"
MANIFEST: Final = "SHA256SUMS"
SIGNATURE: Final = f"{MANIFEST}.sig"
SIGNERS: Final = "allowed_signers"
SEALS: Final = frozenset({MANIFEST, SIGNATURE, SIGNERS})  # what the manifest cannot list
RUN: Final = "run.json"
_NAME = re.compile(r"\w[\w.@+ -]*")
_LISTED = re.compile(r"([0-9a-f]{64}) [ *](.+)")
_HEADER = re.compile(r"# (\w+): (.*)")


@dataclass(frozen=True, slots=True)
class Seal:
    """What a verified delivery says of itself; `key` is None where nobody signed it."""

    run: str
    files: Mapping[str, str]
    key: PublicKey | None


def sealed(
    files: Mapping[str, bytes], run: str, key: "Ed25519PrivateKey | None" = None, name: str = ""
) -> dict[str, bytes]:
    """The files with their manifest and, given a key, its signature under the signer's name.

    Raises UsageError for a file name a manifest cannot hold.
    """
    lines = ["# rempart: manifest 1", f"# run: {line(run)}"]
    for file in sorted(files):
        if not _NAME.fullmatch(file) or file in SEALS:
            raise UsageError(f"expected a plain file name within the bundle, found {file!r}")
        lines.append(f"{sha256(files[file])}  {file}")
    manifest = ("\n".join(lines) + "\n").encode()
    done = {**files, MANIFEST: manifest}
    if key is not None:
        done[SIGNATURE] = sshsig.signature(manifest, key, NAMESPACE).encode()
        done[SIGNERS] = (
            f'{signer_name(name)} namespaces="{NAMESPACE}" {sshsig.public(key)}\n'.encode()
        )
    return done


def signer_name(name: str) -> str:
    """The name as `allowed_signers` may hold it: without blanks and patterns."""
    return re.sub(r"[^\w.@+-]+", "-", name).strip("-") or "rempart"


def verified(
    files: Mapping[str, bytes], signers: Iterable[PublicKey] = (), previous: str = ""
) -> Seal:
    """What the delivery says of itself, when it is as it was sealed.

    Raises UsageError for what is no delivery, IntegrityError with every fault otherwise: a file
    changed, missing or added, a signature that does not fit or is not by one of the signers, a run
    that does not follow the run file whose digest is `previous`.
    """
    if MANIFEST not in files:
        raise UsageError(f"expected a bundle with its {MANIFEST}")
    header, listed = _read(files[MANIFEST])
    faults = list(_faults(files, listed))
    key: PublicKey | None = None
    try:
        key = _signed(files, frozenset(signers))
    except IntegrityError as error:
        faults.append(f"{SIGNATURE}: {error}")
    if previous and previous != _previous(files.get(RUN, b"{}")):
        faults.append(f"{RUN}: does not follow the delivery given as the previous one")
    if faults:
        raise IntegrityError("\n".join(faults))
    return Seal(header.get("run", ""), listed, key)


def sha256(content: bytes) -> str:
    """The digest in hex."""
    return hashlib.sha256(content).hexdigest()


def _read(manifest: bytes) -> tuple[dict[str, str], dict[str, str]]:
    header: dict[str, str] = {}
    listed: dict[str, str] = {}
    for number, text in enumerate(manifest.decode("utf-8", "replace").splitlines(), 1):
        if found := _LISTED.fullmatch(text):
            if not _NAME.fullmatch(found[2]) or found[2] in listed:
                raise IntegrityError(f"{MANIFEST}:{number}: expected a plain file name, once")
            listed[found[2]] = found[1]
        elif found := _HEADER.fullmatch(text):
            header[found[1]] = found[2]
        else:
            raise IntegrityError(f"{MANIFEST}:{number}: expected a digest and a file name")
    return header, listed


def _faults(files: Mapping[str, bytes], listed: Mapping[str, str]) -> Iterator[str]:
    for name, digest in sorted(listed.items()):
        if name not in files:
            yield f"{name}: missing"
        elif sha256(files[name]) != digest:
            yield f"{name}: changed since it was sealed"
    for name in sorted(files.keys() - listed.keys() - SEALS):
        yield f"{line(name)}: not in {MANIFEST}"


def _signed(files: Mapping[str, bytes], signers: frozenset[PublicKey]) -> PublicKey | None:
    if SIGNATURE not in files:
        if signers:
            raise IntegrityError("missing, and a signature is expected")
        return None
    armoured = files[SIGNATURE].decode("ascii", "replace")
    key = sshsig.signer(files[MANIFEST], armoured, NAMESPACE)
    if signers and key not in signers:
        raise IntegrityError(f"made by another key than expected: {key.fingerprint}")
    return key


class _Chained(msgspec.Struct):
    """What is read of a run file: where it stands in the chain."""

    delivery: DeliveryRecord | None = None


def _previous(run: bytes) -> str:
    """The digest of the run file delivered before; empty where the run names none."""
    try:
        found = msgspec.json.decode(run, type=_Chained).delivery
    except msgspec.MsgspecError:
        return ""
    return found.previous if found else ""


def run_file_digest(path: Path) -> str:
    """SHA-256 of a run file, or of that of a bundle; raises UsageError where there is none."""
    file = path / RUN if path.is_dir() else path
    try:
        return sha256(file.read_bytes())
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None
