"""The grammar of the tables, rule by rule, on resources of no provider."""

from typing import Any

import msgspec
import pytest

from rempart.check import Gap, Observation, OneOf, Reason, Unknown
from rempart.collectors.repository.companions import Estate
from rempart.collectors.repository.resource import Pointer, Resource, Written
from rempart.collectors.repository.rows import Row
from rempart.collectors.repository.topics import observed
from rempart.observations.datastores import DataStore
from rempart.observations.exposure import PublicEndpoint
from rempart.observations.keys import EncryptionKey
from rempart.observations.passwords import PasswordPolicy
from rempart.observations.sign_in import SignIn
from rempart.observations.tls import TlsVersion
from rempart.observations.transit import Transit

UNKNOWN = Unknown(Reason.UNRESOLVED, "a parameter without a default")


def resource(value: Any, type_: str = "thing", name: str = "a", **more: Any) -> Resource:
    body = Written(value, lambda keys: 10 + len(keys))
    return Resource(type_, name, f"{type_}.yaml", 3, 9, body, ((name,),), **more)


def told(row: dict[str, Any], *resources: Resource) -> list[Observation | Gap]:
    whole = msgspec.convert({"type": "thing", "kind": "database", "source": "here", **row}, Row)
    return list(observed(Estate(resources), {"thing": (whole,)}))


def public(value: Any, *rules: dict[str, Any]) -> object:
    (one,) = told({"public": list(rules)}, resource(value))
    assert isinstance(one, PublicEndpoint)
    return plain(one.public)


def plain(value: object) -> object:
    if isinstance(value, Unknown):
        return "?"
    return " or ".join(map(str, value.values)) if isinstance(value, OneOf) else value


@pytest.mark.parametrize(
    ("value", "rule", "expected"),
    [
        ({"a": True}, {"paths": ["a"], "default": False}, True),
        ({"a": "yes"}, {"paths": ["a"], "default": False}, True),
        ({"a": "perhaps"}, {"paths": ["a"], "default": False}, "?"),
        ({}, {"paths": ["a"], "default": False}, False),
        ({"a": None}, {"paths": ["a"], "default": True}, True),
        ({"a": UNKNOWN}, {"paths": ["a"], "default": True}, "?"),
        ({"a": OneOf((True, False))}, {"paths": ["a"], "default": True}, "True or False"),
        ({"a": OneOf((False, None))}, {"paths": ["a"], "default": False}, False),
        ({"a": True}, {"paths": ["a"], "negate": True, "default": True}, False),
        ({"a": False}, {"paths": ["a"], "only": True, "default": "prose"}, "?"),
        ({"a": {"b": True}}, {"paths": ["a.b"], "default": False}, True),
        ({"a": [{"b": False}, {"b": True}]}, {"paths": ["a.b"], "default": False}, True),
        (
            {"a": [{"b": False}, {"b": True}]},
            {"paths": ["a.b"], "of": "all", "default": False},
            False,
        ),
        ({"a": '{"b": [{"c": true}]}'}, {"paths": ["a.b.c"], "default": False}, True),
        ({"a": {"x.y/z": "true"}}, {"paths": ["a.[x.y/z]"], "default": False}, True),
        ({"a": {"x.y/z": "true"}}, {"paths": ["a[x.y/z]"], "default": False}, True),
        ({"a": {"k": {"b": True}}}, {"paths": ["a.*.b"], "default": False}, True),
        (
            {"p": [{"n": "other", "v": "0"}, {"n": "Force", "v": "1"}]},
            {"paths": ["p[n=force|forced].v"], "reader": "words", "words": {"1": True}}
            | {"default": False},
            True,
        ),
        ({"a": 1, "b": True}, {"paths": ["b"], "when": {"a": [1]}, "default": False}, True),
        ({"a": "x"}, {"paths": ["a"], "reader": "set", "default": False}, True),
        ({"a": {}}, {"paths": ["a"], "reader": "set", "default": False}, False),
        ({"a": []}, {"paths": ["a"], "reader": "set", "default": False}, False),
        ({"a": True, "b": True}, {"paths": ["a", "b"], "reader": "all", "default": False}, True),
        ({"a": True}, {"paths": ["a", "b"], "reader": "all", "default": False}, False),
        (
            {"a": ["10.0.0.0/8", "0.0.0.0/0"]},
            {"paths": ["a"], "reader": "open", "default": False},
            True,
        ),
        (
            {"a": "10.0.0.0/8, ::/0"},
            {"paths": ["a"], "reader": "open", "default": False},
            True,
        ),
        (
            {"s": "1.0.0.0", "e": "255.255.255.255"},
            {"paths": ["s", "e"], "reader": "range", "default": False},
            True,
        ),
        (
            {"s": "10.1.1.1", "e": "10.1.1.9"},
            {"paths": ["s", "e"], "reader": "range", "default": True},
            False,
        ),
        ({"a": 9}, {"paths": ["a"], "reader": "number", "at_least": 8, "default": False}, True),
        ({"a": "7"}, {"paths": ["a"], "reader": "number", "at_least": 8, "default": True}, False),
        (
            {"a": "v1.9.3"},
            {"paths": ["a"], "reader": "number", "at_least": "1.28", "default": True},
            False,
        ),
        (
            {"a": "TLS-1-3-x"},
            {"paths": ["a"], "reader": "words", "words": {"/.*1-3.*/": True}, "default": False},
            True,
        ),
        (
            {"a": "new"},
            {"paths": ["a"], "reader": "words", "words": {"old": True}, "default": False},
            "?",
        ),
        (
            {"a": "new"},
            {"paths": ["a"], "reader": "words", "words": {"old": True, "*": False}}
            | {"default": True},
            False,
        ),
        (
            {"a": "odd"},
            {"paths": ["a"], "reader": "words", "words": {"odd": "something else decides"}}
            | {"default": False},
            "?",
        ),
        (
            {"a": {"Statement": {"Effect": "Allow", "Principal": "*"}}},
            {"paths": ["a"], "reader": "policy", "default": False},
            True,
        ),
    ],
)
def test_a_rule_decides(value: Any, rule: dict[str, Any], expected: object) -> None:
    assert public(value, rule) == expected


