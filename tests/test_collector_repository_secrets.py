"""What is a secret in the settings of a text, what is none, and what is kept of it."""

import dataclasses
import re
import string
import sysconfig
from pathlib import Path
from typing import Final

import hypothesis
import hypothesis.strategies as st
import msgspec
import pytest
from hypothesis import settings

from rempart.collectors.repository.secrets.given import (
    digest,
    dull,
    given,
    hint,
    keyed,
    kind_of,
    placeholder,
    refers,
    written,
)
from rempart.collectors.repository.secrets.merge import merged
from rempart.collectors.repository.secrets.places import Sort, apart, of_words, sort_of, template
from rempart.collectors.repository.secrets.rules import own
from rempart.collectors.repository.secrets.search import Search
from rempart.observations.exposure import LiteralSecret
from tests.made_up import made

SEARCH: Final = Search(own())
VALUE: Final = made("<a:4>!<d:2><a:6>")
PLACEHOLDERS: Final = (
    *(
        "",
        "changeme",
        "CHANGE_ME",
        "please-change-me",
        "<password>",
        "your-password-here",
        "xxxxxx",
    ),
    *("********", "[REDACTED]", "TODO", "placeholder", "AKIAIOSFODNN7EXAMPLE", "aaaaaaaa", "null"),
)
REFERENCES: Final = (
    *("${DB_PASSWORD}", "$DB_PASSWORD", "{{ vault_password }}", "{{resolve:secretsmanager:a:b}}"),
    *("arn:aws:secretsmanager:eu-west-3:1:secret:x", "vault:secret/data/db#password", "env:DB"),
    *("op://vault/item/field", "ref+vault://a/b", "@Microsoft.KeyVault(SecretUri=https://x)"),
    *("/run/secrets/db", "./server.key", "id_rsa.pem", "%(password)s", "%PASSWORD%"),
    *("ENC[AES256_GCM,data:abc,iv:x,tag:y,type:str]", "ENC[PKCS7,MIIB]", "!Ref Password"),
    *("$(pass show db)", "process.env.TOKEN", "os.environ['X']", "var.password"),
    "Ag" + "A" + "b1" * 200,
)


def found(path: str, text: str) -> dict[str, int | None]:
    return {
        one.key.removeprefix(f"{path}:"): one.line
        for one in SEARCH.secrets(path, text.encode())
        if one.literal is True
    }


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("password", "password"),
        ("masterUserPassword", "password"),
        ("MasterUserPassword", "password"),
        ("administrator-login-password", "password"),
        ("spring.datasource.password", "password"),
        ("PGPASSWORD", "password"),
        ("MYSQL_PWD", "password"),
        ("requirepass", "password"),
        ("mot_de_passe", "password"),
        ("DB_PASSWORD_1", "password"),
        ("secretKey", "key"),
        ("client_secret", "key"),
        ("AccountKey", "key"),
        ("ConnectionString", "key"),
        ("secret_string", "password"),
        ("GITHUB_TOKEN", "token"),
        ("authToken", "token"),
        ("password_length", ""),
        ("manage_master_user_password", ""),
        ("password_wo", ""),
        ("update_password", ""),
        ("proxy_pass", ""),
        ("next_token", ""),
        ("pad_token", ""),
        ("existingSecret", ""),
        ("imagePullSecret", ""),
        ("primary_key", ""),
        ("public_key", ""),
        ("PWD", ""),
        ("compass", ""),
        ("key", ""),
        ("x" * 200, ""),
    ],
)
def test_a_name_says_what_it_holds(name: str, kind: str) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize("value", PLACEHOLDERS)
def test_a_placeholder_says_nothing(value: str) -> None:
    assert placeholder(value)
    assert written(value) is None


@pytest.mark.parametrize("value", REFERENCES)
def test_a_reference_or_an_encrypted_value_is_no_secret(value: str) -> None:
    assert refers(value)
    assert written(value) is False


@pytest.mark.parametrize("value", ["hunter2", "postgres", "Soleil2019!", VALUE, "${DB:-hunter2}"])
def test_a_literal_is_one(value: str) -> None:
    assert written(value) is True


