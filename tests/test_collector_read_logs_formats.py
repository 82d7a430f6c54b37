import json
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from rempart.collectors.read_logs import json_lines, layouts
from rempart.collectors.read_logs.csv_lines import CsvLines
from rempart.collectors.read_logs.fields import Field
from rempart.collectors.read_logs.json_lines import JsonLines
from rempart.collectors.read_logs.mapping import Declared, mapping
from rempart.collectors.read_logs.preview import LATER, told
from rempart.inventory.log_fields import ROLES
from tests.read_logs import columns, fields, subject

NIR = "185057800608491"
NO_INVENTORY: Any = None
NGINX = (
    '10.0.4.7 - dr.martin [02/Nov/2026:10:15:30 +0100] "GET /api/rights?nir=185057800608491 '
    'HTTP/1.1" 200 612 "-" "Mozilla/5.0"\n'
    '2001:db8::7 - - [02/Nov/2026:10:15:31 +0100] "GET /css/\\x22a HTTP/1.1" 304 0 "-" "curl"\n'
)
HAPROXY = (
    "Nov  2 10:15:30 lb1 haproxy[812]: 10.0.4.7:33317 [02/Nov/2026:10:15:30.655] pro~ app/a1 "
    '10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 "GET /rights/185057800608491 HTTP/1.1"\n'
)
KEYCLOAK = (
    "2026-11-02 10:15:30,123 WARN  [org.keycloak.events] (executor-thread-4) "
    'type="LOGIN_ERROR", realmId="pro", realmName="pro", clientId="portal", userId="null", '
    'sessionId="null", ipAddress="10.0.4.7", error="user_not_found", username="x"\n'
    "2026-11-02 10:15:31,007 DEBUG [org.keycloak.events] (executor-thread-5) type=LOGIN, "
    "realmId=pro, clientId=portal, userId=7f3a, sessionId=1, ipAddress=10.0.4.8, username=y\n"
    "2026-11-02 10:15:32,007 INFO  [org.infinispan] (main) started\n"
    "\tat org.example.Class.method(Class.java:7)\n"
)
PGAUDIT = (
    "2026-11-02 10:15:30.123 CET [4711] martin@adh 10.0.4.7 LOG:  AUDIT: SESSION,1,1,READ,SELECT,"
    'TABLE,public.claims,"select * from claims where nir = $1",<none>\n'
    "2026-11-02 10:15:31.123 CET [4712] eve@adh 10.0.4.9 FATAL:  password authentication failed "
    'for user "eve"\n'
    "2026-11-02 10:15:32.000 CET [4713] martin@adh 10.0.4.7 LOG:  duration: 1.2 ms\n"
    "\tand claims.id = 7\n"
)
MARIADB = (
    "20261102 10:15:30,db1,martin,10.0.4.7,12,301,QUERY,adh,'SELECT * FROM c WHERE a=\\'x,y\\'',0\n"
    "20261102 10:15:31,db1,eve,10.0.4.9,13,0,FAILED_CONNECT,,,1045\n"
)


def guessed(text: str) -> Any:
    return mapping(Declared(), text.encode())


def test_reads_the_usual_line_of_nginx_and_apache() -> None:
    found = guessed(NGINX)
    assert found.format == "combined"
    assert found.guessed
    read = columns(found, NGINX)
    assert read["account"] == ["dr.martin", "-"]
    assert read["person"] == [NIR, None]
    assert read["time"][0] == "02/Nov/2026:10:15:30 +0100"
    assert read["address"] == ["10.0.4.7", "2001:db8::7"]
    assert read["status"] == ["200", "304"]


def test_reads_a_layout_as_nginx_writes_it() -> None:
    layout = "$time_iso8601|$http_x_user|${remote_addr}|$request|$status"
    own = Declared("nginx", layout, {"account": "$http_x_user", "person": "$request ~ nir=(\\d+)"})
    line = "2026-11-02T10:15:30+01:00|marie dupont|10.0.4.7|GET /r?nir=17 HTTP/1.1|200\n"
    read = columns(mapping(own, line.encode()), line)
    assert (read["account"], read["person"]) == (["marie dupont"], ["17"])
    assert (read["time"], read["address"]) == (["2026-11-02T10:15:30+01:00"], ["10.0.4.7"])


def test_reads_a_layout_as_apache_writes_it() -> None:
    own = Declared("apache", '%h %{X-User}i %t \\"%r\\" %>s', {"account": "%{X-User}i"})
    line = '10.0.4.7 dr.martin [02/Nov/2026:10:15:30 +0100] "GET /\\"x\\" HTTP/1.1" 200\n'
    read = columns(mapping(own, line.encode()), line)
    assert read["account"] == ["dr.martin"]
    assert read["url"] == ['GET /\\"x\\" HTTP/1.1']
    assert read["status"] == ["200"]


