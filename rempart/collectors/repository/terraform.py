"""What the Terraform of a repository declares: stores, endpoints, open ports and secrets."""

from collections.abc import Iterator, Sequence

from rempart.check import Gap, Observation
from rempart.collectors.repository.blocks import declared_resources
from rempart.collectors.repository.companions import Estate
from rempart.collectors.repository.modules import Foreign, roots
from rempart.collectors.repository.ports import opened
from rempart.collectors.repository.rows import PROVIDERS, Row, table
from rempart.collectors.repository.secrets_terraform import file_secrets, module_secrets
from rempart.collectors.repository.syntax import File
from rempart.collectors.repository.topics import observed
from rempart.collectors.repository.values import Module
from rempart.collectors.text import clean
from rempart.errors import Reason
from rempart.observations.datastores import DataStore
from rempart.observations.exposure import OpenPort, PublicEndpoint
from rempart.observations.volumes import Volume


def declared(files: Sequence[File]) -> Iterator[Observation | Gap]:
    """Everything the files declare; a module from elsewhere leaves gaps, its content is unknown."""
    for root in roots(files):
        modules = [one for one in root if isinstance(one, Module)]
        estate = Estate(one for module in modules for one in declared_resources(module))
        yield from observed(estate, _rows(estate))
        yield from opened(estate.resources)
        for module in root:
            if isinstance(module, Foreign):
                yield from _unseen(module)
            else:
                yield from module_secrets(module)
    for file in files:
        if file.path.endswith(".tfvars"):
            yield from file_secrets(file)


def _rows(estate: Estate) -> dict[str, tuple[Row, ...]]:
    """The rows of the providers that the resources belong to."""
    providers = {type_.partition("_")[0] for type_ in estate.types}
    return table(*sorted({PROVIDERS[one] for one in providers if one in PROVIDERS}))


def _unseen(module: Foreign) -> Iterator[Gap]:
    detail = f"{module.address} comes from {clean(module.source, 80)}, not from this repository"
    for type_ in (Volume, DataStore, PublicEndpoint, OpenPort):
        yield Gap(
            type_.__name__,
            Reason.UNRESOLVED,
            detail,
            key=module.address,
            source=module.file,
        )
