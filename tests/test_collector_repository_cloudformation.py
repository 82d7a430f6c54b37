import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.check import Gap, Observation, OneOf, Unknown
from rempart.collectors.repository import cloudformation
from rempart.collectors.repository.rows import rows
from rempart.documents import Limits, every, read
from rempart.observations.datastores import DataStore
from rempart.observations.exposure import LiteralSecret, OpenPort, PublicEndpoint
from rempart.observations.keys import EncryptionKey
from rempart.observations.passwords import PasswordPolicy
from rempart.observations.sign_in import SignIn
from rempart.observations.tls import TlsVersion
from rempart.observations.transit import Transit
from rempart.observations.volumes import Volume

EXAMPLES: list[dict[str, Any]] = read(Path(__file__).parent / "rows" / "cloudformation.yaml").value
TABLE = rows("cloudformation")
Seen = list[Observation | Gap]


def seen(text: str, path: str = "stack.yaml") -> Seen:
    documents = every(text, path, limits=Limits(aliases=True), tagged=True)
    return [one for document in documents for one in cloudformation.declared(document, path)]


def by_key(found: Seen, type_: type[Observation]) -> dict[str, Any]:
    return {item.key: item for item in found if type(item) is type_}


def stack(resources: dict[str, Any], **sections: Any) -> str:
    return json.dumps(
        {"AWSTemplateFormatVersion": "2010-09-09", **sections, "Resources": resources}
    )


def good(found: Seen, topic: str, address: str = "It") -> bool | None:
    """Whether the one thing is well by this topic; None where nothing was seen of it."""
    told: list[Any] = []
    for one in found:
        if isinstance(one, Gap) or one.key.split(" ")[0].split(".")[0] != address:
            continue
        match one, topic:
            case (DataStore() | Volume(), "encrypted"):
                told.append(one.encrypted)
            case (PublicEndpoint(), "public"):
                told.append(one.public is False if isinstance(one.public, bool) else one.public)
            case (Transit(), "transit"):
                told.append(one.enforced)
            case (TlsVersion(version="TLSv1" | "TLSv1.1"), "tls"):
                told.append(not one.offered)
            case (EncryptionKey(), "rotation"):
                told.append(one.rotates)
            case (SignIn(), _) if topic == f"sign_in {one.kind}":
                told.append(one.guarded)
    assert all(isinstance(one, bool) for one in told), told
    return all(told) if told else None


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one['type']} {one['topic']}")
def test_each_row_tells_a_good_resource_from_a_bad_one(example: dict[str, Any]) -> None:
    for outcome in ("good", "bad"):
        if outcome in example:
            it = {"Type": example["type"], "Properties": example[outcome]}
            found = seen(stack({"It": it, **example.get("beside", {})}))
            assert good(found, example["topic"]) is (outcome == "good"), example[outcome]


def test_no_row_is_without_an_example() -> None:
    shown = {(one["type"], one["topic"]) for one in EXAMPLES}
    asked = {
        (type_, topic) for type_, of in TABLE.items() for row in of for topic, _ in row.topics()
    }
    assert asked - shown == set()


@pytest.mark.parametrize("type_", sorted(TABLE))
def test_whose_key_encrypts_is_told(type_: str) -> None:
    """A store that is always encrypted, and the property that names a customer's key."""
    for row in TABLE[type_]:
        if row.encrypted != "svc":
            continue
        (plain,) = by_key(
            seen(stack({"It": {"Type": type_, "Properties": {}}})), DataStore
        ).values()
        assert (plain.encrypted, plain.key_holder) == (True, "provider")
        path = row.named_keys()[-1].paths[0] if row.named_keys() else ""
        properties: Any = "arn:aws:kms:eu-west-3:1:key/1"
        for step in reversed(path.split(".")):
            properties = {step: properties}
        if path:
            text = stack({"It": {"Type": type_, "Properties": properties}})
            assert by_key(seen(text), DataStore)["It"].key_holder == "customer"


# --- the same template written another way

