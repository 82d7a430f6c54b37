"""Calls of the registry modules the table knows: what their inputs and defaults come to."""

import pytest

from rempart.check import Observation, Unknown
from rempart.collectors.repository.terraform.declared import declared
from rempart.collectors.repository.terraform.hcl import parsed
from rempart.collectors.repository.terraform.registry import known
from rempart.observations.datastores import DataStore
from rempart.observations.exposure import PublicEndpoint
from rempart.observations.keys import EncryptionKey
from rempart.observations.transit import Transit
from rempart.observations.volumes import Volume

AWS = "terraform-aws-modules/"
# module, what is asked, inputs that are good (None: nothing written is good), inputs that are bad
CALLS = [
    ("rds", DataStore, None, "storage_encrypted = false"),
    ("rds", PublicEndpoint, None, "publicly_accessible = true"),
    ("rds-aurora", DataStore, None, "storage_encrypted = false"),
    ("s3-bucket", PublicEndpoint, None, "block_public_acls = false"),
    ("eks", PublicEndpoint, None, "cluster_endpoint_public_access = true"),
    ("elasticache", DataStore, None, "at_rest_encryption_enabled = false"),
    (
        "elasticache",
        Transit,
        "transit_encryption_enabled = true",
        "transit_encryption_enabled = false",
    ),
    ("redshift", DataStore, None, "encrypted = false"),
    ("redshift", PublicEndpoint, None, "publicly_accessible = true"),
    ("opensearch", DataStore, None, "encrypt_at_rest = { enabled = false }"),
    ("opensearch", Transit, None, "node_to_node_encryption = { enabled = false }"),
    ("efs", DataStore, None, "encrypted = false"),
    ("sqs", DataStore, None, "sqs_managed_sse_enabled = false"),
    ("sns", DataStore, 'kms_master_key_id = "alias/own"', ""),
    ("msk-kafka-cluster", Transit, None, 'encryption_in_transit_client_broker = "PLAINTEXT"'),
    ("kms", EncryptionKey, None, "enable_key_rotation = false"),
    ("ec2-instance", Volume, "root_block_device = [{ encrypted = true }]", ""),
    (
        "ec2-instance",
        PublicEndpoint,
        "associate_public_ip_address = false",
        "associate_public_ip_address = true",
    ),
    ("rds-proxy", Transit, None, "require_tls = false"),
    (
        "lambda",
        PublicEndpoint,
        'create_lambda_function_url = true\n  authorization_type = "AWS_IAM"',
        "create_lambda_function_url = true",
    ),
    ("memory-db", Transit, None, "tls_enabled = false"),
    (
        "vpc",
        PublicEndpoint,
        "map_public_ip_on_launch = false",
        "map_public_ip_on_launch = true",
    ),
]


GOOGLE = "terraform-google-modules/"
POSTGRES = f"{GOOGLE}sql-db/google//modules/postgresql"
SIMPLE_BUCKET = f"{GOOGLE}cloud-storage/google//modules/simple_bucket"


def fact(name: str, asked: type[Observation], inputs: str) -> object:
    source = name if "//" in name else f"{AWS}{name}/aws"
    text = f'module "it" {{\n  source = "{source}"\n  {inputs}\n}}\n'
    found = [one for one in declared([parsed(text.encode(), "main.tf")]) if type(one) is asked]
    (one,) = found
    match one:
        case DataStore() | Volume():
            return one.encrypted
        case PublicEndpoint():
            return one.public is False
        case Transit():
            return one.enforced
        case EncryptionKey():
            return one.rotates
    return None


GOOGLES = [
    (POSTGRES, PublicEndpoint, "ip_configuration = { ipv4_enabled = false }", ""),
    (POSTGRES, Transit, 'ip_configuration = { ssl_mode = "ENCRYPTED_ONLY" }', ""),
]


@pytest.mark.parametrize(("name", "asked", "good", "bad"), [*CALLS, *GOOGLES])
def test_a_call_is_judged_by_its_inputs(
    name: str, asked: type[Observation], good: str | None, bad: str
) -> None:
    assert fact(name, asked, good or "") is True
    assert fact(name, asked, bad) is False


def test_a_key_of_the_customer_is_seen_through_a_call() -> None:
    text = (
        f'module "it" {{\n  source = "{AWS}dynamodb-table/aws"\n'
        '  server_side_encryption = { enabled = true, kms_key_arn = "arn:aws:kms:x" }\n}\n'
    )
    (store,) = [
        one for one in declared([parsed(text.encode(), "main.tf")]) if isinstance(one, DataStore)
    ]
    assert (store.key_holder, store.key) == ("customer", "module.it")


def test_a_key_of_the_customer_is_seen_through_a_part_of_a_module() -> None:
    text = (
        f'module "it" {{\n  source = "{SIMPLE_BUCKET}"\n'
        '  encryption = { default_kms_key_name = "projects/p/key" }\n}\n'
    )
    (store,) = [
        one for one in declared([parsed(text.encode(), "main.tf")]) if isinstance(one, DataStore)
    ]
    assert store.key_holder == "customer"


def test_an_input_nobody_decided_stays_open() -> None:
    text = (
        f'variable "on" {{}}\nmodule "it" {{\n  source = "{AWS}rds/aws"\n'
        "  storage_encrypted = var.on\n}\n"
    )
    (store,) = [
        one for one in declared([parsed(text.encode(), "main.tf")]) if isinstance(one, DataStore)
    ]
    assert isinstance(store.encrypted, Unknown)


def test_every_module_of_the_table_is_proved() -> None:
    shown = {f"{AWS}{name}/aws" for name, *_ in CALLS}
    others = {f"{AWS}{name}/aws" for name in ("security-group", "dynamodb-table")}
    others |= {POSTGRES, SIMPLE_BUCKET}
    assert set(known()) - shown - others == set()
    assert all(one.source_read for one in known().values())
