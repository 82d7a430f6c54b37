"""Which folders are judged on their own, what calls pass down, and what bad input costs."""

import codecs
from collections.abc import Iterator

import msgspec
import pytest

from rempart.check import Gap, Observation, Unknown
from rempart.collectors.repository.companions import Estate
from rempart.collectors.repository.files import parsed
from rempart.collectors.repository.rows import of_terraform
from rempart.collectors.repository.terraform.calls import Foreign, registered
from rempart.collectors.repository.terraform.declared import declared
from rempart.collectors.repository.terraform.modules import Repository
from rempart.collectors.repository.terraform.registry import Known, called_resources
from rempart.collectors.repository.terraform.syntax import File
from rempart.collectors.repository.topics import observed
from rempart.observations.datastores import DataStore
from rempart.observations.exposure import OpenPort, PublicEndpoint

DATABASE = 'resource "aws_db_instance" "d" {\n  storage_encrypted = var.on\n}\n'
LIBRARY = 'variable "on" {}\n' + DATABASE


def files(named: dict[str, str | bytes]) -> list[File]:
    return [
        parsed(text if isinstance(text, bytes) else text.encode(), path)
        for path, text in named.items()
    ]


def stores(named: dict[str, str | bytes]) -> dict[tuple[str, str], object]:
    found = (one for one in declared(files(named)) if isinstance(one, DataStore))
    return {
        (one.root, one.key): "?" if isinstance(one.encrypted, Unknown) else one.encrypted
        for one in found
    }


def test_a_folder_nobody_calls_is_judged_alone_and_a_called_one_through_its_callers() -> None:
    call = 'module "m" {\n  source = "../../modules/db"\n  on = %s\n}\n'
    assert stores({
        "live/a/main.tf": call % "true",
        "live/b/main.tf": call % "false",
        "modules/db/main.tf": LIBRARY,
        "modules/unused/main.tf": LIBRARY,
    }) == {
        ("live/a", "module.m.aws_db_instance.d"): True,
        ("live/b", "module.m.aws_db_instance.d"): False,
        ("modules/unused", "aws_db_instance.d"): "?",
    }  # fmt: skip


@pytest.mark.parametrize(
    "source",
    ["./modules/db", "./modules//db", "./modules/db/", ".\\\\modules\\\\db", "./x/../modules/db"],
)
def test_a_local_source_is_found_however_it_is_written(source: str) -> None:
    call = f'module "m" {{\n  source = "{source}"\n  on = true\n}}\n'
    assert stores({"main.tf": call, "modules/db/main.tf": LIBRARY}) == {
        ("", "module.m.aws_db_instance.d"): True
    }


def test_rings_of_modules_and_of_names_end() -> None:
    ring = 'module "N" {\n  source = "../N"\n}\n' + DATABASE.replace("var.on", "true")
    found = stores({"a/main.tf": ring.replace("N", "b"), "b/main.tf": ring.replace("N", "a")})
    assert found["a", "aws_db_instance.d"] is True
    own = 'module "me" {\n  source = "./"\n}\n' + DATABASE.replace("var.on", "local.a")
    text = own + "locals {\n  a = local.b\n  b = local.a\n}\n"
    assert stores({"main.tf": text})["", "aws_db_instance.d"] == "?"


def test_a_terragrunt_unit_is_a_root_and_its_module_is_called() -> None:
    found = stores({
        "live/db/terragrunt.hcl": 'terraform {\n  source = "../../modules//db"\n}\n'
        "inputs = {\n  on = dependency.kms.outputs.on\n}\n",
        "live/cache/terragrunt.hcl": 'terraform {\n  source = "../../modules/db"\n}\n'
        "inputs = {\n  on = true\n}\n",
        "live/terragrunt.hcl": "inputs = {}\n",
        "modules/db/main.tf": LIBRARY,
    })  # fmt: skip
    assert found == {
        ("live/db", "aws_db_instance.d"): "?",
        ("live/cache", "aws_db_instance.d"): True,
    }


def test_a_root_on_which_we_fail_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluated = Repository.evaluated

    def failing(self: Repository, root: str) -> object:
        if root == "bad":
            raise ZeroDivisionError("hunter2")
        return evaluated(self, root)

    monkeypatch.setattr(Repository, "evaluated", failing)
    text = DATABASE.replace("var.on", "true")
    found = list(declared(files({"bad/main.tf": text, "good/main.tf": text})))
    assert [one.root for one in found if isinstance(one, DataStore)] == ["good"]
    lost = {(one.type, one.key) for one in found if isinstance(one, Gap)}
    assert ("DataStore", "bad") in lost
    assert "hunter2" not in repr(found)


def test_a_root_that_is_left_out_is_not_evaluated() -> None:
    text = DATABASE.replace("var.on", "true")
    asked: list[str] = []

    def begin(root: str) -> bool:
        asked.append(root)
        return root != "bad"

    found = list(declared(files({"bad/main.tf": text, "good/main.tf": text}), begin))
    assert asked == ["bad", "good"]
    assert {one.root for one in found if isinstance(one, Observation)} == {"good"}


@pytest.mark.parametrize(
    "encoded",
    [
        codecs.BOM_UTF8 + b"%s",
        codecs.BOM_UTF16_LE,
        codecs.BOM_UTF16_BE,
        b"",
    ],
)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_encodings_and_line_ends_change_nothing(encoded: bytes, ending: str) -> None:
    text = DATABASE.replace("var.on", "true").replace("\n", ending)
    codec = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}.get(encoded)
    raw = encoded + text.encode(codec) if codec else encoded.replace(b"%s", b"") + text.encode()
    file = parsed(raw, "main.tf")
    assert file.broken == ()
    (store,) = (one for one in declared([file]) if isinstance(one, DataStore))
    assert (store.encrypted, store.line) == (True, 2)


