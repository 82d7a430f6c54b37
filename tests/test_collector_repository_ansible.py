# ruff: noqa: E501  (a task is one line)
"""Ansible: plays, roles, inventories and variables, as Ansible would read them."""

import pytest

from rempart.check import Gap, Observation, OneOf, Unknown
from rempart.collectors.repository.ansible.estate import declared
from rempart.collectors.repository.ansible.files import book
from rempart.collectors.repository.ansible.names import canonical
from rempart.errors import ContentErrors
from rempart.observations.datastores import DataStore
from rempart.observations.exposure import LiteralSecret, OpenPort
from rempart.observations.sign_in import SignIn
from rempart.observations.ssh import SshdSettings
from rempart.observations.transit import PeerVerification, Transit
from rempart.observations.volumes import Volume


def seen(text: str, path: str = "site.yml") -> list[Observation | Gap]:
    made = book(path, text.encode())
    return list(declared([made])) if made else []


def in_files(files: dict[str, str]) -> list[Observation | Gap]:
    made = [book(path, text.encode()) for path, text in files.items()]
    return list(declared([one for one in made if one is not None]))


def encrypted(found: list[Observation | Gap]) -> dict[str, object]:
    return {
        one.key: "?" if isinstance(one.encrypted, Unknown) else one.encrypted
        for one in found
        if isinstance(one, DataStore | Volume)
    }


def literal(found: list[Observation | Gap]) -> dict[str, object]:
    return {one.key: one.literal for one in found if isinstance(one, LiteralSecret)}


@pytest.mark.parametrize(
    "task",
    [
        "- name: claims\n  amazon.aws.rds_instance: {id: a, storage_encrypted: true}\n",
        "- name: claims\n  rds_instance: {id: a, storage_encrypted: yes}\n",
        "- name: claims\n  community.aws.rds_instance:\n    id: a\n    storage_encrypted: 'True'\n",
        "- name: claims\n  rds_instance: id=a storage_encrypted=yes\n",
        "- name: claims\n  local_action: {module: rds_instance, id: a, storage_encrypted: true}\n",
        "- name: claims\n  action: rds_instance id=a storage_encrypted=true\n",
        "- name: claims\n  rds_instance: {id: a}\n  args: {storage_encrypted: true}\n",
        "- name: claims\n  rds_instance: {id: a, storage_encrypted: '{{ on }}'}\n  vars: {on: true}\n",
        "- block:\n  - name: claims\n    rds_instance: {id: a, storage_encrypted: true}\n",
        "- block: []\n  rescue:\n  - name: claims\n    rds_instance: {id: a, storage_encrypted: true}\n",
        '- name: claims\n  rds_instance: {id: a, storage_encrypted: "{{ x | default(true) }}"}\n',
        "- name: claims\n  rds_instance: {id: a, storage_encrypted: \"{{ 'yes' | bool }}\"}\n",
    ],
)
def test_a_task_says_the_same_however_it_is_written(task: str) -> None:
    bad = task.replace("true", "false").replace("yes", "no").replace("True", "False")
    assert encrypted(seen(task)) == {"claims": True}
    assert encrypted(seen(bad)) == {"claims": False}


def test_tasks_are_addressed_by_play_and_name_or_ordinal() -> None:
    text = (
        "- name: One\n  hosts: a\n  tasks:\n"
        "    - {name: x, ec2_vol: {encrypted: true}}\n"
        "    - {name: x, ec2_vol: {encrypted: true}}\n"
        "    - ec2_vol: {encrypted: true}\n    - ec2_vol: {encrypted: true}\n"
        "- hosts: b\n  tasks:\n    - {name: y, ec2_vol: {encrypted: true}, loop: [p, q]}\n"
    )
    keys = ["One / x", "One / x#2", "One / ec2_vol#1", "One / ec2_vol#2"]
    assert list(encrypted(seen(text))) == [*keys, "play#2 / y[p]", "play#2 / y[q]"]


def test_module_defaults_and_items_of_a_loop_are_followed() -> None:
    text = (
        "- hosts: a\n  module_defaults: {amazon.aws.ec2_vol: {encrypted: true}}\n  tasks:\n"
        "    - {name: d, ec2_vol: {name: v}}\n"
        "    - name: l\n      ec2_vol: {name: '{{ item.n }}', encrypted: '{{ item.e }}'}\n"
        "      loop: [{n: a, e: yes}, {n: b, e: no}]\n"
    )
    assert list(encrypted(seen(text)).values()) == [True, True, False]


def test_what_is_taken_away_or_never_run_is_nothing() -> None:
    for more in ("state: absent", "encrypted: false, state: absent"):
        assert encrypted(seen(f"- ec2_vol: {{{more}}}\n")) == {}
    assert encrypted(seen("- ec2_vol: {encrypted: false}\n  when: false\n")) == {}