def test_a_user_name_cannot_forge_the_moment_of_its_line() -> None:
    own = mapping(Declared("combined"), NGINX.encode())
    assert own is not None
    forged = NGINX.splitlines()[0].replace("dr.martin", "x [01/Jan/2020:00:00:00 +0100] \\x22")
    parsed = own.parser().parse(forged.encode() + b"\n")
    assert (parsed.count, parsed.unread) == (0, 1)


def test_reads_haproxy() -> None:
    found = guessed(HAPROXY)
    assert found.format == "haproxy"
    read = columns(found, HAPROXY)
    assert (read["person"], read["address"]) == ([NIR], ["10.0.4.7"])
    assert "not found: account" in found.words()


def test_reads_keycloak_and_passes_over_the_rest_of_its_log() -> None:
    found = guessed(KEYCLOAK)
    assert found.format == "keycloak"
    parsed = found.parser().parse(KEYCLOAK.encode())
    assert parsed.columns["account"] == ["null", "7f3a"]
    assert parsed.columns["action"] == ["LOGIN_ERROR", "LOGIN"]
    assert parsed.columns["address"] == ["10.0.4.7", "10.0.4.8"]
    assert (parsed.count, parsed.unread, parsed.passed) == (2, 0, 2)


def test_reads_keycloak_events_in_json() -> None:
    line = json.dumps({"time": 1793600130000, "type": "LOGIN", "realmId": "p", "userId": "7f",
                       "ipAddress": "10.0.4.7"})  # fmt: skip
    found = guessed(line + "\n")
    assert found.format == "keycloak-json"
    assert columns(found, line)["account"] == ["7f"]


def test_reads_pgaudit() -> None:
    found = guessed(PGAUDIT)
    assert found.format == "pgaudit"
    parsed = found.parser().parse(PGAUDIT.encode())
    assert parsed.columns["account"] == ["martin", "eve", "martin"]
    assert parsed.columns["action"] == ["READ", "password authentication failed", "duration"]
    assert (parsed.unread, parsed.passed) == (0, 1)


def test_reads_the_audit_of_mariadb() -> None:
    found = guessed(MARIADB)
    assert found.format == "mariadb-audit"
    read = columns(found, MARIADB)
    assert read["account"] == ["martin", "eve"]
    assert read["action"] == ["QUERY", "FAILED_CONNECT"]


def test_guesses_the_fields_of_json_by_name_and_the_person_by_shape() -> None:
    lines = "".join(
        json.dumps({"@timestamp": "2026-11-02T10:15:30Z", "actor": {"login": "m"}, "object": NIR,
                    "client": {"ip": "10.0.4.7"}}) + "\n"
        for _ in range(3)
    )  # fmt: skip
    found = guessed(lines)
    assert {role: str(field) for role, field in found.fields.items()} == {
        "account": "$.actor.login",
        "time": "$.@timestamp",
        "address": "$.client.ip",
        "person": "$.object",
    }
    assert columns(found, lines)["account"] == ["m"] * 3
    assert NIR not in found.words()


def test_reads_json_behind_the_prefix_of_a_syslog() -> None:
    line = 'Nov  2 10:15:30 app portal[7]: {"user":"m","nir":"17","ts":1793600130}\n' * 3
    found = guessed(line)
    assert columns(found, line)["person"] == ["17"] * 3


def test_one_bad_line_costs_only_itself() -> None:
    block = b'{"u":"a","n":1}\n\xff\xfe\x00junk\n{"u":"b","n":\n[]\n{"u":{"x":1},"n":"2"}\n\r\n'
    parsed = JsonLines(fields(account="$.u", person="$.n")).parse(block)
    assert parsed.columns == {"account": ["a", None], "person": [1, "2"]}
    assert (parsed.count, parsed.unread) == (2, 3)


def test_line_breaks_inside_a_value_make_no_second_line() -> None:
    block = json.dumps({"u": 'a\n{"u":"forged"}', "n": "1"}).encode() + b"\n"
    parsed = JsonLines(fields(account="$.u")).parse(block)
    assert (parsed.count, len(parsed.columns["account"])) == (1, 1)


def test_reads_the_same_json_without_msgspec(monkeypatch: pytest.MonkeyPatch) -> None:
    block = b'{"a":{"b":"x"},"n":7}\n{"a":3}\nnot json\n'
    wanted = fields(account="$.a.b", person="$.n")
    typed = JsonLines(wanted).parse(block)
    monkeypatch.setattr(json_lines, "TYPED", False)
    assert JsonLines(wanted).parse(block) == typed
    assert typed.columns == {"account": ["x", None], "person": [7, None]}


def test_reads_csv_and_gives_up_only_the_line_of_an_open_quote() -> None:
    text = 'ts;user;nir\n1;"a;b";17\n2;"open;18\n3;c;19\n4;d\n'
    parsed = CsvLines(fields(account="user", person="nir")).parse(text.encode())
    assert parsed.columns == {"account": ["a;b", "c"], "person": ["17", "19"]}
    assert parsed.unread == 2