FILES: Final = {
    "a.yaml": f"db:\n  password: {VALUE}\n",
    "b.yml": f"users:\n  - {{name: app, password: {VALUE}}}\n",
    "c.yaml": f"env:\n  - name: DB_PASSWORD\n    value: {VALUE}\n",
    "param.json": f'{{"parameters": {{"dbPassword": {{"value": "{VALUE}"}}}}}}',
    "arm.json": f'{{"dbPassword": {{"type": "securestring", "defaultValue": "{VALUE}"}}}}',
    "a.bicep": f"param dbPassword string = '{VALUE}'\n",
    "ssm.tf": f'name  = "db_password"\n  type  = "String"\n  value = "{VALUE}"\n',
    "realm.json": f'{{"credentials": [{{"type": "password", "value": "{VALUE}"}}]}}',
    "hiera.yaml": f"profile::db::password: {VALUE}\n",
    "d.json": f'{{"db": {{"password": "{VALUE}"}}}}',
    "e.json": f'[{{"name": "DB_PASSWORD", "value": "{VALUE}"}}]',
    "f.toml": f'[db]\npassword = "{VALUE}"\n',
    "g.ini": f"[db]\npassword = {VALUE}\n",
    "h.properties": f"spring.datasource.password={VALUE}\n",
    "i.xml": f"<db><password>{VALUE}</password></db>",
    "j.xml": f'<add key="DbPassword" value="{VALUE}"/>',
    "k.xml": f'<datasource url="x" password="{VALUE}"/>',
    "redis.conf": f"requirepass {VALUE}\n",
    "nginx.conf": f"server {{ set $password '{VALUE}'; }}\n",
    ".env": f"DB_PASSWORD={VALUE}\n",
    "prod.env": f"export DB_PASSWORD='{VALUE}'\n",
    "Dockerfile": f"FROM x\nENV DB_PASSWORD={VALUE}\n",
    "Dockerfile.old": f"FROM x\nENV DB_PASSWORD {VALUE}\n",
    "run.sh": f'export DB_PASSWORD="{VALUE}"\n',
    "run": f"#!/bin/sh\nDB_PASSWORD={VALUE} ./migrate\n",
    "flags.sh": f"./app --db-password={VALUE}\n",
    "x.service": f"[Service]\nEnvironment=DB_PASSWORD={VALUE}\n",
    "compose.yml": f"services:\n  a:\n    environment:\n      - DB_PASSWORD={VALUE}\n",
    "command.yaml": f'command: ["app", "--password", "{VALUE}"]\n',
    "a.py": f'PASSWORD = "{VALUE}"\n',
    "a.php": f"define('DB_PASSWORD', '{VALUE}');\n",
    "A.java": f'String password = "{VALUE}";\n',
    "a.tf": f'user_data = <<EOF\nexport DB_PASSWORD="{VALUE}"\nEOF\n',
}


@pytest.mark.parametrize("path", sorted(FILES))
def test_a_setting_is_found_however_it_is_written(path: str) -> None:
    (name,) = found(path, FILES[path])
    assert (
        name.lower().replace("-", "").replace("_", "").endswith("password") or name == "requirepass"
    )


@pytest.mark.parametrize("path", sorted(FILES))
@pytest.mark.parametrize("value", ["changeme", "${DB_PASSWORD}", "", "{{ x }}"])
def test_a_setting_without_a_secret_is_left_alone(path: str, value: str) -> None:
    assert found(path, FILES[path].replace(VALUE, value)) == {}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", 'if password == "S3cr-9tPw!x": pass\n'),
        ("a.py", 'token = "Bearer"\nsecret = "my-secret"\nPASSWORD_FIELD = "user.password"\n'),
        ("a.js", 'const t = {token: "user.auth.token", password: "Password"};\n'),
        ("locales/fr.json", '{"password": "Mot-de-passe1"}'),
        ("a.yaml", "password:\n  secretKeyRef: {name: db, key: password}\n"),
        ("a.yaml", "password: true\ntoken: null\npassword_policy: strict9!\n"),
        ("a.yaml", "auth: {password: *anchor, token: !vault x}\n"),
        ("a.yaml", "description: the password is the one that the vault gives\n"),
        ("a.yaml", "# password: old\n"),
        ("a.xml", "<!-- such as\n  <password>proxypass</password>\n-->\n"),
        ("a.json", '{"page_token": "List.NextMarker", "output_token": "Zx9kkkq7ppA1"}'),
        ("a.sh", "find . -group mysql -print0\n"),
        ("a.json", '{"AWS::IAM::AccessKey": "62d91b17309e76c8"}'),
        ("a.json", '{"SessionToken": "AQoEXAMPLEH4aoAH0gNCAPy", "ApiToken": "eyJ2IjoiMSIs..."}'),
        ("a.rst", f"https://x.example/?X-Amz-Credential={made('AKIA<B:16>')}/2026\n"),
        (".env", "DB_PASSWORD=\nDB_NAME=claims9\n"),
        ("a.ini", "password =\nuser = claims9\n"),
        ("a.yaml", "password:\n  'a': b\ntoken:\n  Zx9kkkq7pp: 1\n"),
        ("a.tf", "password = var.password\ntoken = data.x.y.token\n"),
        ("readme.md", f"Set `password: {VALUE}` first.\n"),
        (".env.example", f"DB_PASSWORD={VALUE}\n"),
        ("tests/test_login.py", f'PASSWORD = "{VALUE}"\n'),
        ("a.conf", "proxy_pass http://backend9;\n"),
        ("a.yaml", "state.pass: met\npass: 25\n"),
        ("key.py", 'BEGIN = "-----BEGIN RSA PRIVATE KEY-----"\n'),
        ("key.md", "It starts with `-----BEGIN PRIVATE KEY-----` and goes on.\n"),
    ],
)
def test_what_only_looks_like_a_secret_is_none(path: str, text: str) -> None:
    assert found(path, text) == {}


