"""Configuration of servers found in a repository: good, bad and undecided, each told apart."""

import pytest

from rempart.check import Observation, Unknown
from rempart.collectors.repository.servers.families import family_of
from rempart.collectors.repository.servers.reading import configuration
from rempart.observations.database_accounts import ClientRule
from rempart.observations.datastores import DataStore
from rempart.observations.exposure import LiteralSecret, OpenPort
from rempart.observations.passwords import PasswordPolicy
from rempart.observations.sign_in import SignIn
from rempart.observations.ssh import SshdSettings
from rempart.observations.tls import TlsVersion
from rempart.observations.transit import PeerVerification, Transit
from rempart.observations.volumes import Volume


def word(value: object) -> str:
    return "?" if isinstance(value, Unknown) else str(value)


def told(one: Observation) -> str:  # noqa: PLR0911  (one return a type)
    match one:
        case Transit():
            return f"transit {word(one.enforced)}"
        case SignIn():
            return f"{one.kind} {word(one.guarded)}"
        case TlsVersion():
            return f"{one.version} {word(one.offered)}"
        case LiteralSecret():
            return f"secret {word(one.literal)}"
        case OpenPort():
            return f"{one.use} {word(one.public)}"
        case PeerVerification():
            return f"{one.kind} {word(one.verified)}"
        case DataStore() | Volume():
            return f"encrypted {word(one.encrypted)}"
        case SshdSettings():
            return f"root {word(one.permit_root_login)}, empty {word(one.permit_empty_passwords)}"
        case PasswordPolicy():
            return f"length {word(one.min_length)}, lock {word(one.max_failures)}"
    raise AssertionError(one)


def said(name: str, content: str) -> set[str]:
    found = [one for one in configuration(name, content) if not isinstance(one, ClientRule)]
    assert all(one.source == name for one in found)
    assert all(one.line for one in found if not isinstance(one, SshdSettings))
    interesting = {told(one) for one in found}
    offered = {one for one in interesting if one.startswith(("TLS", "SSL"))}
    return (interesting - offered) | {one for one in offered if not one.endswith("False")}


