# ruff: noqa: E501  (a proof is one line)
"""Each row for Ansible's modules, proved on one task that is right and on one that is not."""

import pytest

from rempart.check import Gap, Observation, OneOf, Unknown
from rempart.collectors.repository.ansible.estate import declared
from rempart.collectors.repository.ansible.files import book
from rempart.collectors.repository.rows import rows
from rempart.observations.datastores import DataStore
from rempart.observations.exposure import OpenPort, PublicEndpoint
from rempart.observations.keys import EncryptionKey
from rempart.observations.passwords import PasswordPolicy
from rempart.observations.sign_in import SignIn
from rempart.observations.tls import TlsVersion
from rempart.observations.transit import Transit
from rempart.observations.volumes import Volume

EVERYBODY = '{Statement: [{Effect: Allow, Principal: "*", Action: "*"}]}'
NAMED = '{Statement: [{Effect: Allow, Principal: {AWS: "1"}, Action: "*"}]}'
# module, what is asked, a task that is right, one that is not ("" where the provider always is)
PROOFS = [
    ("ec2_vol", "encrypted", "encrypted: yes", "name: x"),
    ("ec2_instance", "encrypted", "volumes: [{ebs: {encrypted: true}}]", "volumes: [{ebs: {}}]"),
    ("ec2_instance", "closed", "network: {assign_public_ip: no}", "network: {assign_public_ip: yes}"),
    (
        *("ec2_launch_template", "encrypted"),
        *("block_device_mappings: [{ebs: {encrypted: true}}]", "block_device_mappings: [{ebs: {}}]"),
    ),
    (
        *("ec2_launch_template", "closed"),
        "network_interfaces: [{associate_public_ip_address: false}]",
        "network_interfaces: [{associate_public_ip_address: true}]",
    ),
    ("autoscaling_launch_config", "encrypted", "volumes: [{encrypted: true}]", "volumes: [{x: 1}]"),
    ("autoscaling_launch_config", "closed", "assign_public_ip: no", "assign_public_ip: yes"),
    ("ec2_ami", "encrypted", "device_mapping: [{encrypted: true}]", "device_mapping: [{encrypted: no}]"),
    ("ec2_ami_copy", "encrypted", "encrypted: true", "name: x"),
    ("ec2_snapshot_copy", "encrypted", "encrypted: true", "name: x"),
    ("efs", "encrypted", "encrypt: yes", "name: x"),
    ("rds_instance", "encrypted", "storage_encrypted: true", "name: x"),
    ("rds_instance", "closed", "name: x", "publicly_accessible: true"),
    ("rds_cluster", "encrypted", "storage_encrypted: true", "name: x"),
    (
        *("rds_instance_param_group", "transit"),
        "engine: postgres16, params: {rds.force_ssl: 1}",
        "engine: postgres16, params: {rds.force_ssl: 0}",
    ),
    ("redshift", "encrypted", "encrypted: true", "name: x"),
    ("redshift", "closed", "publicly_accessible: no", "publicly_accessible: yes"),
    ("dynamodb_table", "encrypted", "name: x", ""),
    ("elasticache", "encrypted", "", "name: x"),
    ("elasticache", "transit", "", "name: x"),
    ("opensearch", "encrypted", "encryption_at_rest_options: {enabled: true}", "name: x"),
    (
        *("opensearch", "transit"),
        "domain_endpoint_options: {enforce_https: true}, node_to_node_encryption_options: {enabled: true}",
        "domain_endpoint_options: {enforce_https: false}",
    ),
    (
        *("opensearch", "tls"),
        "domain_endpoint_options: {tls_security_policy: Policy-Min-TLS-1-2-2019-07}",
        "name: x",
    ),
    ("opensearch", "closed", "vpc_options: {subnets: [a]}", "name: x"),
    ("s3_bucket", "encrypted", "encryption: AES256", "encryption: none"),
    (
        *("s3_bucket", "closed"),
        "public_access: {block_public_acls: true, block_public_policy: true, ignore_public_acls: true, "
        "restrict_public_buckets: true}",
        "public_access: {block_public_acls: false}",
    ),
    ("s3_bucket", "closed", "acl: private", "acl: public-read"),
    ("s3_bucket", "closed", f"policy: {NAMED}", f"policy: {EVERYBODY}"),
    ("s3_bucket", "closed", "name: x", "delete_public_access: true"),
    ("s3_object", "closed", "permission: [private]", "permission: [public-read]"),
    ("s3_website", "closed", "", "name: x"),
    ("sqs_queue", "encrypted", "kms_master_key_id: alias/x", ""),
    ("sqs_queue", "closed", f"policy: {NAMED}", f"policy: {EVERYBODY}"),
    ("sns_topic", "closed", f"policy: {NAMED}", f"policy: {EVERYBODY}"),
    ("kinesis_stream", "encrypted", "encryption_type: KMS", "encryption_state: disabled"),
    ("ecs_ecr", "encrypted", "name: x", ""),
    ("ecs_ecr", "closed", f"policy: {NAMED}", f"policy: {EVERYBODY}"),
    ("cloudwatchlogs_log_group", "encrypted", "log_group_name: x", ""),
    ("cloudtrail", "encrypted", "name: x", ""),
    ("backup_vault", "encrypted", "name: x", ""),
    ("secretsmanager_secret", "encrypted", "name: x", ""),
    ("ssm_parameter", "encrypted", "name: db_password, string_type: SecureString", "name: db_password"),
    ("codebuild_project", "encrypted", "name: x", ""),
    ("kms_key", "rotates", "enable_key_rotation: true", "name: x"),
    (
        *("elb_application_lb", "transit"),
        "listeners: [{Protocol: HTTPS}, {Protocol: HTTP, DefaultActions: [{RedirectConfig: {Protocol: HTTPS}}]}]",
        "listeners: [{Protocol: HTTP, DefaultActions: [{Type: forward}]}]",
    ),
    (
        *("elb_application_lb", "tls"),
        "listeners: [{Protocol: HTTPS, SslPolicy: ELBSecurityPolicy-TLS13-1-2-2021-06}]",
        "listeners: [{Protocol: HTTPS}]",
    ),
    (
        *("elb_network_lb", "tls"),
        "listeners: [{Protocol: TLS, SslPolicy: ELBSecurityPolicy-TLS13-1-2-2021-06}]",
        "listeners: [{Protocol: TLS, SslPolicy: ELBSecurityPolicy-2016-08}]",
    ),
    ("elb_classic_lb", "transit", "listeners: [{protocol: https}]", "listeners: [{protocol: http}]"),
    (
        *("cloudfront_distribution", "transit"),
        "default_cache_behavior: {viewer_protocol_policy: redirect-to-https}",
        "default_cache_behavior: {viewer_protocol_policy: allow-all}",
    ),
    (
        *("cloudfront_distribution", "tls"),
        "viewer_certificate: {minimum_protocol_version: TLSv1.2_2021}",
        "viewer_certificate: {minimum_protocol_version: TLSv1}",
    ),
    ("api_gateway", "closed", "endpoint_type: PRIVATE", "name: x"),
    ("lambda_policy", "closed", "principal: s3.amazonaws.com", "principal: '*'"),
    ("api_gateway_domain", "tls", "domain_name: x", "security_policy: TLS_1_0"),
    ("msk_cluster", "transit", "name: x", "encryption: {in_transit: {client_broker: PLAINTEXT}}"),
    ("msk_cluster", "anonymous", "authentication: {sasl_iam: true}", "authentication: {unauthenticated: true}"),
    ("mq_broker", "closed", "name: x", "publicly_accessible: true"),
    ("dms_endpoint", "transit", "sslmode: verify-full", "name: x"),
    ("iam_password_policy", "length 14", "min_pw_length: 14", "min_pw_length: 8"),
    ("iam_access_key", "long_lived", "rotate_keys: true", "name: x"),
    ("azure_rm_storageaccount", "encrypted", "name: x", ""),
    ("azure_rm_storageaccount", "transit", "https_only: true", "https_only: false"),
    ("azure_rm_storageaccount", "tls", "minimum_tls_version: TLS1_2", "minimum_tls_version: TLS1_0"),
    ("azure_rm_storageaccount", "shared", "allow_shared_key_access: no", "name: x"),
    (
        *("azure_rm_storageaccount", "closed"),
        "network_acls: {default_action: Deny}, allow_blob_public_access: no",
        "network_acls: {default_action: Allow}",
    ),
    ("azure_rm_storageblob", "closed", "name: x", "public_access: blob"),
    ("azure_rm_manageddisk", "encrypted", "name: x", ""),
    ("azure_rm_snapshot", "encrypted", "name: x", ""),
    ("azure_rm_virtualmachine", "password", "ssh_password_enabled: false", "admin_password: Zulu77horse"),
    (
        *("azure_rm_virtualmachine", "closed"),
        *("public_ip_allocation_method: Disabled", "public_ip_allocation_method: Static"),
    ),
    ("azure_rm_sqlserver", "closed", "public_network_access: Disabled", ""),
    ("azure_rm_sqlserver", "tls", "minimal_tls_version: '1.2'", "minimal_tls_version: '1.0'"),
    ("azure_rm_sqldatabase", "encrypted", "name: x", ""),
    ("azure_rm_sqlmanagedinstance", "closed", "name: x", "public_data_endpoint_enabled: true"),
    (
        *("azure_rm_sqlfirewallrule", "closed"),
        "start_ip_address: 10.0.0.1, end_ip_address: 10.0.0.9",
        "start_ip_address: 0.0.0.0, end_ip_address: 255.255.255.255",
    ),
    ("azure_rm_postgresqlserver", "transit", "enforce_ssl: true", "name: x"),
    (
        *("azure_rm_postgresqlconfiguration", "transit"),
        *("name: require_secure_transport, value: on", "name: require_secure_transport, value: off"),
    ),
    ("azure_rm_postgresqlflexibleserver", "closed", "network: {public_network_access: Disabled}", ""),
    ("azure_rm_mysqlflexibleserver", "closed", "network: {delegated_subnet_resource_id: x}", ""),
    ("azure_rm_rediscache", "transit", "name: x", "enable_non_ssl_port: true"),
    ("azure_rm_rediscache", "tls", "minimum_tls_version: '1.2'", "name: x"),
    ("azure_rm_rediscache", "closed", "public_network_access: Disabled", "name: x"),
    ("azure_rm_cosmosdbaccount", "closed", "public_network_access: Disabled", "name: x"),
    ("azure_rm_cosmosdbaccount", "closed", "ip_range_filter: 10.0.0.0/8", "ip_range_filter: ''"),
    ("azure_rm_keyvault", "closed", "network_acls: {default_action: Deny}", "vault_name: x"),
    ("azure_rm_webapp", "transit", "https_only: true, ftps_state: FtpsOnly", "https_only: false"),
    ("azure_rm_webapp", "tls", "min_tls_version: '1.2'", "min_tls_version: '1.0'"),
    ("azure_rm_containerregistry", "shared", "name: x", "admin_user_enabled: true"),
    (
        *("azure_rm_aks", "closed"),
        *("api_server_access_profile: {enable_private_cluster: true}", "name: x"),
    ),
    (
        *("azure_rm_appgateway", "transit"),
        *("http_listeners: [{protocol: https}]", "http_listeners: [{protocol: http}]"),
    ),
    (
        *("azure_rm_appgateway", "tls"),
        "ssl_policy: {min_protocol_version: tls_v1_2}",
        "ssl_policy: {policy_name: ssl_policy20150501}",
    ),
    ("azure_rm_servicebus", "closed", "public_network_access: Disabled", "name: x"),
    ("azure_rm_servicebus", "shared", "disable_local_auth: true", "name: x"),
    ("azure_rm_cdnendpoint", "transit", "is_http_allowed: false", "name: x"),
    ("azure_rm_apimanagement", "transit", "protocols: [https]", "protocols: [http, https]"),
    (
        *("gcp_storage_bucket", "closed"),
        "iam_configuration: {public_access_prevention: enforced}",
        "acl: [{entity: allUsers, role: READER}]",
    ),
    ("gcp_storage_bucket_access_control", "closed", "entity: user-a@b.c", "entity: allUsers"),
    ("gcp_compute_disk", "encrypted", "name: x", ""),
    ("gcp_compute_instance", "closed", "network_interfaces: [{}]", "network_interfaces: [{access_configs: [{name: n}]}]"),
    ("gcp_compute_instance", "encrypted", "disks: [{boot: true}]", ""),
    ("gcp_compute_snapshot", "encrypted", "name: x", ""),
    ("gcp_compute_image", "encrypted", "name: x", ""),
    (
        *("gcp_sql_instance", "transit"),
        *("settings: {ip_configuration: {require_ssl: true}}", "name: x"),
    ),
    (
        *("gcp_sql_instance", "closed"),
        "settings: {ip_configuration: {authorized_networks: [{value: 10.0.0.0/8}]}}",
        "settings: {ip_configuration: {authorized_networks: [{value: 0.0.0.0/0}]}}",
    ),
    ("gcp_redis_instance", "transit", "transit_encryption_mode: SERVER_AUTHENTICATION", "name: x"),
    ("gcp_redis_instance", "anonymous", "auth_enabled: true", "name: x"),
    ("gcp_compute_ssl_policy", "tls", "min_tls_version: TLS_1_2", "name: x"),
    ("gcp_compute_target_https_proxy", "tls", "", "name: x"),
    ("gcp_compute_target_http_proxy", "", "name: x", ""),
    (
        *("gcp_container_cluster", "closed"),
        "private_cluster_config: {enable_private_endpoint: true}",
        "private_cluster_config: {enable_private_endpoint: false}",
    ),
    ("gcp_container_cluster", "password", "name: x", "master_auth: {username: a}"),
    ("gcp_kms_crypto_key", "rotates", "rotation_period: 7776000s", "name: x"),
    ("gcp_bigquery_dataset", "closed", "access: [{special_group: projectReaders}]", "access: [{special_group: allAuthenticatedUsers}]"),
    ("gcp_bigquery_table", "encrypted", "name: x", ""),
    ("gcp_pubsub_topic", "encrypted", "name: x", ""),
    ("gcp_filestore_instance", "encrypted", "name: x", ""),
    ("openstack.cloud.volume", "encrypted", "volume_type: classic-luks", ""),
    ("openstack.cloud.lb_listener", "transit", "protocol: TERMINATED_HTTPS", "protocol: HTTP"),
]  # fmt: skip
PORTS = [
    ("ec2_security_group", "rules: [{proto: tcp, ports: [5432], cidr_ip: SOURCE}]"),
    (
        "ec2_security_group",
        "rules: [{proto: tcp, from_port: 5000, to_port: 6000, cidr_ip: [SOURCE]}]",
    ),
    ("ec2_security_group", "rules: [{proto: all, cidr_ip: SOURCE}]"),
    (
        "lightsail",
        "public_ports: [{from_port: 5432, to_port: 5432, protocol: tcp, cidrs: [SOURCE]}]",
    ),
    (
        "azure_rm_securitygroup",
        "rules: [{destination_port_range: 5432, source_address_prefix: SOURCE}]",
    ),
    (
        "gcp_compute_firewall",
        "allowed: [{ip_protocol: tcp, ports: ['5432']}], source_ranges: [SOURCE]",
    ),
    (
        "openstack.cloud.security_group_rule",
        "protocol: tcp, port_range_min: 5432, port_range_max: 5432, remote_ip_prefix: SOURCE",
    ),
    (
        "hetzner.hcloud.firewall",
        "rules: [{direction: in, protocol: tcp, port: 5432, source_ips: [SOURCE]}]",
    ),
]