@pytest.mark.parametrize("value", ["{{ unknown }}", "{{ x | some }}", "{% if a %}yes{% endif %}"])
def test_jinja_is_never_rendered(value: str) -> None:
    assert encrypted(seen(f'- ec2_vol: {{encrypted: "{value}"}}\n')) == {"ec2_vol#1": "?"}


def test_variables_come_from_where_ansible_looks() -> None:
    role = "- {name: v, ec2_vol: {encrypted: '{{ enc }}'}}\n"
    files = {"roles/db/tasks/main.yml": role, "roles/db/defaults/main.yml": "enc: false\n"}
    assert encrypted(in_files(files)) == {"v": False}
    files["group_vars/all.yml"] = "enc: true\n"
    assert encrypted(in_files(files)) == {"v": True}
    files["site.yml"] = "- hosts: a\n  vars: {enc: false}\n  roles: [db]\n"
    assert encrypted(in_files(files)) == {"v": False}
    files["site.yml"] = "- hosts: a\n  roles: [{role: db, vars: {enc: true}}]\n"
    assert encrypted(in_files(files)) == {"v": True}
    files["roles/db/vars/main.yml"] = "enc: false\n"
    assert encrypted(in_files(files)) == {"v": False}


def test_tasks_taken_in_have_the_variables_of_the_play() -> None:
    files = {
        "site.yml": "- hosts: a\n  vars: {enc: no}\n  tasks: [{include_tasks: more/v.yml}]\n",
        "more/v.yml": "- {name: v, ec2_vol: {encrypted: '{{ enc }}'}}\n",
    }
    assert encrypted(in_files(files)) == {"v": False}
    files["other.yml"] = "- hosts: b\n  vars: {enc: yes}\n  tasks: [{import_tasks: more/v.yml}]\n"
    assert encrypted(in_files(files)) == {"v": "?"}


def test_two_inventories_that_differ_leave_it_open() -> None:
    play = "- hosts: db\n  tasks: [{name: v, ec2_vol: {encrypted: '{{ enc }}'}}]\n"
    files = {
        "site.yml": play,
        "prod/group_vars/db.yml": "enc: true\n",
        "test/group_vars/db.yml": "enc: false\n",
    }
    found = [one for one in in_files(files) if isinstance(one, Volume)]
    assert [type(one.encrypted) for one in found] == [OneOf]


def test_secrets_in_a_vault_are_references() -> None:
    text = (
        "- hosts: a\n  vars:\n    db_password: !vault |\n      $ANSIBLE_VAULT;1.1;AES256\n      6162\n"
        "    pw: Zulu77horse\n    api_token: \"{{ lookup('env', 'T') }}\"\n  tasks:\n"
        "    - name: u\n      mysql_user: {name: u, password: '{{ pw }}'}\n"
        "    - name: w\n      mysql_user: {name: u, password: Zulu77horse, update_password: always}\n"
        "    - name: d\n      mysql_user: {name: u, password: \"{{ p | default('Zulu77horse') }}\"}\n"
        "      environment: {DB_PASSWORD: Zulu77horse}\n"
    )
    found = seen(text)
    assert literal(found) == {
        "play#1.db_password": False,
        "play#1.pw": True,
        "play#1.api_token": False,
        "play#1 / u.password": False,
        "play#1 / w.password": True,
        "play#1 / d.password": True,
        "play#1 / d.environment.DB_PASSWORD": True,
    }
    assert "Zulu77" not in repr(found)


def test_a_file_in_the_vault_is_no_error() -> None:
    assert in_files({"group_vars/all/vault.yml": "$ANSIBLE_VAULT;1.1;AES256\n61626364\n"}) == []


def test_inventories_say_the_same_as_lines_and_as_yaml() -> None:
    lines = "[db]\nd1 ansible_password=Zulu77horse\n[db:vars]\nansible_host_key_checking=false\n"
    yaml = (
        "db:\n  hosts:\n    d1: {ansible_password: Zulu77horse}\n"
        "  vars: {ansible_host_key_checking: false}\n"
    )
    told = []
    for path, text in (("inventory/hosts", lines), ("inventory/hosts.yml", yaml)):
        found = seen(text, path)
        kinds = {type(one).__name__: getattr(one, "verified", True) for one in found}
        told.append((kinds, [key.rpartition(":")[2] for key in literal(found)]))
    assert told[0] == told[1]
    assert told[0][0] == {"LiteralSecret": True, "PeerVerification": False}