WEB = "ServerName a.example\n"
CASES = [
    ("postgresql.conf", "listen_addresses = '*'\nssl = off\n", {"transit False"}),
    ("postgresql.conf", "listen_addresses = '*'\n", {"transit False"}),
    ("postgresql.conf", "listen_addresses = 'localhost'\nssl = off\n", set()),
    ("postgresql.conf", "ssl = on\n", {"transit ?"}),
    ("postgresql.conf.j2", "ssl = {{ pg_ssl }}\n", {"transit ?"}),
    ("postgresql.conf.j2", "{{ everything }}\nport = 5432\n", {"transit ?"}),
    ("conf.d/postgresql-tls.conf", "ssl_min_protocol_version = 'TLSv1.3'\n", {"TLSv1.3 True"}),
    ("pg_hba.conf", "local all all peer\n", {"anonymous True"}),
    ("pg_hba.conf", "local all all trust\n", {"anonymous False"}),
    ("pg_hba.conf", "host all all 127.0.0.1/32 scram-sha-256\n", {"anonymous True"}),
    (
        "pg_hba.conf",
        "host all all 0.0.0.0/0 md5\n",
        {"anonymous True", "transit False", "data True"},
    ),
    (
        "pg_hba.conf",
        "hostssl all all 10.0.0.0 255.0.0.0 scram-sha-256\nhost all all all reject\n",
        {"anonymous True", "transit True", "data False"},
    ),
    (
        "pg_hba.conf.j2",
        "hostssl all all {{ net }} {{ method }}\n",
        {"anonymous ?", "transit True", "data ?"},
    ),
    (
        "my.cnf",
        "[mysqld]\nskip-grant-tables\ntls_version=TLSv1.1,TLSv1.2\n"
        "[client]\npassword=hunter2horse\n",
        {"anonymous False", "transit False", "TLSv1.1 True", "TLSv1.2 True", "secret True"},
    ),
    (
        "my.cnf",
        "[mysqld]\nrequire_secure_transport = ON\ninnodb-encrypt-tables=ON\n",
        {"transit True", "encrypted True"},
    ),
    ("mariadb.cnf", "[mariadb]\nbind-address = 127.0.0.1\n", set()),
    ("conf.d/extra.cnf", "[mysqld]\ninnodb_encrypt_tables = OFF\n", {"encrypted False"}),
    (
        "redis.conf",
        "bind 0.0.0.0\nprotected-mode no\nport 6379\n# requirepass x\n",
        {"anonymous False", "transit False"},
    ),
    ("redis.conf", "bind 127.0.0.1\nport 6379\n", {"anonymous True"}),
    (
        "redis.conf",
        'requirepass Zxcvb12345q\ntls-port 6380\nport 0\ntls-protocols "TLSv1.2"\n',
        {"anonymous True", "transit True", "secret True", "TLSv1.2 True"},
    ),
    (
        "redis.conf.j2",
        "bind 0.0.0.0\nrequirepass {{ redis_password }}\nport {{ port }}\n",
        {"anonymous True", "transit ?", "secret False"},
    ),
    (
        "mongod.conf",
        "net:\n  bindIp: 0.0.0.0\nsecurity:\n  authorization: disabled\n",
        {"anonymous False", "transit False"},
    ),
    (
        "mongod.conf",
        "net:\n  bindIpAll: true\n  tls:\n    mode: requireTLS\n    disabledProtocols: TLS1_0,TLS1_1\n"  # noqa: E501
        "security:\n  authorization: enabled\n  enableEncryption: true\n",
        {
            *("anonymous True", "transit True", "encrypted True"),
            *("TLSv1.2 True", "TLSv1.3 True", "SSLv3 True"),
        },
    ),
    ("mongod.conf", "bind_ip = 0.0.0.0\nnoauth = true\n", {"anonymous False", "transit False"}),
    (
        "mongod.conf.j2",
        "net:\n  bindIp: {{ ip }}\n  tls:\n    mode: {{ mode }}\n"
        "security:\n  authorization: enabled\n",
        {"anonymous True", "transit ?"},
    ),
    ("pam.d/sudo", "session required pam_limits.so\n", set()),
    ("elasticsearch.yml", "xpack.security.enabled: false\n", {"anonymous False"}),
    (
        "elasticsearch.yml",
        "xpack:\n  security:\n    enabled: true\n    http: {ssl: {enabled: true}}\n",
        {"anonymous True", "transit True"},
    ),
    ("opensearch.yml", "plugins.security.disabled: true\n", {"anonymous False"}),
    (
        "kibana.yml",
        "elasticsearch.password: hunter2horse\nelasticsearch.ssl.verificationMode: none\n",
        {"secret True", "certificate False"},
    ),
    (
        "rabbitmq.conf",
        "listeners.tcp.default = 5672\nloopback_users.guest = false\ndefault_pass = S3cretSauce1\n",
        {"transit False", "shared False", "secret True"},
    ),
    (
        "rabbitmq.conf",
        "listeners.tcp = none\nlisteners.ssl.default = 5671\nssl_options.verify = verify_peer\n",
        {"transit True", "certificate True"},
    ),
    (
        "mosquitto.conf",
        "listener 1883\nallow_anonymous true\n",
        {"anonymous False", "transit False"},
    ),
    (
        "mosquitto.conf",
        "listener 8883\ncertfile /x.pem\nallow_anonymous false\n",
        {"anonymous True", "transit True"},
    ),
    (
        "apache/a.conf",
        f"<VirtualHost *:80>\n{WEB}DocumentRoot /x\n</VirtualHost>\n",
        {"transit False"},
    ),
    (
        "apache/a.conf",
        f"<VirtualHost *:80>\n{WEB}Redirect permanent / https://a.example/\n</VirtualHost>\n"
        "<VirtualHost *:443>\nServerName b\nSSLEngine on\nSSLProtocol -all +TLSv1.2 +TLSv1.3\n"
        "SSLProxyVerify none\n</VirtualHost>\n",
        {"transit True", "TLSv1.2 True", "TLSv1.3 True", "certificate False"},
    ),
    (
        "ssl.conf",
        "SSLProtocol all -SSLv3\n",
        {"TLSv1 True", "TLSv1.1 True", "TLSv1.2 True", "TLSv1.3 True"},
    ),
    (
        "apache/t.conf.j2",
        "<VirtualHost *:443>\nSSLEngine on\nSSLProtocol {{ protocols }}\n</VirtualHost>\n",
        {"SSLv3 ?", "TLSv1 ?", "TLSv1.1 ?", "TLSv1.2 ?", "TLSv1.3 ?"},
    ),
    (
        "haproxy.cfg",
        "global\n  ssl-default-bind-options ssl-min-ver TLSv1.1\ndefaults\n  mode http\n"
        "frontend web\n  bind *:80\n  bind *:443 ssl crt /x.pem\n",
        {"transit False", "TLSv1.1 True", "TLSv1.2 True", "TLSv1.3 True"},
    ),
    (
        "haproxy.cfg",
        "defaults\n  mode http\nfrontend web\n  bind *:80\n  bind *:443 ssl crt /x.pem\n"
        "  redirect scheme https if !{ ssl_fc }\n"
        "listen stats\n  bind 127.0.0.1:9000\n  stats enable\n"
        "backend b\n  server a 10.0.0.1:443 ssl verify none\n",
        {"transit True", "TLSv1.2 True", "TLSv1.3 True", "anonymous True", "certificate False"},
    ),
    (
        "haproxy.cfg",
        "listen stats\n  bind *:9000\n  mode http\n  stats enable\nuserlist u\n"
        "  user a insecure-password hunter2horse\n",
        {"transit False", "anonymous False", "secret True"},
    ),
    (
        "web/default.conf",
        "server {\n listen 80;\n location / { proxy_pass http://a; }\n}\n",
        {"transit False"},
    ),
    (
        "web/default.conf",
        "server {\n listen 80;\n server_name a;\n"
        " location / { return 301 https://a$request_uri; }\n}\n"
        "server {\n listen 443 ssl;\n server_name a;\n ssl_protocols TLSv1.2;\n}\n",
        {"transit True", "TLSv1.2 True"},
    ),
    ("web/default.conf", "server {\n listen 127.0.0.1:80;\n}\n", set()),
    ("web/default.conf", "server {\n listen 80;\n include extra.conf;\n}\n", {"transit ?"}),
    (
        "web/nginx.conf.j2",
        "http {\n {% if tls %}\n server {\n listen {{ port }} ssl;\n ssl_protocols {{ p }};\n }\n"
        " {% endif %}\n}\n",
        {"SSLv3 ?", "TLSv1 ?", "TLSv1.1 ?", "TLSv1.2 ?", "TLSv1.3 ?"},
    ),
    ("crypttab", "data /dev/sdb none luks\n", {"encrypted True"}),
    ("crypttab", "data /dev/sdb none plain,cipher=aes-ecb,size=256\n", {"encrypted False"}),
    ("crypttab.j2", "{{ name }} /dev/sdb none luks\n", {"encrypted ?"}),
    ("fstab", "nas:/x /data nfs4 sec=sys 0 0\n/dev/sda1 / ext4 defaults 0 1\n", {"transit False"}),
    ("fstab", "nas:/x /data nfs4 sec=krb5p 0 0\n", {"transit True"}),
    (
        "fstab",
        "//s/x /m cifs seal,username=u,password=hunter22x 0 0\n",
        {"transit True", "secret True"},
    ),
    (
        "app.service",
        '[Service]\nEnvironment="DB_PASSWORD=hunter2horse" MODE=x\nExecStart=/bin/x --token $T\n',
        {"secret True", "secret False"},
    ),
    ("app.service", "[Service]\nEnvironmentFile=/etc/app.env\n", set()),
    ("crontab", "0 3 * * * root mysqldump -uroot -pS3cretSauce x > /b\n", {"secret True"}),
    ("cron.d/backup", "0 3 * * * root curl -k https://x.example/ping\n", {"certificate False"}),
    (
        "backup.sh",
        "#!/bin/sh\nexport PGPASSWORD=hunter2horse\npg_dump x | gzip > a\n"
        "ssh -o StrictHostKeyChecking=no a\n",
        {"secret True", "host key False"},
    ),
    ("backup.sh", "#!/bin/sh\nPGPASSWORD=$(cat /run/p) pg_dump x\ncurl -fsSL https://x\n", set()),
    (
        "application.yml",
        "spring:\n  datasource:\n    url: jdbc:postgresql://db.example/x?sslmode=disable\n"
        "    password: hunter2horse\nserver:\n  ssl:\n    enabled: false\n",
        {"transit False", "secret True"},
    ),
    (
        "application.properties",
        "spring.datasource.url=jdbc:postgresql://db/x?sslmode=verify-full\n"
        "spring.datasource.password=${DB_PASSWORD}\n",
        {"transit True", "secret False"},
    ),
    ("security/pwquality.conf", "minlen = 14\nminclass = 3\n", {"length 14, lock ?"}),
    ("security/pwquality.conf.j2", "minlen = {{ length }}\n", {"length ?, lock ?"}),
    ("security/faillock.conf", "deny = 5\n", {"length ?, lock 5"}),
    (
        "pam.d/common-password",
        "password requisite pam_pwquality.so minlen=12\npassword required pam_unix.so\n",
        {"length ?, lock ?"},
    ),
    ("pam.d/common-password", "password required pam_unix.so minlen=7\n", {"length 7, lock ?"}),
    ("sshd_config", "PermitRootLogin yes\n", {"root yes, empty False"}),
    (
        "sshd_config.j2",
        "PermitRootLogin {{ root }}\n{% if x %}\nPermitEmptyPasswords yes\n{% endif %}\n",
        {"root ?, empty ?"},
    ),
]