VALUES = {
    "literal": True,
    "text": "true",
    "parameter": {"Ref": "On"},
    "choice": {"Fn::If": ["Always", True, False]},
    "same arms": {"Fn::If": ["Unknown", True, "true"]},
    "map": {"Fn::FindInMap": ["Map", "a", "on"]},
    "select": {"Fn::Select": [1, [False, True]]},
    "split": {"Fn::Select": ["0", {"Fn::Split": ["-", "true-x"]}]},
    "substituted": {"Fn::Sub": "${On}"},
    "joined": {"Fn::Join": ["", ["tr", "ue"]]},
}
SECTIONS = {
    "Parameters": {
        "On": {"Type": "String", "Default": "true"},
        "Asked": {"Type": "String"},
        "Some": {"Type": "String", "AllowedValues": ["true", "false"]},
    },
    "Conditions": {
        "Always": {"Fn::Equals": ["a", "a"]},
        "Unknown": {"Fn::Equals": [{"Ref": "Asked"}, "x"]},
    },
    "Mappings": {"Map": {"a": {"on": True}, "b": {"on": True}}},
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_every_way_to_write_true_is_true(value: Any) -> None:
    it = {"Type": "AWS::RDS::DBInstance", "Properties": {"StorageEncrypted": value}}
    assert by_key(seen(stack({"It": it}, **SECTIONS)), DataStore)["It"].encrypted is True


def short(node: Any) -> str:
    """A template in YAML, its functions in short form."""
    if isinstance(node, dict):
        if len(node) == 1:
            ((name, argument),) = node.items()
            if name == "Ref" or name.startswith("Fn::"):
                return f"!{name.removeprefix('Fn::')} {short(argument)}"
        return "{" + ", ".join(f"{json.dumps(k)}: {short(v)}" for k, v in node.items()) + "}"
    if isinstance(node, list):
        return "[" + ", ".join(short(one) for one in node) + "]"
    return json.dumps(node)


def facts(found: Seen) -> list[tuple[str, ...]]:
    return sorted(
        (type(one).__name__, one.key, *(str(getattr(one, name, "")) for name in FACTS))
        for one in found
    )


FACTS = ("kind", "encrypted", "public", "enforced", "offered", "guarded", "key_holder", "literal")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [one for one in EXAMPLES if "beside" not in one and "good" in one and "bad" in one]
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(list(VALUES.values())),
)
def test_yaml_json_and_short_forms_say_the_same(examples: list[dict[str, Any]], value: Any) -> None:
    resources = {
        f"R{number}": {"Type": one["type"], "Properties": one["bad" if number % 2 else "good"]}
        for number, one in enumerate(examples)
    }
    resources["Db"] = {"Type": "AWS::RDS::DBInstance", "Properties": {"StorageEncrypted": value}}
    text = stack(resources, **SECTIONS)
    tabbed = json.dumps(json.loads(text), indent="\t")
    expected = facts(seen(text, "stack.json"))
    assert facts(seen(short(json.loads(text)))) == expected
    assert facts(seen(tabbed, "stack.json")) == expected
    assert facts(seen(text.replace("\n", "\r\n"))) == expected


# --- functions and sections


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"Ref": "Asked"}, "parameter Asked has no default"),
        ({"Fn::ImportValue": "x"}, "Fn::ImportValue"),
        ({"Fn::If": ["Missing", True, False]}, "one of True, False"),
        ({"Fn::Select": [7, [True]]}, "no 7"),
        ({"Ref": "Some"}, "one of True, False"),
        ({"Fn::FindInMap": ["Nowhere", "a", "b"]}, "Fn::FindInMap of a map that is not decided"),
        ({"Fn::Transform": {"Name": "M"}}, "Fn::Transform"),
    ],
)
def test_what_is_not_decided_is_neither_true_nor_false(value: Any, words: str) -> None:
    it = {"Type": "AWS::RDS::DBInstance", "Properties": {"StorageEncrypted": value}}
    encrypted = by_key(seen(stack({"It": it}, **SECTIONS)), DataStore)["It"].encrypted
    assert isinstance(encrypted, Unknown | OneOf)
    fact = encrypted == True  # noqa: E712
    assert isinstance(fact, Unknown)
    assert fact.detail == words


