from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from rempart.archive import Tie
from rempart.check import Evidence, Gap, Observation, Unknown
from rempart.derive import ESTATE, Estate, drift, shared_key, store_chain
from rempart.errors import Reason
from rempart.observations.database_accounts import ClientRule
from rempart.observations.datastores import Copy, DataStore, DataStoreFile, Dump, StoreChain
from rempart.observations.estate import Drift, SharedKey
from rempart.observations.passwords import PasswordPolicy
from rempart.observations.ssh import SshdSettings
from rempart.observations.volumes import Volume

CLAIMS = Tie("claims", "database", on="db-1", path="/var/lib")
HOST = Tie("db-1", "host")
FILE = DataStoreFile("SQLite 3", False, key="claims.db")


def estate(subjects: list[Tie], gaps: dict[str, list[Gap]] | None = None, **seen: Any) -> Estate:
    observations = {id_.replace("_", "-"): tuple(items) for id_, items in seen.items()}
    return Estate(observations, {k: tuple(v) for k, v in (gaps or {}).items()}, subjects)


def copies(of: Estate) -> dict[str, Copy]:
    (chain,) = store_chain.derived(of)
    assert isinstance(chain, StoreChain)
    assert chain.subject == "claims"
    return {copy.name: copy for copy in chain.copies}


def test_the_nearest_mount_holds_the_store() -> None:
    volumes = [Volume(False, key="/"), Volume(True, key_holder="host", key="/var/lib")]
    original = copies(estate([CLAIMS, HOST], claims=[FILE], db_1=volumes))["claims"]
    assert original.encrypted is True
    assert [(layer.kind, layer.name) for layer in original.layers] == [
        ("file", "claims.db"),
        ("mount", "db-1:/var/lib"),
    ]


def test_all_layers_clear_is_clear() -> None:
    found = copies(estate([CLAIMS, HOST], claims=[FILE], db_1=[Volume(False, key="/")]))
    assert found["claims"].encrypted is False


@pytest.mark.parametrize(
    ("database", "gaps", "reason"),
    [
        (CLAIMS, {"db-1": [Gap("Volume", Reason.UNREACHABLE, "no answer")]}, Reason.UNREACHABLE),
        (CLAIMS, {}, Reason.NO_COLLECTOR),
        (structs.replace(CLAIMS, on=""), {}, Reason.UNRESOLVED),
    ],
)
def test_a_missing_link_is_unknown_with_its_reason(
    database: Tie, gaps: dict[str, list[Gap]], reason: Reason
) -> None:
    found = copies(estate([database, HOST], gaps, claims=[FILE]))["claims"].encrypted
    assert isinstance(found, Unknown)
    assert found.reason is reason


def test_backups_and_dumps_named_after_the_store_are_copies() -> None:
    backup = Tie(id="nightly", kind="backup", of=("claims",), on="", path="/b")
    other = Tie(id="weekly", kind="backup", of=("claims",), on="", path="/w")
    exports = Tie(id="exports", kind="files", on="", path="/e")
    found = copies(
        estate(
            [CLAIMS, HOST, backup, other, exports],
            {"weekly": [Gap("Dump", Reason.PRIVILEGE, "may not be read")]},
            claims=[FILE],
            nightly=[Dump("dump by its name", True, "age", key="x.sql.age")],
            exports=[
                Dump("pg_dump", False, key="old/claims-2026.sql"),
                Dump("pg_dump", False, key="disclaims.sql"),
            ],
        )
    )
    assert set(found) == {"claims", "x.sql.age", "weekly", "old/claims-2026.sql"}
    assert found["x.sql.age"].encrypted is True
    assert found["old/claims-2026.sql"].encrypted is False
    assert isinstance(found["weekly"].encrypted, Unknown)


def test_what_a_repository_declares_is_a_layer_or_a_copy() -> None:
    infra = Tie(
        id="infra", kind="repository", declares={"claims": ("module.db.*", "aws_s3_bucket.*")}
    )
    found = copies(
        estate(
            [CLAIMS, HOST, infra],
            claims=[FILE],
            infra=[
                DataStore("database", True, "customer", key="module.db.aws_db_instance.main"),
                DataStore("bucket", False, key="aws_s3_bucket.backup", subject="infra"),
                DataStore("bucket", False, key="aws_other.backup"),
            ],
        )
    )
    assert found["claims"].encrypted is True
    assert found["aws_s3_bucket.backup"].encrypted is False
    assert len(found) == 2


def sshd(**values: Any) -> SshdSettings:
    given: dict[str, Any] = {
        "permit_root_login": "no",
        "password_authentication": False,
        "max_auth_tries": 4,
        "permit_empty_passwords": False,
        "keyboard_interactive": False,
        "use_pam": True,
        "authentication_methods": "any",
        **values,
    }
    return SshdSettings(**given)


INFRA = Tie(id="infra", kind="repository", declares={"db-1": ("ssh/**",)})
DECLARED = sshd(
    key="ssh/sshd_config",
    source="ssh/sshd_config",
    decided={"max_auth_tries": Evidence("ssh/sshd_config", 5)},
)


def drifts(of: Estate) -> dict[str, Drift]:
    return {item.setting: item for item in drift.derived(of) if isinstance(item, Drift)}


def test_each_setting_is_compared_with_what_runs() -> None:
    running = sshd(max_auth_tries=10)
    found = drifts(estate([HOST, INFRA], infra=[DECLARED], db_1=[running]))
    assert (found["max_auth_tries"].declared, found["max_auth_tries"].observed) == (4, 10)
    assert (found["max_auth_tries"].subject, found["max_auth_tries"].line) == ("db-1", 5)
    assert found["permit_root_login"].declared == found["permit_root_login"].observed


