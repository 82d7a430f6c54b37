"""Every row of the tables of Terraform providers, proved by a good and a bad resource."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rempart.check import Gap, Observation, OneOf, Seen, Unknown, negated
from rempart.collectors.repository.rows import Row, rows
from rempart.collectors.repository.terraform.declared import declared
from rempart.collectors.repository.terraform.hcl import parsed
from rempart.documents import read
from rempart.observations.datastores import DataStore
from rempart.observations.exposure import PublicEndpoint
from rempart.observations.keys import EncryptionKey
from rempart.observations.passwords import PasswordPolicy
from rempart.observations.sign_in import SignIn
from rempart.observations.tls import TlsVersion
from rempart.observations.transit import Transit
from rempart.observations.volumes import Volume

PROVIDERS = (*("aws", "azure", "google", "ovh", "scaleway", "outscale", "openstack", "alicloud"),)
TABLES = {
    type_: found for provider in PROVIDERS for type_, found in rows(provider).items()
}  # fmt: skip
EXAMPLES: list[dict[str, Any]] = read(Path(__file__).parent / "rows" / "terraform.yaml").value
OLD = ("SSLv3", "TLSv1", "TLSv1.1")
KEY = "arn:aws:kms:eu-west-3:111122223333:key/1"
# What no attribute can decide, or can decide in one way only.
UNDECIDED = {"scaleway_block_volume", "outscale_volume"}
MINIMUM = 120  # resource types of the issue


def seen(text: str) -> list[Observation | Gap]:
    return list(declared([parsed(text.encode(), "main.tf")]))


def answers(text: str, type_: str, topic: str) -> Iterator[Seen[bool]]:
    """What is known of the resource by this topic; true is good."""
    for one in seen(text):
        steps = one.key.split(" ")[0].split("[")[0].split(".")
        if steps[:2] != [type_, "it"]:
            continue
        match one, topic.split(" "):
            case (DataStore() | Volume(), ["encrypted"]):
                yield one.encrypted
            case (PublicEndpoint(public=Unknown() | OneOf() as public), ["public"]):
                yield public
            case (PublicEndpoint(public=bool() as public), ["public"]):
                yield negated(public)
            case (Transit(), ["transit"]):
                yield one.enforced
            case (EncryptionKey(), ["rotation"]):
                yield one.rotates
            case (TlsVersion(offered=bool() as offered), ["tls"]) if one.version in OLD:
                yield negated(offered)
            case (Gap(type="TlsVersion"), ["tls"]):
                yield Unknown(one.reason, one.detail)
            case (SignIn(), ["sign_in", kind]) if one.kind == kind:
                yield one.guarded


def verdict(text: str, type_: str, topic: str) -> str:
    told = list(answers(text, type_, topic))
    assert told, f"nothing is seen of {type_}: {topic}"
    if any(isinstance(one, Unknown | OneOf) for one in told):
        return "open"
    return "good" if all(one is True for one in told) else "bad"


CASES = [
    pytest.param(example, outcome, id=f"{example['type']}-{example['topic']}-{outcome}")
    for example in EXAMPLES
    for outcome in ("good", "bad", "bare")
    if outcome in example
]


@pytest.mark.parametrize(("example", "outcome"), CASES)
def test_each_row_tells_good_from_bad(example: dict[str, Any], outcome: str) -> None:
    expected = example["default"] if outcome == "bare" else outcome
    assert verdict(example[outcome], example["type"], example["topic"]) == expected


def test_no_row_is_without_an_example() -> None:
    shown = {(one["type"], one["topic"]) for one in EXAMPLES}
    asked = {
        (type_, topic)
        for type_, found in TABLES.items()
        for row in found
        for topic, _ in row.topics()
    }
    assert {pair for pair in asked - shown if pair[0] not in UNDECIDED} == set()


def test_no_row_is_without_a_source_that_names_a_version() -> None:
    unsourced = {
        type_
        for type_, found in TABLES.items()
        for row in found
        if not any(part[:1].isdigit() for part in row.source.split())
    }
    assert unsourced == set()
    assert len(TABLES) >= MINIMUM


def written(path: str, value: str) -> str:
    """An attribute at a path of nested blocks."""
    *blocks, name = path.split(".")
    opened = "".join(f"{block} {{\n" for block in blocks)
    return f'{opened}{name} = "{value}"\n' + "}\n" * len(blocks)


SERVICE = [
    pytest.param(type_, row, id=type_)
    for type_, found in TABLES.items()
    for row in found
    if row.encrypted == "svc" and not row.when and not row.blocks
]


@pytest.mark.parametrize(("type_", "row"), SERVICE)
def test_whose_key_encrypts_is_told(type_: str, row: Row) -> None:
    def holder(body: str) -> object:
        found = seen(f'resource "{type_}" "it" {{\n{body}}}\n')
        stores = [one for one in found if isinstance(one, DataStore | Volume)]
        assert [one.encrypted for one in stores] == [True] * len(stores)
        return stores[0].key_holder

    assert holder("") == "provider"
    for key in row.named_keys():
        if key.companion:
            continue
        for word, meant in key.words.items():
            assert holder(written(key.paths[0], word)) == meant
        if not key.words:
            assert holder(written(key.paths[0], KEY)) == "customer"


@pytest.mark.parametrize("type_", ["aws_iam_account_password_policy", "aws_cognito_user_pool"])
def test_a_password_policy_is_read_whole(type_: str) -> None:
    prefix = "password_policy {\nminimum_length = 12\nrequire_numbers = true\n}"
    bodies = {
        "aws_iam_account_password_policy": "minimum_password_length = 12\nrequire_numbers = true",
        "aws_cognito_user_pool": prefix,
    }
    found = seen(f'resource "{type_}" "it" {{\n{bodies[type_]}\n}}\n')
    (policy,) = [one for one in found if isinstance(one, PasswordPolicy)]
    assert (policy.min_length, policy.digits, policy.upper) == (12, 1, 0)