def test_no_value_is_as_if_nothing_was_written() -> None:
    it = {
        "Type": "AWS::RDS::DBInstance",
        "Properties": {"StorageEncrypted": {"Ref": "AWS::NoValue"}},
    }
    store = by_key(seen(stack({"It": it})), DataStore)["It"]
    assert (store.encrypted, store.setting) == (
        False,
        "StorageEncrypted is absent: false by default",
    )


def test_a_resource_under_a_condition_is_judged_as_if_it_was_made() -> None:
    made = {
        "Type": "AWS::EC2::Volume",
        "Condition": "Prod",
        "Properties": {"Encrypted": {"Fn::If": ["Prod", False, True]}},
    }
    never = {"Type": "AWS::EC2::Volume", "Condition": "Never", "Properties": {}}
    sections = {
        "Parameters": {"Env": {"Type": "String", "Default": "dev"}},
        "Conditions": {
            "Prod": {"Fn::Equals": [{"Ref": "Env"}, "prod"]},
            "Never": {"Fn::Equals": ["a", "b"]},
        },
    }
    volumes = by_key(seen(stack({"Made": made, "Not": never}, **sections)), Volume)
    assert {key: one.encrypted for key, one in volumes.items()} == {"Made": False}


def test_a_companion_made_under_a_condition_leaves_the_answer_open() -> None:
    policy = {
        "Type": "AWS::S3::BucketPolicy",
        "Condition": "Unknown",
        "Properties": {
            "Bucket": {"Ref": "B"},
            "PolicyDocument": {"Statement": [{"Effect": "Allow", "Principal": "*"}]},
        },
    }
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {}}
    found = by_key(seen(stack({"B": bucket, "P": policy}, **SECTIONS)), PublicEndpoint)
    assert isinstance(found["B"].public, Unknown)


def test_names_that_go_in_circles_end() -> None:
    conditions = {"A": {"Condition": "B"}, "B": {"Fn::Not": [{"Condition": "A"}]}}
    it = {"Type": "AWS::EC2::Volume", "Properties": {"Encrypted": {"Fn::If": ["A", True, False]}}}
    volume = by_key(seen(stack({"It": it}, Conditions=conditions)), Volume)["It"]
    assert isinstance(volume.encrypted, Unknown | OneOf)


def test_results_stand_on_the_line_that_decided() -> None:
    text = """Resources:
  Claims:
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: postgres
      StorageEncrypted: !If [Missing, false, false]
  Bare:
    Type: AWS::RDS::DBInstance
    Properties:
      Engine: postgres
  Open:
    Type: AWS::EC2::SecurityGroup
    Properties:
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0}
        - IpProtocol: tcp
          FromPort: 5432
          ToPort: 5432
          CidrIp: 0.0.0.0/0
"""
    found = seen(text)
    stores = by_key(found, DataStore)
    assert (stores["Claims"].line, stores["Claims"].source) == (6, "stack.yaml")
    assert (stores["Bare"].line, stores["Bare"].end_line) == (7, 10)
    (port,) = (one for one in found if isinstance(one, OpenPort) and one.use == "data")
    assert (port.key, port.public, port.ports) == ("Open", True, ("5432 PostgreSQL",))
    assert port.line in range(16, 20)


def test_a_rule_of_its_own_opens_a_port_too() -> None:
    rule = {
        "Type": "AWS::EC2::SecurityGroupIngress",
        "Properties": {
            "GroupId": {"Ref": "G"},
            "IpProtocol": "tcp",
            "FromPort": "22",
            "ToPort": 22,
            "CidrIpv6": "::/0",
        },
    }
    (port,) = by_key(seen(stack({"Rule": rule})), OpenPort).values()
    assert (port.key, port.use, port.public) == ("Rule", "admin", True)