def test_occurrences_are_told_apart_by_ordinal_and_not_by_line() -> None:
    text = f"a:\n  password: {VALUE}\nb:\n  password: {VALUE}x\n"
    assert found("a.yaml", text) == {"password": 2, "password #2": 4}
    assert found("a.yaml", f"\n\n{text}") == {"password": 4, "password #2": 6}


def test_the_same_secret_has_the_same_digest_in_one_run_only() -> None:
    assert digest(VALUE) == ""
    with keyed(b"one"):
        first = digest(VALUE)
        assert first == digest(VALUE) != digest(VALUE + "x")
    with keyed(b"other"):
        assert digest(VALUE) != first


def test_only_two_characters_of_a_longer_secret_are_kept() -> None:
    assert hint(VALUE) == VALUE[:2]
    assert hint("hunter2") == ""
    with keyed(b"k"):
        one = given("password", "a.b.password", True, "a.tf", 3, value=VALUE)
    assert VALUE[:3] not in repr(one)
    assert (one.hint, one.attribute, one.end_line) == (VALUE[:2], "a.b.password", 3)
    assert given("password", "k", False, "a", 1, value=VALUE).digest == ""


def test_structure_wins_over_text_on_its_lines() -> None:
    with keyed(b"k"):
        block = given("password", "db.password", True, "a.tf", 3, value=VALUE)
        text = given("password", "a.tf:password", True, "a.tf", 3, value=VALUE, rule="setting")
        reference = given("token", "db.token", False, "a.tf", 5)
        named = given("token", "a.tf:token", True, "a.tf", 5, value="x", rule="setting")
        certain = given("key", "a.tf:aws", True, "a.tf", 5, value="y", rule="aws-access-key-id")
        else_ = given("password", "a.tf:password #2", True, "a.tf", 9, value=VALUE, rule="setting")
    assert merged([text, block, reference, named, certain, else_]) == [
        block,
        reference,
        certain,
        else_,
    ]


def test_a_secret_in_the_lines_of_a_block_is_told_once() -> None:
    with keyed(b"k"):
        block = given("key", "x.keys", True, "a.tf", 3, value=VALUE, end_line=9)
        same = given("key", "a.tf:r", True, "a.tf", 5, value=VALUE, rule="r")
        other = given("key", "a.tf:r #2", True, "a.tf", 6, value="other", rule="r")
        pem = given("private key", "a.tf:private-key", True, "a.tf", 4, value="MII", rule="p")
    assert merged([block, same, other, pem]) == [block, other]


def test_a_secret_that_structure_decoded_is_told_once() -> None:
    with keyed(b"k"):
        one = given("password", "Secret/s data.password", True, "a.yaml", 5, value=VALUE)
        two = given("password", "a.yaml:password", True, "a.yaml", 5, value="x9", rule="setting")
    assert merged([one, two]) == [one]


def test_two_secrets_on_one_line_are_two() -> None:
    with keyed(b"k"):
        one = given("key", "x.secret", True, "a.json", 1, value=VALUE)
        two = given("key", "a.json:password", True, "a.json", 1, value="other", rule="setting")
    assert merged([one, two]) == [one, two]