@pytest.mark.parametrize(
    ("engine", "expected"),
    [
        ("redis", True),
        ("valkey", False),
        (None, False),
        (UNKNOWN, "?"),
    ],
)
def test_a_rule_holds_only_when_another_setting_says_so(engine: object, expected: object) -> None:
    rules = ({"when": {"engine": ["/redis.*/"]}, "default": True}, {"default": False})
    assert public({"engine": engine}, *rules) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [({}, True), ({"a": "x"}, False), ({"a": "y"}, True), ({"a": UNKNOWN}, "?")],
)
def test_a_condition_may_ask_for_anything_but_a_word(value: Any, expected: object) -> None:
    rules = ({"when": {"a": ["!x"]}, "default": True}, {"default": False})
    assert public(value, *rules) == expected


def test_companions_are_found_by_name_by_reference_and_through_a_setting() -> None:
    thing = resource({"name": "n", "group": "g"})
    rule = {"companion": "extra", "by": "of", "paths": ["on"]}
    for of in ("n", Pointer(("a", "id")), Pointer(("a",))):
        extra = resource({"of": of, "on": True}, "extra", "x")
        (one,) = told({"transit": [rule, {"default": False}]}, thing, extra)
        assert isinstance(one, Transit)
        assert one.enforced is True
        assert (one.key, one.source, one.line) == ("a", "extra.yaml", 11)
    other = resource({"of": "another", "on": True}, "extra", "x")
    (one, orphan) = told({"transit": [rule, {"default": False}]}, thing, other)
    assert isinstance(one, Transit)
    assert (one.enforced, one.source, one.line, one.end_line) == (False, "thing.yaml", 3, 9)
    assert isinstance(orphan, Transit)
    assert (orphan.key, orphan.kind, orphan.enforced, orphan.line) == ("x", "database", True, 11)
    group = resource({"name": "g", "p": [{"k": "ssl", "v": 1}]}, "extra", "x")
    through = {"companion": "extra", "through": "group", "paths": ["p[k=ssl].v"]}
    words = {"reader": "words", "words": {"1": True}}
    (one,) = told({"transit": [{**through, **words}, {"default": False}]}, thing, group)
    assert isinstance(one, Transit)
    assert one.enforced is True


def test_a_companion_of_nothing_here_says_what_it_says_and_no_more() -> None:
    rule = {"companion": "extra", "by": "of", "paths": ["on"], "absent": "who knows"}
    row = {"public": [rule, {"default": False}], "encrypted": [rule, {"default": False}]}
    (one,) = told(row, resource({"of": "elsewhere", "on": True}, "extra", "x"))
    assert isinstance(one, PublicEndpoint)
    assert (one.key, one.public) == ("x", True)
    (one,) = told(row, resource({"of": UNKNOWN}, "extra", "x"))
    assert isinstance(one, PublicEndpoint)
    assert plain(one.public) == "?"
    guarded = {"public": [{**rule, "when": {"a": ["b"]}}, {"default": False}]}
    assert told(guarded, resource({"of": "elsewhere", "on": True}, "extra", "x")) == []