def test_a_host_nobody_saw_may_have_drifted() -> None:
    gaps = {"db-1": [Gap("SshdSettings", Reason.UNREACHABLE, "no answer")]}
    found = drifts(estate([HOST, INFRA], gaps, infra=[DECLARED]))
    observed = found["max_auth_tries"].observed
    assert isinstance(observed, Unknown)
    assert observed.reason is Reason.UNREACHABLE


def test_a_declaration_that_is_not_there_is_a_gap() -> None:
    found: list[Observation | Gap] = list(drift.derived(estate([HOST, INFRA], db_1=[sshd()])))
    assert [(item.subject, item.type) for item in found if isinstance(item, Gap)] == [
        ("db-1", "Drift")
    ]


def test_a_key_knows_what_it_opens_and_for_what() -> None:
    first = [
        DataStore("database", True, "customer", "aws_kms_key.a", key="aws_db.claims", subject="x"),
        DataStore("bucket", True, "customer", "aws_kms_key.a", key="aws_s3.backup", subject="x"),
        Volume(True, key_name="aws_kms_key.b", key="aws_ebs.claims", subject="x"),
        Volume(True, key_name="arn:aws:kms:1", key="aws_ebs.logs", subject="x"),
        Volume(True, key="aws_ebs.none", subject="x"),
    ]
    second = [Volume(True, key_name="arn:aws:kms:1", key="aws_ebs.recette", subject="y")]
    found = {
        item.key: item
        for item in shared_key.derived(estate([], x=first, y=second))
        if isinstance(item, SharedKey)
    }
    assert found["aws_kms_key.a"].uses == ("copy", "live")
    assert found["aws_kms_key.a"].stores == ("aws_db.claims", "aws_s3.backup")
    assert (found["aws_kms_key.a"].subject, found["aws_kms_key.b"].uses) == ("x", ("live",))
    assert found["arn:aws:kms:1"].subject == ESTATE
    assert found["arn:aws:kms:1"].uses == ("live", "rehearsal")


def test_keys_of_one_name_in_two_roots_are_two_keys() -> None:
    stores = [
        Volume(True, key_name="aws_kms_key.a", key=f"aws_ebs.{root}", root=root, subject="x")
        for root in ("prod", "recette")
    ]
    found = list(shared_key.derived(estate([], x=stores)))
    assert [item.root for item in found] == ["prod", "recette"]


def _rule(method: str, *, network: str = "10.0.4.0/24", line: int = 7, **more: Any) -> ClientRule:
    words = ("hostssl", ("adh",), ("app",), network)
    key = f"hostssl adh app {network}"
    return ClientRule(*words, method, key=key, source="pg_hba.conf", line=line, **more)


def test_rules_of_a_database_are_held_against_its_repository() -> None:
    subjects = [
        Tie(id="adh", kind="database"),
        Tie(id="infra", kind="repository", declares={"adh": ("db/**",)}),
    ]
    declared = [replace(_rule("scram-sha-256"), source="db/pg_hba.conf")]
    running = [_rule("md5"), _rule("trust", network="0.0.0.0/0", line=8)]
    found = drifts(estate(subjects, infra=declared, adh=running))
    changed = found["pg_hba hostssl adh app 10.0.4.0/24"]
    assert (changed.declared, changed.observed) == ("scram-sha-256", "md5")
    assert (changed.source, changed.line) == ("infra: db/pg_hba.conf", 7)
    assert changed.observed_at == "adh: pg_hba.conf:7"
    added = found["pg_hba hostssl adh app 0.0.0.0/0"]
    assert (added.declared, added.observed) == (None, "trust")


def test_rules_that_were_not_seen_may_have_drifted() -> None:
    subjects = [
        Tie(id="adh", kind="database"),
        Tie(id="infra", kind="repository", declares={"adh": ("db/**",)}),
    ]
    declared = [replace(_rule("scram-sha-256"), source="db/pg_hba.conf")]
    gaps = {"adh": [Gap("ClientRule", Reason.PRIVILEGE, "may not read")]}
    (one,) = drifts(estate(subjects, gaps, infra=declared)).values()
    assert isinstance(one.observed, Unknown)
    assert one.observed.reason is Reason.PRIVILEGE


def _passwords(**values: Any) -> PasswordPolicy:
    given: dict[str, Any] = {
        "min_length": 12,
        "max_length": None,
        "min_classes": 3,
        "lower": 0,
        "upper": 0,
        "digits": 0,
        "specials": 0,
        "dictionary": False,
        "max_failures": 5,
        "unlock_seconds": 900,
        "max_age_days": None,
        "binds_admins": True,
        "second_factor": False,
        **values,
    }
    return PasswordPolicy(**given)


def test_a_realm_and_pam_are_compared_by_what_the_repository_names() -> None:
    subjects = [
        Tie(id="realm", kind="identity"),
        Tie(id="infra", kind="repository", declares={"realm": ("keycloak_realm.pro",)}),
    ]
    silent = Unknown(Reason.UNRESOLVED, "the provider names no such rule")
    declared = _passwords(key="keycloak_realm.pro", source="realm.tf", line=3, dictionary=silent)
    running = _passwords(key="pro", source="pro-realm.json", min_length=8)
    found = drifts(estate(subjects, infra=[declared], realm=[running]))
    assert (found["min_length"].declared, found["min_length"].observed) == (12, 8)
    assert found["min_length"].observed_at == "realm: pro-realm.json"
    assert found["max_failures"].declared == found["max_failures"].observed == 5
    assert "dictionary" not in found