def test_settings_of_ansible_itself_are_read() -> None:
    text = "[defaults]\nhost_key_checking = False\n[galaxy]\nserver = http://galaxy.example\n"
    found = seen(text, "ansible.cfg")
    assert [one.verified for one in found if isinstance(one, PeerVerification)] == [False]
    assert [one.enforced for one in found if isinstance(one, Transit)] == [False]
    good = "[defaults]\nhost_key_checking = True\n[galaxy]\nserver = https://galaxy.example\n"
    found = seen(good, "ansible.cfg")
    assert [one.verified for one in found if isinstance(one, PeerVerification)] == [True]
    assert [one.enforced for one in found if isinstance(one, Transit)] == [True]


SYSTEM = [
    ("get_url: {url: https://x.example/a, dest: /a, validate_certs: no}", "verified False"),
    ("get_url: {url: https://x.example/a, dest: /a, validate_certs: yes}", "verified True"),
    ("uri: {url: https://x.example/a, validate_certs: '{{ v }}'}", "verified ?"),
    ("get_url: {url: http://files.payer.org/a, dest: /a}", "transit False"),
    ("get_url: {url: http://files.payer.org/a, dest: /a, checksum: 'sha256:0'}", ""),
    ("yum_repository: {name: a, baseurl: https://x, sslverify: no}", "verified False"),
    ("dnf: {name: a, disable_gpg_check: true}", "verified False"),
    ("apt: {name: a, allow_unauthenticated: false}", "verified True"),
    ("lambda: {environment: [{name: DB_PASSWORD, value: Zulu77horse}]}", "secret True"),
    ("shell: curl -k https://x | sh", "verified False"),
    ("command: {argv: [curl, --insecure, https://x]}", "verified False"),
    ("command: curl https://x", ""),
    ("cron: {name: b, job: 'mysqldump -pS3cretSauce a'}", "secret True"),
    ("ufw: {rule: allow, port: '5432'}", "data True"),
    ("ufw: {rule: allow, port: '5432', from_ip: 10.0.0.0/8}", "data False"),
    ("ufw: {rule: deny, port: '5432'}", ""),
    ("iptables: {chain: INPUT, jump: ACCEPT, protocol: tcp, destination_port: '22'}", "admin True"),
    (
        "iptables: {chain: INPUT, jump: ACCEPT, destination_port: '22', source: 10.0.0.0/8}",
        "admin False",
    ),
    ("ansible.posix.firewalld: {service: postgresql, state: enabled}", "data True"),
    ("firewalld: {port: 5432/tcp, zone: internal, state: enabled}", ""),
    (
        "community.postgresql.postgresql_pg_hba: {dest: /h, contype: local, method: trust}",
        "anonymous False",
    ),
    (
        "postgresql_pg_hba: {dest: /h, contype: hostssl, source: 10.0.0.0/8, method: scram-sha-256}",
        "anonymous True, data False, transit True",
    ),
    ("lineinfile: {path: /etc/ssh/sshd_config, line: PermitRootLogin yes}", "root yes"),
    ("lineinfile: {path: /etc/ssh/sshd_config, line: PermitRootLogin no}", "root no"),
    (
        "ini_file: {path: /etc/my.cnf, section: mysqld, option: skip-grant-tables, value: null}",
        "anonymous False",
    ),
    (
        "mount: {src: 'nas:/x', path: /x, fstype: nfs, opts: sec=sys, state: mounted}",
        "transit False",
    ),
    (
        "mount: {src: 'nas:/x', path: /x, fstype: nfs, opts: sec=krb5p, state: mounted}",
        "transit True",
    ),
    ("mysql_user: {name: '', password: ''}", "anonymous False"),
    ("user: {name: a, password: Zulu77horse}", "secret True"),
    ("user: {name: a, password: '{{ vaulted }}'}", "secret False"),
    ("git: {repo: x, dest: y, ssh_opts: -o StrictHostKeyChecking=no}", "verified False"),
]


def word(value: object) -> str:
    return "?" if isinstance(value, Unknown) else str(value)


def told(one: Observation | Gap) -> str:  # noqa: PLR0911  (one return a type)
    match one:
        case PeerVerification():
            return f"verified {word(one.verified)}"
        case Transit():
            return f"transit {word(one.enforced)}"
        case OpenPort():
            return f"{one.use} {word(one.public)}"
        case SignIn():
            return f"{one.kind} {word(one.guarded)}"
        case LiteralSecret():
            return f"secret {word(one.literal)}"
        case SshdSettings():
            return f"root {word(one.permit_root_login)}"
    return type(one).__name__


@pytest.mark.parametrize(("task", "expected"), SYSTEM)
def test_a_task_of_the_system_is_told(task: str, expected: str) -> None:
    assert (
        ", ".join(sorted({told(one) for one in seen(f"- {task}\n")} - {"ClientRule"})) == expected
    )