def word(value: object) -> str:
    return "?" if isinstance(value, Unknown | OneOf) else str(value)


def told(one: Observation | Gap) -> str:  # noqa: PLR0911  (one return a type)
    match one:
        case DataStore() | Volume():
            return f"encrypted {word(one.encrypted)}"
        case PublicEndpoint():
            return f"closed {'?' if isinstance(one.public, Unknown) else one.public is False}"
        case Transit():
            return f"transit {word(one.enforced)}"
        case EncryptionKey():
            return f"rotates {word(one.rotates)}"
        case SignIn():
            return f"{one.kind} {word(one.guarded)}"
        case TlsVersion() if one.version in ("TLSv1", "TLSv1.1") and one.offered is True:
            return "tls False"
        case TlsVersion() if one.version == "TLSv1":
            return "tls True"
        case PasswordPolicy():
            return f"length 14 {one.min_length == 14}"
        case OpenPort():
            return f"{one.use} {word(one.public)}"
    return type(one).__name__


def seen(module: str, arguments: str) -> set[str]:
    made = book("site.yml", f"- {module}: {{{arguments}}}\n".encode())
    assert made is not None
    return {told(one) for one in declared([made])}


@pytest.mark.parametrize(("module", "topic", "good", "bad"), PROOFS)
def test_a_row_tells_right_from_wrong(module: str, topic: str, good: str, bad: str) -> None:
    if good:
        found = seen(module, good)
        assert f"{topic} False" not in found
        assert f"{topic} True" in found or not topic
    if bad:
        assert f"{topic} False" in seen(module, bad)


def test_every_row_is_proved() -> None:
    named = {row.types()[0] for found in rows("ansible").values() for row in found}
    assert named == {module for module, *_ in PROOFS}


@pytest.mark.parametrize(("module", "arguments"), PORTS)
def test_a_rule_of_a_firewall_is_open_to_whom_it_names(module: str, arguments: str) -> None:
    assert "data True" in seen(module, arguments.replace("SOURCE", "0.0.0.0/0"))
    assert "data False" in seen(module, arguments.replace("SOURCE", "10.0.0.0/8"))