def test_a_companion_nobody_points_to_speaks_alone_too() -> None:
    words = {"reader": "words", "words": {"1": True, "0": False}}
    rule = {"companion": "extra", "through": "group", "paths": ["p[k=ssl].v"], **words}
    row = {"transit": [rule, {"default": "the group decides"}]}
    group = resource({"name": "g", "p": [{"k": "ssl", "v": 0}]}, "extra", "x")
    (one,) = told(row, group)
    assert isinstance(one, Transit)
    assert (one.key, one.enforced) == ("x", False)
    (one,) = told(row, resource({"group": "g"}), group)
    assert isinstance(one, Transit)
    assert (one.key, one.enforced) == ("a", False)
    assert told(row, resource({"name": "g", "p": []}, "extra", "x")) == []


def test_a_companion_that_may_be_missing_leaves_it_open() -> None:
    extra = resource({"of": "a", "on": True}, "extra", "x", perhaps=True, condition="who knows")
    rule = {"companion": "extra", "by": "of", "paths": ["on"]}
    for default, expected in ((False, "?"), (True, True)):
        (one,) = told({"transit": [rule, {"default": default}]}, resource({}), extra)
        assert isinstance(one, Transit)
        assert plain(one.enforced) == expected


def test_an_existing_companion_without_the_setting_has_a_meaning_of_its_own() -> None:
    rule = {"companion": "extra", "by": "of", "paths": ["on"], "absent": True}
    (one,) = told(
        {"transit": [rule, {"default": False}]}, resource({}), resource({"of": "a"}, "extra")
    )
    assert isinstance(one, Transit)
    assert one.enforced is True


def test_a_setting_of_the_whole_account_counts_anywhere() -> None:
    switch = {"companion": "switch", "anywhere": True, "paths": ["on"], "only": True}
    row = {"encrypted": [switch, {"default": False}]}
    (one,) = told(row, resource({}), resource({"on": True}, "switch"))
    assert isinstance(one, DataStore)
    assert one.encrypted is True
    (one,) = told(row, resource({}), resource({"on": True}, "switch", realm=("elsewhere",)))
    assert isinstance(one, DataStore)
    assert one.encrypted is False


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, {"TLSv1": True, "TLSv1.1": True, "TLSv1.2": True}),
        ({"v": "TLS1_2"}, {"TLSv1": False, "TLSv1.1": False, "TLSv1.2": True}),
        ({"v": "TLS1_3"}, {"TLSv1": False, "TLSv1.1": False, "TLSv1.2": False, "TLSv1.3": True}),
        (
            {"v": ["TLS1_2", "OLD"]},
            {"SSLv3": True, "TLSv1": True, "TLSv1.1": True, "TLSv1.2": True},
        ),
        ({"v": "OFF"}, {}),
        ({"v": OneOf(("TLS1_2", "TLS1_0"))}, {"TLSv1": "?", "TLSv1.1": "?", "TLSv1.2": True}),
    ],
)
def test_the_lowest_version_says_which_are_offered(value: Any, expected: dict[str, object]) -> None:
    words = {"TLS1_0": "1.0", "TLS1_2": "1.2", "TLS1_3": "1.3", "OLD": "ssl3", "OFF": "none"}
    rule = {"paths": ["v"], "reader": "words", "words": words, "default": "1.0"}
    found = told({"tls": [rule]}, resource(value))
    versions = [one for one in found if isinstance(one, TlsVersion)]
    assert len(versions) == len(found)
    assert {
        one.version: "?" if isinstance(one.offered, OneOf) else one.offered for one in versions
    } == expected
    assert all(one.key == f"a {one.version}" for one in versions)


def test_versions_nobody_knows_are_one_gap() -> None:
    rule = {"paths": ["v"], "reader": "words", "words": {"TLS1_2": "1.2"}, "default": "1.2"}
    (gap,) = told({"tls": [rule]}, resource({"v": UNKNOWN}))
    assert isinstance(gap, Gap)
    assert (gap.type, gap.key, gap.reason) == ("TlsVersion", "a", Reason.UNRESOLVED)


def test_an_older_provider_has_an_older_default() -> None:
    rule = {"paths": ["v"], "default": True, "before": {"4.20": False}}
    (one,) = told({"public": [rule]}, resource({}, older=lambda version: version == "4.20"))
    assert isinstance(one, PublicEndpoint)
    assert one.public is False