def test_globals_reach_serverless_resources() -> None:
    text = """Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    FunctionUrlConfig: {AuthType: NONE}
    Environment: {Variables: {API_TOKEN: "4f9a8b7c6d5e4f3a2b1c"}}
Resources:
  Open: {Type: AWS::Serverless::Function, Properties: {Handler: a.b}}
  Shut: {Type: AWS::Serverless::Function, Properties: {FunctionUrlConfig: {AuthType: AWS_IAM}}}
"""
    ways = by_key(seen(text), SignIn)
    assert {key: one.guarded for key, one in ways.items()} == {"Open": False, "Shut": True}


def test_what_a_user_pool_demands_of_passwords() -> None:
    pool = {
        "Type": "AWS::Cognito::UserPool",
        "Properties": {"Policies": {"PasswordPolicy": {"MinimumLength": 14}}},
    }
    policies = by_key(
        seen(stack({"P": pool, "D": {"Type": "AWS::Cognito::UserPool"}})), PasswordPolicy
    )
    assert (policies["P"].min_length, policies["D"].min_length) == (14, 8)


# --- secrets

SECRET = "Tr0ub4dor-and-3"


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        (SECRET, True),
        ({"Fn::Sub": SECRET}, True),
        ({"Fn::If": ["Unknown", SECRET, {"Ref": "Asked"}]}, True),
        ({"Fn::Join": ["", [SECRET]]}, True),
        ({"Ref": "Asked"}, False),
        ({"Fn::GetAtt": ["S", "Value"]}, False),
        ("{{resolve:secretsmanager:claims:SecretString:password}}", False),
        ({"Fn::Sub": "{{resolve:secretsmanager:${S}:SecretString:password}}"}, False),
        ({"Fn::Join": ["", ["{{resolve:ssm-secure:", {"Ref": "Asked"}, "}}"]]}, False),
        ({"Fn::Sub": "${Asked}"}, False),
        ({"Fn::ImportValue": "db-password"}, False),
    ],
)
def test_a_password_is_literal_or_a_reference(value: Any, literal: bool) -> None:
    it = {"Type": "AWS::RDS::DBInstance", "Properties": {"MasterUserPassword": value}}
    (secret,) = by_key(seen(stack({"It": it}, **SECTIONS)), LiteralSecret).values()
    assert (secret.key, secret.literal) == ("It.MasterUserPassword", literal)
    assert SECRET not in repr(secret)


def test_a_default_of_a_hidden_parameter_is_a_literal_secret() -> None:
    parameters = {
        "DbPassword": {"Type": "String", "NoEcho": True, "Default": SECRET},
        "Used": {"Type": "String", "Default": SECRET},
        "Hidden": {"Type": "String", "NoEcho": "true", "Default": SECRET},
        "Filled": {"Type": "String", "NoEcho": True, "Default": "changeme"},
        "Empty": {"Type": "String", "NoEcho": True},
        "Plain": {"Type": "String", "Default": "eu-west-3"},
    }
    user = {
        "Type": "AWS::IAM::User",
        "Properties": {"LoginProfile": {"Password": {"Ref": "Used"}}},
    }
    found = by_key(seen(stack({"U": user}, Parameters=parameters)), LiteralSecret)
    assert {key: one.literal for key, one in found.items()} == {
        "Parameters.DbPassword": True,
        "Parameters.Used": True,
        "Parameters.Hidden": True,
        "U.LoginProfile.Password": False,
    }