def test_files_are_sorted_by_name_and_first_line() -> None:
    assert sort_of("a/b.tf") is Sort.TERRAFORM
    assert sort_of("deploy", b"#!/usr/bin/env bash\n") is Sort.SHELL
    assert sort_of("tool", b"#!/usr/bin/env python3\n") is Sort.PROGRAM
    assert sort_of("Jenkinsfile") is Sort.PROGRAM
    assert sort_of("notes") is Sort.PROSE
    assert apart("src/tests/a.py")
    assert not apart("src/a.py")
    assert template(".env.sample")
    assert of_words("app/locales/de.json")


def test_words_are_dull_and_keys_are_not() -> None:
    assert dull("correct-horse")
    assert dull("secretvalue")
    assert not dull(VALUE)


def test_a_find_holds_no_part_of_the_secret_beyond_its_hint() -> None:
    with keyed(b"k"):
        for path, text in FILES.items():
            for one in SEARCH.secrets(path, text.encode()):
                assert isinstance(one, LiteralSecret)
                assert VALUE[:3] not in repr(dataclasses.asdict(one))


GOOD: Final = {
    "a.tf": 'secret_key_ref {\n  secret = "claims-token"\n  key = "latest"\n}\n'
    'authorization = "AWS_IAM"\nencryption_key = "alias/aws/s3"\n',
    "a.yaml": "env:\n  - name: PASSWORD_MIN_LENGTH\n    value: '12'\n"
    "  - name: TOKEN_PATH\n    value: /run/token\n  - name: DB_PASSWORD\n    valueFrom: x\n",
    "external.yaml": "data:\n  - secretKey: password\n    remoteRef: {property: password}\n",
    "values.yaml": "auth:\n  existingSecret: db\n  secretKeys: {adminPasswordKey: a-password}\n",
    "stack.yaml": "MasterUserPassword: '{{resolve:secretsmanager:db:SecretString:password}}'\n",
    "play.yml": "- user: {name: x, password: '!', update_password: on_create}\n",
    "ci.yml": "with: {token: '${{ github.token }}', password: '${{ secrets.P }}'}\n",
    "realm.json": '{"passwordPolicy": "length(12)", "clients": [{"secret": "**********"}]}',
    "openapi.yaml": "password: {type: string, format: password}\nbearerFormat: JWT\n",
    "package.json": '{"dependencies": {"jsonwebtoken": "^9.0.0", "@x/token": "1.2.3"}}',
    "app.properties": "key-store-password=@keystore.password@\njwt.token.expire=3600\n",
    "pg.conf": "password_encryption = scram-sha-256\nssl_passphrase_command = ''\n",
    "login.defs": "PASS_MAX_DAYS 90\n",
    "nsswitch.conf": "passwd:         files\n",
    "Jenkinsfile": "string(credentialsId: 'deploy-token', variable: 'TOKEN')\n",
}


@pytest.mark.parametrize("path", sorted(GOOD))
def test_configuration_that_keeps_secrets_elsewhere_is_good(path: str) -> None:
    assert found(path, GOOD[path]) == {}


def test_sources_of_a_large_library_are_quiet() -> None:
    size = told = 0
    for file in sorted(Path(sysconfig.get_path("stdlib")).glob("*/*.py"))[:600]:
        content = file.read_bytes()
        size += len(content)
        told += len(list(SEARCH.secrets(f"lib/{file.parent.name}/{file.name}", content)))
    assert size > 1_000_000
    assert told / size * 1e6 < 0.5


@settings(max_examples=150, deadline=None)
@hypothesis.given(
    st.sampled_from(sorted(FILES)),
    st.text(string.ascii_letters + string.digits, min_size=10, max_size=60),
    st.sampled_from(["{}", "\ufeff{}", "# é\r\n{}", "<<<<<<< ours\n{}\n=======\n", "{}\n{{[("]),
)
def test_no_secret_is_in_what_a_search_brings(path: str, secret: str, around: str) -> None:
    hypothesis.assume(secret[2:6].lower() not in f"{path} {FILES[path]}".lower())
    text = around.format(FILES[path].replace(VALUE, secret))
    with keyed(b"k"):
        told = b"".join(map(msgspec.json.encode, SEARCH.secrets(path, text.encode())))
    pieces = {secret[n : n + 4] for n in range(len(secret) - 3)}
    known = f"{path} {FILES[path].replace(VALUE, '')} {_FIELDS}"
    assert not [one for one in pieces if one.encode() in _values(told) and one not in known]


_FIELDS: Final = " ".join(one.name for one in dataclasses.fields(LiteralSecret))


def _values(told: bytes) -> bytes:
    """What was told without digests, which are hexadecimal and may spell anything."""
    return re.sub(rb'"digest":"[0-9a-f]*"', b"", told)
