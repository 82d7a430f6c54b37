"""What CloudFormation and SAM templates declare, judged by the rows of their table."""

from collections.abc import Iterator
from typing import Any, Final

from rempart.check import Gap, Observation
from rempart.collectors.repository.cloudformation.secrets import secrets
from rempart.collectors.repository.cloudformation.template import Declared, Template, template
from rempart.collectors.repository.ports import opened
from rempart.collectors.repository.resource import Resource, Written
from rempart.collectors.repository.rows import table
from rempart.collectors.repository.topics import observed
from rempart.documents import Document

__all__ = ["declared", "template"]

# Properties by which a resource is called where nobody refers to it by its logical id.
NAMES: Final = (
    *("BucketName", "QueueName", "TopicName", "TableName", "StreamName", "FunctionName", "Name"),
    *("DBInstanceIdentifier", "DBClusterIdentifier", "ClusterName", "ClusterIdentifier"),
    *("DBParameterGroupName", "DBClusterParameterGroupName", "ParameterGroupName", "DomainName"),
    *("GroupName", "UserName", "RoleName", "RepositoryName", "LoadBalancerName"),
)


def declared(document: Document, path: str) -> Iterator[Observation | Gap]:
    """Everything a document declares, when it is a template."""
    found = template(document, path)
    if found is None:
        return
    declared_ = list(found.resources())
    resources = [_resource(found, one) for one in declared_]
    yield from observed(resources, table("cloudformation"))
    yield from opened(resources)
    yield from secrets(found, declared_)


def _resource(of: Template, one: Declared) -> Resource:
    properties, line = one.properties, one.line

    def line_of(steps: tuple[Any, ...]) -> int:
        return of.scope.line_of(properties, steps, line)

    named = (properties.get(name) for name in NAMES)
    return Resource(
        one.type,
        one.name,
        of.path,
        line,
        one.end_line,
        Written(properties, line_of),
        names=((one.name,), *((name,) for name in named if isinstance(name, str))),
        root=of.path,
        perhaps=one.perhaps,
        condition=one.condition,
    )