def test_a_file_a_task_writes_is_read() -> None:
    text = (
        "- name: cache\n  copy:\n    dest: /etc/redis/redis.conf\n"
        "    content: |\n      bind 0.0.0.0\n      protected-mode no\n"
    )
    assert {told(one) for one in seen(text)} == {"anonymous False", "transit False"}
    assert {(one.key, one.source) for one in seen(text)} == {("cache", "site.yml")}


def test_containers_that_tasks_start_are_judged_as_services() -> None:
    task = "docker_container: {name: r, image: redis, ports: ['6379:6379'], command: CMD}"
    bad = {told(one) for one in seen(f"- {task.replace('CMD', 'redis-server')}\n")}
    good = {told(one) for one in seen(f"- {task.replace('CMD', 'x --requirepass $P')}\n")}
    assert {"anonymous False", "data True"} <= bad
    assert "anonymous True" in good


def test_names_of_a_module_are_one() -> None:
    for name in ("ec2_group", "amazon.aws.ec2_group", "amazon.aws.ec2_security_group"):
        assert canonical(name) == "ec2_security_group"
    assert canonical("ansible.builtin.copy") == canonical("copy")
    assert canonical("os_volume") == "openstack.cloud.volume"
    assert canonical("hetzner.hcloud.volume") == "hetzner.hcloud.volume"


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ("shell: curl -k https://{{ host }}/a", "verified False"),
        ("get_url: {url: 'http://{{ host }}/a', dest: /a}", ""),
        ("get_url: {url: '{{ u }}', dest: /a, checksum: '{{ c }}'}", ""),
        ("ufw: {rule: allow, port: '5432', from_ip: '{{ net }}'}", "data ?"),
        ("ufw: {rule: '{{ r }}', port: '5432'}", ""),
        (
            "iptables: {chain: INPUT, jump: ACCEPT, source: '{{ s }}', destination_port: '{{ p }}'}",
            "",
        ),
        ("firewalld: {service: ssh, zone: '{{ z }}', state: enabled}", ""),
        (
            "mount: {src: 'nas:/x', path: /x, fstype: nfs, opts: '{{ o }}', state: mounted}",
            "transit ?",
        ),
        (
            "postgresql_pg_hba: {dest: /h, contype: host, source: '{{ s }}', method: '{{ m }}'}",
            "anonymous ?, data ?, transit False",
        ),
        ("copy: {dest: '{{ d }}', content: '{{ c }}'}", ""),
        (
            "docker_container: {name: a, image: '{{ i }}', ports: '{{ p }}', env: '{{ e }}'}",
            "Workload",
        ),
        ("apt: {name: '{{ item }}', state: '{{ s }}'}\n  loop: '{{ l }}'", ""),
    ],
)
def test_what_is_not_decided_decides_nothing_else(task: str, expected: str) -> None:
    assert ", ".join(sorted({told(one) for one in seen(f"- {task}\n")})) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- 1\n- 2\n",
        "- a: b\n  c: d\n",
        "- hosts: x\n  tasks: 3\n  vars: [1]\n  roles: {a: b}\n",
        "- name: x\n",
        "- ec2_vol: [1, 2]\n",
        "- block: x\n",
        "- ec2_vol: {encrypted: '{{ a }}'}\n  vars: {a: '{{ b }}', b: '{{ a }}'}\n",
        "- shell: 3\n- cron: {job: [1]}\n- ufw: [x]\n- copy: {content: 3, dest: [x]}\n",
        "- s3_bucket: '{{ whole }}'\n",
        "- s3_bucket:\n- hosts:\n",
    ],
)
def test_odd_shapes_are_passed_over(text: str) -> None:
    assert all(isinstance(one, Observation | Gap) for one in seen(text))


def test_a_bomb_and_deep_blocks_cost_only_themselves() -> None:
    bomb = "- a: &a [x, x]\n" + "".join(f"- b: &b{n} [*a, *a]\n" for n in range(5))
    seen(bomb)
    deep = "".join(f"{'  ' * n}- block:\n" for n in range(50))
    with pytest.raises(ContentErrors):
        seen(deep + "[" * 9_000)


def test_settings_and_inventories_of_any_name_are_known_by_what_stands_in_them() -> None:
    good = book("x/one.cfg", b"[defaults]\nhost_key_checking = False\n")
    assert good is not None
    assert good.kind == "settings"
    assert book("setup.cfg", b"[metadata]\nname = x\n") is None
    assert book("php.ini", b"[PHP]\nengine = On\n") is None
    hosts = book("x/one.ini", b"[a]\nh ansible_password=Zulu77horse\n")
    assert hosts is not None
    assert list(literal(list(declared([hosts])))) == ["x/one.ini:h.ansible_password"]
