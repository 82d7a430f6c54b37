from collections.abc import Iterator
from itertools import pairwise

import pytest

from rempart.check import Gap, Observation, Unknown
from rempart.collectors.repository.compose.file import declared, read
from rempart.errors import ContentErrors
from rempart.observations.exposure import LiteralSecret, OpenPort, Workload
from rempart.observations.sign_in import SignIn
from rempart.observations.transit import PeerVerification, Transit


def compose(path: str, content: bytes) -> Iterator[Observation | Gap]:
    """What a Compose file declares alone."""
    yield from declared({path: read(path, content)})


def opened(image: str, more: str) -> dict[int, object]:
    text = f"services:\n  db:\n    image: {image}\n    {more}\n"
    found = [one for one in compose("compose.yml", text.encode()) if isinstance(one, OpenPort)]
    return {
        int(port.split()[0]): "?" if isinstance(one.public, Unknown) else one.public
        for one in found
        for port in one.ports
    }


@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        ('["5432:5432"]', {5432: True}),
        ('["5432"]', {5432: True}),
        ("[5432]", {5432: True}),
        ('["127.0.0.1:5432:5432"]', {5432: False}),
        ('["[::1]:5432:5432"]', {5432: False}),
        ('["[::]:5432:5432"]', {5432: True}),
        ('["10.0.0.5:5432:5432"]', {5432: False}),
        ('["203.0.113.9:15432:5432"]', {5432: False}),
        ('["9.9.9.9:5432:5432"]', {5432: "?"}),
        ('["${BIND}:5432:5432"]', {5432: "?"}),
        ('["${BIND:-127.0.0.1}:5432:5432"]', {5432: False}),
        ('["${PORT:-5432}:5432"]', {5432: True}),
        ('["5432:5432/udp"]', {}),
        ('["8080:8080"]', {}),
        ('["5430-5440:5430-5440"]', {5432: True}),
        ('["::1:5432:5432"]', {5432: False}),
        ('["$PORT:5432"]', {5432: True}),
        ("[{target: 5432, protocol: udp}]", {}),
        ("[{target: 5432, published: 5432}]", {5432: True}),
        ("[{target: 5432, published: 5432, host_ip: 127.0.0.1}]", {5432: False}),
        ("nonsense", {}),
        ("[[1], {}, x]", {}),
    ],
)
def test_a_published_port_listens_where_it_is_bound(
    ports: str, expected: dict[int, object]
) -> None:
    assert opened("postgres:16", f"ports: {ports}") == expected


def test_a_port_that_is_not_decided_leaves_a_gap() -> None:
    text = (
        "services: {db: {image: postgres, ports: ['${PORTS}']}, web: {image: x, ports: ['${P}']}}"
    )
    (gap,) = (one for one in compose("compose.yml", text.encode()) if isinstance(one, Gap))
    assert gap.key == "db.ports[0]"


def test_the_host_network_leaves_it_to_the_service() -> None:
    assert opened("registry.example:5000/lib/redis:7@sha256:0", "network_mode: host") == {6379: "?"}


def test_services_of_no_shape_are_passed_over() -> None:
    for text in ("[]", "services: 3", "services: {a: 3, b: {ports: 3, environment: 3}}", ""):
        assert list(compose("compose.yml", text.encode())) == []


def test_every_document_of_a_stream_counts() -> None:
    text = (
        "services: {a: {image: redis, ports: ['6379:6379']}}\n---\nservices: {b: {image: redis}}\n"
    )
    assert {one.key for one in compose("compose.yml", text.encode())} == {"a", "b"}


