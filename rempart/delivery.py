"""A delivery: the reports of one run in one folder, or one encrypted file, under one seal.

A folder opens with any tool; a `.tar.age` file is the same folder, packed and encrypted to its
recipients. Nothing of it is on disk in clear before.
"""

import io
import os
import secrets
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from msgspec.structs import replace

from rempart import encryption, export, sshsig
from rempart.background import DeliveryRecord
from rempart.catalogue import built_in
from rempart.errors import IntegrityError, UsageError
from rempart.integrity import RUN, sealed, sha256, signer_name
from rempart.plain import line
from rempart.report.answer import reader
from rempart.report.language import filled
from rempart.report.language import language as spoken
from rempart.results import Run, encoded, write_private

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PACKED = ".tar.age"
CONTENTS = ("report.html", "results.csv")
HOW = "VERIFY.txt"
LARGEST = 1 << 30  # bytes of all files of a delivery that is read


@dataclass(frozen=True, slots=True)
class Order:
    """What goes into a delivery, and who signs it."""

    contents: Sequence[str] = CONTENTS
    template: str = "report"
    language: str = ""
    key: "Ed25519PrivateKey | None" = None
    signer: str = ""


def demand(target: Path, named: Sequence[str]) -> None:
    """Raise UsageError for a delivery that cannot be written there, before anything is made."""
    packed = target.name.endswith(PACKED)
    if packed != bool(named):
        raise UsageError(
            f"{target}: a delivery for --age recipients is a file that ends in {PACKED}"
            if named else f"{target}: expected --age with who may open it"
        )  # fmt: skip
    encryption.recipients(named)
    if packed and target.is_dir():
        raise UsageError(f"{target}: expected a file, found a folder")
    if not packed and target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target}: expected a new or empty folder")
    if not os.access(target.absolute().parent, os.W_OK):
        raise UsageError(f"{target}: expected a folder that can be written to")


def delivered(run: Run, target: Path, order: Order, named: Sequence[str] = ()) -> None:
    """Write the delivery of a run; raises UsageError where it cannot be made or written."""
    demand(target, named)
    files = bundle(run, order)
    try:
        if named:
            name = target.name.removesuffix(PACKED) or "delivery"
            moment = int(run.finished.timestamp())
            write_private(target, encryption.encrypted(packed(files, name, moment), named))
        else:
            _unfold(files, target)
    except OSError as error:
        raise UsageError(f"{target}: cannot be written: {error.strerror}") from None


def bundle(run: Run, order: Order) -> dict[str, bytes]:
    """The files of a delivery by name: the run, its reports, how to verify them, and the seal."""
    language = order.language or run.language
    whole = encoded(run)
    files = {RUN: whole}
    for name in order.contents:
        if PurePath(name).name != name:
            raise UsageError(f"{name}: with --bundle, -o names a file within it")
        if name in (RUN, HOW):
            continue
        files[name] = export.format_of(Path(name))(run, template=order.template, language=language)
    signer = signer_name(order.signer or run.organisation)
    files[HOW] = _how(run, order, language, signer, sha256(whole)).encode()
    return sealed(files, run.id, order.key, signer)


def following(run: Run, previous: str) -> Run:
    """The run as the next delivery after the one whose run file has that SHA-256."""
    delivery = run.delivery or DeliveryRecord()
    return replace(run, delivery=replace(delivery, previous=previous))


def _how(run: Run, order: Order, language: str, signer: str, digest: str) -> str:
    """What VERIFY.txt says."""
    from rempart.documents import load  # brings yaml

    folder = built_in() / "reports" / "delivery"
    file = folder / f"{language}.yaml"
    texts = load(file if file.is_file() else folder / "en.yaml", dict[str, str])
    given = run.delivery or DeliveryRecord()
    values = {
        "organisation": line(run.organisation),
        "run": line(run.id),
        "recipient": line(reader(run, spoken(language))),
        "of": given.of,
        "previous": given.previous,
        "digest": digest,
        "signer": signer,
        "key": sshsig.public(order.key).fingerprint if order.key else "",
    }
    said = {
        "recipient": bool(given.recipient),
        "signed": order.key is not None,
        "unsigned": order.key is None,
        "chain": bool(given.previous),
    }
    parts = (text for key, text in texts.items() if said.get(key, True))
    return "\n".join(filled(text, values) for text in parts)


def _unfold(files: Mapping[str, bytes], target: Path) -> None:
    """The folder, whole or not at all, for its owner alone."""
    scratch = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    scratch.mkdir(mode=0o700)
    for name, content in files.items():
        write_private(scratch / name, content)
    if target.is_dir():
        target.rmdir()  # empty, as demanded
    scratch.rename(target)


def packed(files: Mapping[str, bytes], folder: str, moment: int) -> bytes:
    """The files as a tar archive with one folder, the same bytes for the same files."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in sorted(files):
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size, member.mtime, member.mode = len(files[name]), moment, 0o600
            archive.addfile(member, io.BytesIO(files[name]))
    return out.getvalue()


def opened(target: Path, identity: Path | None = None) -> dict[str, bytes]:
    """The files of a delivery by name; nothing is written.

    Raises UsageError for what is no delivery or is encrypted while no identity is given,
    IntegrityError for an archive that holds anything but plain files of one folder.
    """
    if target.is_dir():
        return _folder(target)
    try:
        content = target.read_bytes()
    except OSError as error:
        raise UsageError(f"{target}: cannot be read: {error.strerror}") from None
    if identity is None:
        raise UsageError(f"{target}: expected a folder, or --identity to open an encrypted file")
    return _archive(encryption.decrypted(content, identity))


def _folder(target: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    size = 0
    for path in sorted(target.iterdir()):
        if path.is_symlink() or not path.is_file():
            raise IntegrityError(f"{line(path.name)}: expected plain files only")
        size += path.stat().st_size
        if size > LARGEST:
            raise IntegrityError("larger than any delivery")
        found[path.name] = path.read_bytes()
    return found


def _archive(content: bytes) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
            for member in archive:
                if member.isdir() and len(PurePath(member.name).parts) == 1:
                    continue  # the folder itself, as tar adds it
                name = PurePath(member.name).name
                file = archive.extractfile(member) if member.isreg() else None
                if file is None or name in found or len(PurePath(member.name).parts) != 2:
                    raise IntegrityError(f"{line(member.name)}: expected plain files of one folder")
                found[name] = file.read()
    except tarfile.TarError:
        raise IntegrityError("expected a tar archive within") from None
    return found