@pytest.mark.parametrize(
    ("value", "holder", "name"),
    [
        ({}, "provider", None),
        ({"key": "arn:aws:kms:x:1:key/2"}, "customer", "arn:aws:kms:x:1:key/2"),
        ({"key": "alias/aws/s3"}, "provider", "alias/aws/s3"),
        ({"key": Pointer(("kms", "main", "arn"))}, "customer", "kms.main"),
        ({"key": ""}, "provider", None),
        ({"key": UNKNOWN}, "?", "?"),
        ({"kind": "OURS"}, "customer", None),
        ({"kind": "THEIRS"}, "provider", None),
    ],
)
def test_whose_key_it_is(value: Any, holder: object, name: object) -> None:
    words = {"OURS": "customer", "THEIRS": "provider"}
    key = ["key", {"paths": ["kind"], "words": words}]
    (one,) = told({"encrypted": "svc", "key": key}, resource(value))
    assert isinstance(one, DataStore)
    assert (one.encrypted, plain(one.key_holder), plain(one.key_name)) == (True, holder, name)


def test_what_is_made_from_something_else_is_encrypted_like_that() -> None:
    row = {"encrypted": [{"paths": ["on"], "default": False}], "copied": ["snapshot"]}
    (one,) = told(row, resource({"snapshot": "s"}))
    assert isinstance(one, DataStore)
    assert plain(one.encrypted) == "?"


@pytest.mark.parametrize(
    ("period", "days"), [("7776000s", 90), (30, 30), ("P1Y", 365), ("soon", None), (UNKNOWN, "?")]
)
def test_a_key_says_how_often_it_changes(period: object, days: object) -> None:
    row = {"rotation": [{"paths": ["p"], "reader": "set", "default": False}], "days": "p"}
    (one,) = told(row, resource({"p": period}))
    assert isinstance(one, EncryptionKey)
    assert plain(one.rotation_days) == days


def test_ways_to_sign_in_are_one_observation_a_kind() -> None:
    row = {"sign_in": {
        "shared": [{"paths": ["keys"], "negate": True, "default": False}],
        "factor": [{"paths": ["mfa"], "reader": "words", "words": {"ON": True}, "default": False}],
    }}  # fmt: skip
    found = told(row, resource({"mfa": "ON"}))
    guarded = {one.kind: one.guarded for one in found if isinstance(one, SignIn)}
    assert guarded == {"shared": False, "factor": True}


def test_a_password_policy_is_read_field_by_field() -> None:
    row = {"password_policy": {
        "min_length": {"paths": ["length"], "default": 6},
        "upper": {"paths": ["upper"], "default": 0},
        "max_age_days": {"paths": ["age"], "default": None},
        "max_failures": {"default": 5},
    }}  # fmt: skip
    (one,) = told(row, resource({"length": 14, "upper": True, "age": 0}))
    assert isinstance(one, PasswordPolicy)
    assert (one.min_length, one.upper, one.max_age_days, one.max_failures) == (14, 1, None, 5)
    assert isinstance(one.digits, Unknown)
    (one,) = told(row, resource({"length": UNKNOWN}))
    assert isinstance(one, PasswordPolicy)
    assert (plain(one.min_length), one.upper) == ("?", 0)


def test_parts_of_a_resource_are_things_of_their_own() -> None:
    encrypted = [{"paths": ["on"], "default": False}]
    row = {"blocks": ["disks", "root"], "implied": "root", "encrypted": encrypted}
    found = told(row, resource({"disks": [{"name": "d", "on": True}, {"on": False}]}))
    stores = {one.key: one.encrypted for one in found if isinstance(one, DataStore)}
    assert stores == {"a.disks[d]": True, "a.disks": False, "a.root": False}


def test_a_row_is_for_what_fulfils_its_condition() -> None:
    row = {"when": {"type": ["LoadBalancer"]}, "public": [{"default": True}]}
    assert told(row, resource({"type": "ClusterIP"})) == []
    assert len(told(row, resource({"type": "LoadBalancer"}))) == 1
    assert len(told(row, resource({"type": UNKNOWN}))) == 1


@pytest.mark.parametrize(
    "row",
    [
        {"public": [{"paths": ["a"]}]},
        {"public": []} | {"sign_in": {"shared": []}},
        {"nonsense": True},
        {"sign_in": {"other": [{"default": True}]}},
    ],
)
def test_a_row_without_an_end_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        told(row, resource({}))