def test_secrets_in_lists_of_pairs_are_told() -> None:
    task = {
        "Type": "AWS::ECS::TaskDefinition",
        "Properties": {
            "ContainerDefinitions": [
                {
                    "Name": "app",
                    "Environment": [
                        {"Name": "DB_PASSWORD", "Value": SECRET},
                        {"Name": "DB_HOST", "Value": "db"},
                    ],
                    "Secrets": [{"Name": "API_TOKEN", "ValueFrom": "arn:aws:ssm:x"}],
                }
            ]
        },
    }
    build = {
        "Type": "AWS::CodeBuild::Project",
        "Properties": {
            "Environment": {
                "EnvironmentVariables": [
                    {"Name": "NPM_TOKEN", "Type": "SECRETS_MANAGER", "Value": "npm/token"},
                    {"Name": "GIT_TOKEN", "Type": "PLAINTEXT", "Value": "9f8e7d6c5b4a39281706"},
                ]
            }
        },
    }
    found = by_key(seen(stack({"T": task, "B": build})), LiteralSecret)
    assert {key.rpartition(".")[2]: one.literal for key, one in found.items()} == {
        "DB_PASSWORD": True,
        "NPM_TOKEN": False,
        "GIT_TOKEN": True,
    }


def test_loops_are_written_out() -> None:
    text = """Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList, Default: "a, b"}
  Unknown: {Type: CommaDelimitedList}
Resources:
  Fn::ForEach::Stores:
    - Name
    - !Ref Names
    - Store${Name}:
        Type: AWS::RDS::DBInstance
        Properties:
          DBInstanceIdentifier: !Ref Name
          StorageEncrypted: !If [Missing, false, false]
  Fn::ForEach::Others:
    - Each
    - !Ref Unknown
    - Other${Each}: {Type: AWS::EC2::Volume}
  Fn::ForEach::Odd: [a, b]
"""
    found = seen(text)
    stores = by_key(found, DataStore)
    assert {key: (one.encrypted, one.line) for key, one in stores.items()} == {
        "Storea": (False, 13),
        "Storeb": (False, 13),
    }
    assert set(by_key(found, Volume)) == {"OtherEach"}


def test_a_template_within_serverless_settings_is_read() -> None:
    text = "provider: {name: aws}\nresources:\n  Resources:\n    V:\n      Type: AWS::EC2::Volume\n"
    (volume,) = by_key(seen(text, "serverless.yml"), Volume).values()
    assert (volume.key, volume.encrypted, volume.line) == ("V", False, 4)


# --- what is no template


@pytest.mark.parametrize(
    "text",
    [
        "a: 1",
        "[]",
        "Resources: {a: {Type: other}}",
        "Resources: [1]",
        "AWSTemplateFormatVersion: x\nResources:\n  - a",
        "Resources: {A: {Type: [AWS::EC2::Volume]}, B: 3, C: null}",
    ],
)
def test_other_documents_say_nothing(text: str) -> None:
    assert seen(text) == []


@pytest.mark.parametrize(
    "properties", [None, [], "x", {"Fn::Transform": {"Name": "M"}}, {"Ref": "X"}]
)
def test_properties_of_any_shape_are_read(properties: Any) -> None:
    text = stack({"It": {"Type": "AWS::EC2::Volume", "Properties": properties}})
    assert set(by_key(seen(text), Volume)) == {"It"}


scalars = st.one_of(st.none(), st.booleans(), st.integers(0, 70000), st.text(max_size=6))
nodes = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                ["Ref", "Fn::Sub", "Fn::If", "Fn::Join", "Fn::GetAtt", "Encrypted", "x"]
            ),
            inner,
            max_size=2,
        ),
        st.sampled_from(
            ["Ref", "Fn::Sub", "Fn::If", "Fn::Join", "Fn::GetAtt", "Fn::FindInMap", "Fn::Select"]
        ).flatmap(lambda name: inner.map(lambda one: {name: one})),
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(TABLE)), nodes, nodes, nodes)
def test_no_shape_of_a_template_stops_the_reader(
    type_: str, first: Any, second: Any, third: Any
) -> None:
    names = ["Encrypted", "StorageEncrypted", "PolicyDocument", "SecurityGroupIngress"]
    properties = dict(zip(names, (first, second, third), strict=False))
    text = stack({"It": {"Type": type_, "Properties": properties}, "X": first}, Conditions=second)
    for one in seen(text, "stack.json"):
        assert isinstance(one, Gap | Observation)
