"""What the Terraform of a repository declares: stores, open ports and secrets, module by module."""

from collections.abc import Iterator, Sequence

from rempart.check import Gap, Observation
from rempart.collectors.repository.companions import Companions
from rempart.collectors.repository.modules import Foreign, roots
from rempart.collectors.repository.ports import ports
from rempart.collectors.repository.rows import table
from rempart.collectors.repository.secrets_terraform import file_secrets, module_secrets
from rempart.collectors.repository.stores import stores
from rempart.collectors.repository.syntax import File
from rempart.collectors.repository.values import Module
from rempart.collectors.text import clean
from rempart.errors import Reason
from rempart.observations.datastores import DataStore
from rempart.observations.exposure import OpenPort
from rempart.observations.volumes import Volume


def declared(files: Sequence[File]) -> Iterator[Observation | Gap]:
    """Everything the files declare; a module from elsewhere leaves gaps, its content is unknown."""
    rows = table()
    for root in roots(files):
        companions = Companions([one for one in root if isinstance(one, Module)])
        for module in root:
            if isinstance(module, Foreign):
                yield from _unseen(module)
                continue
            yield from stores(module, rows, companions)
            yield from ports(module)
            yield from module_secrets(module)
    for file in files:
        if file.path.endswith(".tfvars"):
            yield from file_secrets(file)


def _unseen(module: Foreign) -> Iterator[Gap]:
    detail = f"{module.address} comes from {clean(module.source, 80)}, not from this repository"
    for type_ in (Volume, DataStore, OpenPort):
        yield Gap(
            type_.__name__,
            Reason.UNRESOLVED,
            detail,
            key=module.address,
            source=module.file,
        )
