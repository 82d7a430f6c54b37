"""What the Terraform of a repository declares, root by root: stores, endpoints, ports, secrets."""

from collections.abc import Callable, Iterator, Sequence

from rempart.check import Gap, Observation
from rempart.collectors.repository.companions import Estate
from rempart.collectors.repository.included import Reading
from rempart.collectors.repository.jobs import BRINGS_OF
from rempart.collectors.repository.ports import opened
from rempart.collectors.repository.resource import Resource
from rempart.collectors.repository.rows import of_terraform
from rempart.collectors.repository.secrets.terraform import file_secrets, module_secrets
from rempart.collectors.repository.terraform.blocks import declared_resources
from rempart.collectors.repository.terraform.calls import Foreign
from rempart.collectors.repository.terraform.modules import Repository
from rempart.collectors.repository.terraform.registry import called_resources
from rempart.collectors.repository.terraform.syntax import File
from rempart.collectors.repository.terraform.values import Module
from rempart.collectors.repository.topics import observed
from rempart.collectors.text import clean
from rempart.errors import Reason
from rempart.observations.datastores import DataStore
from rempart.observations.exposure import OpenPort, PublicEndpoint
from rempart.observations.volumes import Volume

Seen = Observation | Gap
Begin = Callable[[str], bool]


def declared(
    files: Sequence[File],
    begin: Begin = lambda _root: True,
    read: Reading = lambda _path: None,
) -> Iterator[Seen]:
    """Everything the files declare; `begin` is asked before each root whether to look at it.

    `read` gives the text of another file of the repository, None where there is none. A root on
    which our own reader fails leaves gaps, and costs no other root anything.
    """
    repository = Repository(files, read)
    for root in repository.roots():
        if not begin(root):
            continue
        try:
            found = list(_root(repository.evaluated(root)))
        except Exception as error:  # noqa: BLE001  (its text may hold a secret)
            found = list(lost(root, f"the reader stopped: {type(error).__name__}"))
        yield from found
    for file in files:
        if file.path.endswith((".tfvars", ".tfvars.json")):
            yield from file_secrets(file)


def lost(root: str, why: str) -> Iterator[Gap]:
    """What is not known of a root that could not be judged."""
    for type_ in BRINGS_OF["terraform"]:
        yield Gap(type_.__name__, Reason.LIMIT, why, key=root or ".", source=root or ".")


def _root(parts: list[Module | Foreign]) -> Iterator[Seen]:
    resources: list[Resource] = []
    unseen: list[Foreign] = []
    for one in parts:
        if isinstance(one, Module):
            resources += declared_resources(one)
        elif (made := called_resources(one)) is not None:
            resources += made
        else:
            unseen.append(one)
    estate = Estate(resources)
    yield from observed(estate, of_terraform(estate.types))
    yield from opened(estate.resources)
    for one in parts:
        if isinstance(one, Module):
            yield from module_secrets(one)
    for call in unseen:
        yield from _unseen(call)


def _unseen(call: Foreign) -> Iterator[Gap]:
    """A module from elsewhere that no table knows: its content is unknown."""
    detail = f"{call.address} comes from {clean(call.source, 80)}, not from this repository"
    for type_ in (Volume, DataStore, PublicEndpoint, OpenPort):
        name = type_.__name__
        yield Gap(name, Reason.UNRESOLVED, detail, key=call.address, source=call.file)