def test_a_csv_without_a_header_takes_the_declared_columns() -> None:
    own = Declared("csv", "ts,user,nir", {"account": "user", "person": "nir", "time": "ts"})
    assert columns(mapping(own, b"1,a,17\n"), "1,a,17\n")["person"] == ["17"]


def test_reads_lines_by_named_groups() -> None:
    own = Declared("regex", r"(?P<when>\S+) (?P<who>\w+) read (?P<whom>\d+)",
                   {"account": "who", "person": "whom", "time": "when"})  # fmt: skip
    parsed = mapping(own, b"").parser().parse(b"1793600130 m read 17\nother\n")  # type: ignore[union-attr]
    assert parsed.columns == {"account": ["m"], "person": ["17"], "time": ["1793600130"]}
    assert parsed.unread == 1


def test_a_declared_field_wins_over_a_guessed_one() -> None:
    line = '{"user":"m","login":"l","nir":"1","ts":1}\n'
    found = mapping(Declared(fields={"account": "$.login"}), line.encode())
    assert found is not None
    assert not found.guessed
    assert columns(found, line)["account"] == ["l"]


def test_recognises_nothing_in_what_is_no_log() -> None:
    assert guessed("hello\nworld\n") is None
    assert mapping(Declared(), bytes(range(256)) * 20) is None


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-02 10:15:30,123 WARN " + "org.keycloak.events" * 40_000,
        "2026-11-02 10:15:30,123 WARN org.keycloak.events " + " type=" * 100_000,
        "20261102 10:15:30," + "," * 500_000 + "x",
        "haproxy[" * 100_000,
        "1.2.3.4 - " + " [" * 300_000,
        "x - " * 200_000,
        '1.2.3.4 - - [02/Nov/2026:10:15:30 +0100] "' + "\\" * 500_001,
        "2026-11-02 10:15:30.123 CET [1] " + "@" * 500_000,
    ],
)
def test_no_line_makes_a_pattern_search_for_long(line: str) -> None:
    block = line.encode() + b"\n"
    for form in ("keycloak", "mariadb-audit", "haproxy", "combined", "pgaudit"):
        own = mapping(Declared(form), b"")
        assert own is not None
        assert own.parser().parse(block).count == 0


def test_a_layout_without_variables_is_refused() -> None:
    with pytest.raises(ValueError, match="with variables"):
        layouts.nginx("plain words")
    with pytest.raises(ValueError, match="named groups"):
        layouts.groups("(a)")
    with pytest.raises(ValueError, match="a group"):
        Field.parse("$request ~ nir")


KNOWN = {
    "combined": (NGINX, "account: $remote_user, person: $request ~"),
    "haproxy": (HAPROXY, "person: http_request ~"),
    "keycloak": (KEYCLOAK, "account: userId, time: time, address: ipAddress, action: type"),
    "keycloak-json": (
        '{"time":1793610930000,"type":"LOGIN","realmId":"pro","userId":"u1","ipAddress":"10.0.4.7"}\n',
        "account: $.userId, time: $.time",
    ),
    "pgaudit": (PGAUDIT, "account: %u, time: %m, address: %h, action: action"),
    "mariadb-audit": (MARIADB, "account: user, time: time, address: host, action: operation"),
}


@pytest.mark.parametrize("form", KNOWN)
def test_a_known_format_is_told_without_a_value(form: str, tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    text, mapped = KNOWN[form]
    path.write_text(text)
    (words,) = told(subject(path), NO_INVENTORY)
    assert words.startswith(f"guessed: format: {form}, ")
    assert mapped in words
    assert not any(part in words for part in ("martin", NIR, "10.0.4.7"))


def test_a_table_beside_the_inventory_is_told_too(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "adh.sqlite")) as made:
        made.execute("CREATE TABLE reads (at TEXT, login TEXT, nir TEXT)")
        made.execute("INSERT INTO reads VALUES ('2026-11-02 10:15:30', 'martin', ?)", (NIR,))
        made.commit()
    url = f"sqlite:///{tmp_path}/adh.sqlite"
    inventory: Any = SimpleNamespace(by_id={"adh": SimpleNamespace(url=url)})
    table: Any = SimpleNamespace(
        table="reads", database="adh", on="", format="", layout="", reads=(), sign_ins=(), zone="",
        **dict.fromkeys(ROLES, ""),
    )  # fmt: skip
    (words,) = told(table, inventory)
    assert words.startswith("guessed: format: table, account: login, person: nir, time: at")
    table.table = "nothing"
    assert list(told(table, inventory)) == ["not known: no table nothing in the database"]
    inventory.by_id["adh"].url = "postgresql://auditor@db.payer.example/adh"
    assert list(told(table, inventory)) == [LATER]
