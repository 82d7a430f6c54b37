"""What a repository asks of its own gate, in `rempart.yaml` of a protected revision: data only.

schema: rempart.gate/1
exclude: ["examples/**"]         # left out, and named in the output
settings: {iac.database_encrypted: {own_key: true}}
fail_on: medium
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from rempart import audit, documents
from rempart.case import Case
from rempart.check import Severity
from rempart.documents import Document
from rempart.gate.revisions import Checkout, Revision

FILE = "rempart.yaml"
LONGEST = 4_000_000  # bytes of a file of exceptions, of a baseline, of a policy
Text = Annotated[str, Meta(min_length=1, max_length=500)]


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The keys of `rempart.yaml`."""

    schema: Literal["rempart.gate/1"]
    exclude: Annotated[tuple[Text, ...], Meta(max_length=1000)] = ()
    settings: dict[str, dict[str, Any]] = {}
    fail_on: Severity | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy in force and where it stood; without a protected revision there is none."""

    file: File
    document: Document | None = None

    def set_on(self, case: Case, checks: Iterable[audit.Judged]) -> Case:
        """The case with the policy's settings over the audit's.

        `checks` are all there are. Raises ContentErrors for a check or setting nobody knows.
        """
        if not self.file.settings or self.document is None:
            return case
        asked = replace(case.audit, settings=self.file.settings, document=self.document)
        values, loose = audit.validated_settings(asked, checks)
        settings = {id_: dict(one) for id_, one in case.bench.settings.items()}
        for id_, one in values.items():
            settings.setdefault(id_, {}).update(one)
        weakened = {**case.weakened, **loose}
        return replace(case, bench=replace(case.bench, settings=settings), weakened=weakened)


def policy(protected: Revision | None) -> Policy:
    """What the protected revision says; raises ContentErrors where that is malformed."""
    raw = protected.content(FILE) if protected else None
    if raw is None or protected is None:
        return Policy(File(schema="rempart.gate/1"))
    document = documents.parse(raw[:LONGEST], f"{protected.name}:{FILE}")
    return Policy(documents.decode(document, File), document)


def inside(checkout: Checkout | None, path: Path) -> str | None:
    """A file's path from the top of the checkout; None where it lies outside."""
    whole = path.resolve()
    if checkout is None or not whole.is_relative_to(checkout.top):
        return None
    return whole.relative_to(checkout.top).as_posix()
