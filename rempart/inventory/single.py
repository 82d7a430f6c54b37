"""An inventory of one repository, for a gate: nothing is written by hand, nobody is contacted."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rempart.documents import Document
from rempart.errors import UsageError
from rempart.inventory.authorisation import Authorisation, Window
from rempart.inventory.load import Inventory
from rempart.inventory.subjects import Repository
from rempart.inventory.values import Place
from rempart.secrets import Redactor


class Gated(Repository, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A repository of which a part may be left out: patterns, and paths git ignores."""

    exclude: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaving:
    """What is left out of a repository by choice; both are paths below its root."""

    exclude: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


def of_repository(
    path: Path,
    id_: str,
    language: str,
    leaving: Leaving = Leaving(),
    *,
    secret_rules: Path | None = None,
) -> Inventory:
    """The inventory of a checkout; its mandate reaches no address at all.

    The subject is called `id_` wherever the repository is checked out, so that findings keep their
    identity between machines. `secret_rules` is a file of rules beside our own.
    """
    if not path.is_dir():
        raise UsageError(f"{path}: expected a folder to gate")
    now = datetime.now(UTC).replace(microsecond=0)
    mandate = Authorisation(
        reference="gate",
        granted_by="whoever runs the gate on this checkout",
        contact="",
        valid=Window(now - timedelta(days=1), now + timedelta(days=1)),
        scope=(),
    )
    return Inventory(
        organisation=path.resolve().name,
        language=language,
        authorisation=mandate,
        populations={},
        subjects=(
            Gated(
                id=id_,
                path=Place(path.resolve()),
                exclude=leaving.exclude,
                ignored=leaving.ignored,
                secret_rules=secret_rules.resolve() if secret_rules else None,
            ),
        ),
        statements=(),
        waivers=None,
        file=path / "repository",
        digest=hashlib.sha256(str(path.resolve()).encode()).hexdigest(),
        document_sha256="",
        evidence_sha256={},
        document=Document({}, str(path), 1, {}),
        redactor=Redactor(),
    )