@pytest.mark.parametrize(("name", "content", "expected"), CASES)
def test_a_server_is_told_by_its_configuration(name: str, content: str, expected: set[str]) -> None:
    assert said(name, content) == expected


@pytest.mark.parametrize(("name", "content", "expected"), CASES)
def test_line_ends_of_windows_change_nothing(name: str, content: str, expected: set[str]) -> None:
    assert said(name, "\ufeff" + content.replace("\n", "\r\n")) == expected


@pytest.mark.parametrize("name", sorted({name for name, _, _ in CASES}))
@pytest.mark.parametrize(
    "text",
    [
        "frontend x\n" * 9_000,
        "\n" * 90_000,
        "{" * 9_000,
        "[" * 9_000,
        '"',
        "'",
        "<" * 999,
        "\\\n" * 999,
        "= =\n",
    ],
)
def test_no_text_stops_a_reader(name: str, text: str) -> None:
    from rempart.errors import CollectError, ContentErrors

    try:
        found = list(configuration(name, text))
    except (CollectError, ContentErrors):
        return
    assert all(isinstance(one, Observation) for one in found)


def test_a_file_of_no_server_is_none() -> None:
    for name in ("notes.md", "main.py", "values.yaml", "a.conf"):
        assert family_of(name, "nothing\n") == ""