def test_settings_shared_by_anchors_are_read() -> None:
    text = """x-database: &database
  image: postgres
  environment: &env
    POSTGRES_PASSWORD: hunter2horse
services:
  one:
    <<: *database
    ports: !override ["5432:5432"]
  two:
    image: app
    environment: {<<: *env, TZ: UTC}
  three:
    image: app
    environment: !reset {}
    build: {args: {NPM_TOKEN: abcdef123456}}
"""
    found = compose("compose.yml", text.encode())
    seen = [one for one in found if isinstance(one, OpenPort | LiteralSecret)]
    assert {(one.key, one.line) for one in seen} == {
        ("one", 8),
        ("one.environment.POSTGRES_PASSWORD", 4),
        ("two.environment.POSTGRES_PASSWORD", 4),
        ("three.build.args.NPM_TOKEN", 15),
    }


def test_an_alias_bomb_ends() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{after}: &{after} [*{before}, *{before}]\n"
        for before, after in pairwise("abcdefghijklmnopqrstuvwxyz")
    )
    with pytest.raises(ContentErrors, match="keys and values"):
        list(compose("compose.yml", bomb.encode()))


def told(text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in compose("compose.yml", text.encode()):
        if isinstance(one, SignIn):
            found.setdefault(one.key, set()).add(f"{one.kind} {word(one.guarded)}")
        elif isinstance(one, Transit):
            found.setdefault(one.key, set()).add(f"transit {word(one.enforced)}")
        elif isinstance(one, PeerVerification):
            found.setdefault(one.key, set()).add(f"verified {word(one.verified)}")
        elif isinstance(one, LiteralSecret):
            found.setdefault(one.key, set()).add(f"secret {word(one.literal)}")
        elif isinstance(one, Workload) and one.reaches:
            found.setdefault(one.key, set()).add(f"reaches {', '.join(one.reaches)}")  # type: ignore[arg-type]
    return found


def word(value: object) -> str:
    return "?" if isinstance(value, Unknown) else str(value)


SERVICES = [
    ("image: postgres, environment: [POSTGRES_HOST_AUTH_METHOD=trust]", {"a": {"anonymous False"}}),
    ("image: postgres, environment: {POSTGRES_HOST_AUTH_METHOD: md5}", {"a": {"anonymous True"}}),
    ("image: postgres, environment: {POSTGRES_HOST_AUTH_METHOD: $M}", {"a": {"anonymous ?"}}),
    ("image: mysql, environment: {MYSQL_ALLOW_EMPTY_PASSWORD: yes}", {"a": {"anonymous False"}}),
    ("image: mysql, environment: {MYSQL_ALLOW_EMPTY_PASSWORD: true}", {"a": {"anonymous False"}}),
    ("image: zookeeper, environment: [ALLOW_ANONYMOUS_LOGIN=yes]", {"a": {"anonymous False"}}),
    ("image: x, environment: {xpack.security.enabled: false}", {"a": {"anonymous False"}}),
    ("image: redis, ports: ['6379:6379']", {"a": {"anonymous False"}}),
    ("image: redis, ports: ['127.0.0.1:6379:6379']", {}),
    ("image: redis", {}),
    (
        "image: redis, ports: ['6379:6379'], command: redis-server --requirepass Zulu77horse",
        {"a": {"anonymous True"}, "a.command redis-server --requirepass": {"secret True"}},
    ),
    (
        "image: redis, ports: ['6379:6379'], command: [redis-server, --requirepass, $P]",
        {"a": {"anonymous True"}, "a.command redis-server --requirepass": {"secret False"}},
    ),
    (
        "image: redis, ports: ['6379:6379'], volumes: ['./redis.conf:/r.conf']",
        {"a": {"anonymous ?"}},
    ),
    ("image: mongo, ports: ['27017:27017']", {"a": {"anonymous False"}}),
    (
        "image: mongo, ports: ['27017:27017'], environment: {MONGO_INITDB_ROOT_USERNAME: a}",
        {"a": {"anonymous True"}},
    ),
    ("image: 'elasticsearch:7.10', ports: ['9200:9200']", {"a": {"anonymous False"}}),
    ("image: 'elasticsearch:8.1', ports: ['9200:9200']", {"a": {"anonymous True"}}),
    ("image: x, environment: {PGSSLMODE: disable}", {"a": {"transit False"}}),
    ("image: x, environment: [DB_SSLMODE=verify-full]", {"a": {"transit True"}}),
    ("image: x, environment: {NODE_TLS_REJECT_UNAUTHORIZED: '0'}", {"a": {"verified False"}}),
    (
        "image: x, environment: {DB_PASSWORD: Zulu77horse}",
        {"a.environment.DB_PASSWORD": {"secret True"}},
    ),
    (
        "image: x, environment: [DB_PASSWORD=Zulu77horse]",
        {"a.environment.DB_PASSWORD": {"secret True"}},
    ),
    (
        "image: x, environment: {DB_PASSWORD_FILE: /run/secrets/p}",
        {"a.environment.DB_PASSWORD_FILE": {"secret False"}},
    ),
    (
        "image: mysql, healthcheck: {test: [CMD, mysqladmin, ping, -pZulu77horse]}",
        {"a.healthcheck mysqladmin -p": {"secret True"}},
    ),
    ("image: x, privileged: true", {"a": {"reaches privileged"}}),
    ("image: x, network_mode: host, pid: host", {"a": {"reaches hostNetwork, hostPID"}}),
    ("image: x, volumes: ['/var/run/docker.sock:/s']", {"a": {"reaches docker socket"}}),
    (
        "image: x, volumes: [{type: bind, source: /etc, target: /x}, './a:/b', 'data:/d']",
        {"a": {"reaches hostPath /etc"}},
    ),
    (
        "image: x, cap_add: [CAP_SYS_ADMIN, NET_BIND_SERVICE]",
        {"a": {"reaches capability SYS_ADMIN"}},
    ),
    ("image: x, security_opt: ['seccomp:unconfined']", {"a": {"reaches seccomp:unconfined"}}),
]


@pytest.mark.parametrize(("service", "expected"), SERVICES)
def test_a_service_is_told(service: str, expected: dict[str, set[str]]) -> None:
    assert told(f"services: {{a: {{{service}}}}}") == expected


def test_a_service_has_what_it_extends() -> None:
    text = (
        "services:\n  base: {image: redis, command: redis-server --requirepass $P}\n"
        "  a: {extends: {service: base}, ports: ['6379:6379']}\n"
        "  b: {extends: b, image: redis}\n"
    )
    assert told(text)["a"] == {"anonymous True"}


def test_a_service_has_what_stands_in_other_files() -> None:
    base = "services:\n  a:\n    image: redis\n    command: redis-server --requirepass $P\n"
    texts = {
        "x/compose.yml": base,
        "x/compose.override.yml": "services: {a: {ports: ['6379:6379']}}\n",
        "y/compose.yml": "services: {b: {extends: {file: ../x/compose.yml, service: a}, PORTS}}\n",
        "z/compose.yml": "services: {c: {extends: {file: ../none.yml, service: a}, PORTS}}\n",
    }
    texts = {path: text.replace("PORTS", "ports: ['6379:6379']") for path, text in texts.items()}
    found = list(declared({path: read(path, text.encode()) for path, text in texts.items()}))
    told_ = {(one.source, one.guarded) for one in found if isinstance(one, SignIn)}
    assert told_ == {(f"{path}", True) for path in list(texts)[:3]}
    ports = {one.source for one in found if isinstance(one, OpenPort) and one.public is True}
    assert ports == set(list(texts)[1:])


def test_a_compose_file_of_any_name_is_known_by_its_services() -> None:
    text = b"version: '3'\nservices:\n  a:\n    image: redis\n    ports: ['6379:6379']\n"
    assert len(read("stack.yaml", text)) == 1
    assert not read("services.yaml", b"services:\n  App\\Mailer:\n    class: x\n")
    assert not read("values.yaml", b"image: x\nports: [1]\n")
    assert not read("broken.yaml", b"{{ not yaml }}: [")