def test_marks_of_a_merge_conflict_are_named_and_the_rest_is_judged() -> None:
    text = DATABASE.replace("var.on", "true")
    conflict = f"<<<<<<< HEAD\n{text}=======\n>>>>>>> theirs\n" + text.replace('"d"', '"e"')
    file = parsed(conflict.encode(), "main.tf")
    assert file.broken == (1, 5, 6)
    found = [one for one in declared([file]) if isinstance(one, DataStore)]
    assert {(one.key, one.line) for one in found} == {
        ("aws_db_instance.d", 3),
        ("aws_db_instance.e", 8),
    }


def test_an_unclosed_block_is_named() -> None:
    file = parsed(b'resource "aws_db_instance" "d" {\n  storage_encrypted = true\n', "main.tf")
    assert file.broken


def test_counts_of_none_and_of_too_many_end() -> None:
    text = 'resource "aws_db_instance" "d" {\n  count = %s\n}\n'
    assert stores({"main.tf": text % "0"}) == {}
    assert stores({"main.tf": text % "var.none ? 0 : 0"}) == {}
    assert len(stores({"main.tf": text % "1000000000"})) == 1


TABLE = msgspec.convert(
    [
        {
            "source": "terraform-aws-modules/rds/aws",
            "makes": [
                {
                    "as": "aws_db_instance",
                    "inputs": {
                        "storage_encrypted": "storage_encrypted",
                        "kms_key_id": "kms_key_id",
                    },
                    "defaults": {"storage_encrypted": True},
                    "before": {"5": {"storage_encrypted": False}},
                    "when": {"create_db_instance": [True, "absent"]},
                }
            ],
            "source_read": "here",
        },
        {
            "source": "terraform-aws-modules/s3-bucket/aws",
            "makes": [
                {"as": "aws_s3_bucket", "inputs": {"acl": "acl"}},
                {
                    "as": "aws_s3_bucket_acl",
                    "by": "bucket",
                    "inputs": {"acl": "acl"},
                },
            ],
            "source_read": "here",
        },
    ],
    list[Known],
)
MODULES = {one.source: one for one in TABLE}


def called(text: str) -> Iterator[Observation | Gap]:
    resources = []
    for one in Repository(files({"main.tf": text})).evaluated(""):
        if isinstance(one, Foreign):
            resources += list(called_resources(one, MODULES) or ())
    estate = Estate(resources)
    return observed(estate, of_terraform(estate.types))


@pytest.mark.parametrize(
    ("inputs", "encrypted"),
    [
        ("storage_encrypted = false", [False]),
        ("", [True]),
        ('version = "~> 4.0"', [False]),
        ("storage_encrypted = null", [True]),
        ("storage_encrypted = var.on", ["?"]),
        ("create_db_instance = false", []),
        ("count = 0", []),
    ],
)
def test_a_registry_module_is_judged_by_its_inputs(inputs: str, encrypted: list[object]) -> None:
    text = 'module "db" {\n  source = "terraform-aws-modules/rds/aws"\n  %s\n}\nvariable "on" {}\n'
    found = list(called(text % inputs))
    assert [
        "?" if isinstance(one.encrypted, Unknown) else one.encrypted
        for one in found
        if isinstance(one, DataStore)
    ] == encrypted
    assert {one.key for one in found} <= {"module.db"}
    assert not [one for one in found if isinstance(one, PublicEndpoint)]  # nothing says anything


def test_companions_in_a_registry_module_speak_for_it() -> None:
    source = "git::https://github.com/terraform-aws-modules/terraform-aws-s3-bucket.git?ref=v3"
    text = f'module "b" {{\n  source = "{source}"\n  acl = "public-read"\n}}\n'
    public = {one.key: one.public for one in called(text) if isinstance(one, PublicEndpoint)}
    assert public == {"module.b": True}


@pytest.mark.parametrize(
    ("rules", "opened"),
    [
        ('["ssh-tcp"]', {"admin": True}),
        ('["https-443-tcp", "http-80-tcp"]', {"web": True}),
        ('["all-all"]', {"admin": True, "data": True, "other": True}),
        ('["http-8080-tcp", "all-icmp"]', {"other": True}),
        ("[]", {}),
    ],
)
def test_rules_of_a_group_may_have_names(rules: str, opened: dict[str, object]) -> None:
    text = (
        'module "sg" {\n  source = "terraform-aws-modules/security-group/aws"\n'
        f'  ingress_cidr_blocks = ["0.0.0.0/0"]\n  ingress_rules = {rules}\n}}\n'
    )
    found = declared(files({"main.tf": text}))
    assert {one.use: one.public for one in found if isinstance(one, OpenPort)} == opened


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("terraform-aws-modules/rds/aws", "terraform-aws-modules/rds/aws"),
        ("registry.terraform.io/a/b/aws//modules/c", "a/b/aws//modules/c"),
        ("tfr:///a/b/google?version=1.0", "a/b/google"),
        ("github.com/a/terraform-azurerm-b", "a/b/azurerm"),
        ("git@github.com:a/terraform-google-b.git//modules/c?ref=1", "a/b/google//modules/c"),
        ("https://example.org/module.zip", ""),
        ("./local", ""),
    ],
)
def test_sources_have_a_name_in_the_registry(source: str, name: str) -> None:
    assert registered(source) == name
