"""Read logs in an inventory: what is wrong with a mapping is said with its line."""

from pathlib import Path

import pytest

from rempart import inventory
from rempart.errors import ContentErrors

MANDATE = """\
schema: rempart.inventory/1
organisation: Payeur
authorisation:
  reference: LOGS-1
  granted_by: DSI
  contact: soc@payer.example
  valid: {from: 2026-01-01T00:00:00+00:00, until: 2036-12-31T23:59:59+00:00}
  scope: ["127.0.0.0/8"]
subjects:
  databases: [{id: adh, url: "sqlite:adh.sqlite"}]
  read_logs:
"""


def written(folder: Path, log: str) -> Path:
    file = folder / "mine.yaml"
    file.write_text(f"{MANDATE}    - {{id: log, {log}}}\n")
    return file


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ("ceiling: 60 people/hour", 'exactly one of the keys "path", "table", found neither'),
        ("path: a, table: b, database: adh", 'the keys "path", "table", found path and table'),
        ("table: reads", 'database: expected the id of a database, found ""'),
        ("path: a, format: yaml", "read_logs[0].format: expected"),
        ("path: a, format: regex", 'format: expected the key "layout"'),
        ("path: a, format: regex, layout: '(a)'", "layout: expected named groups"),
        ("path: a, format: regex, layout: '(?P<a>'", "layout: expected a regular expression"),
        ("path: a, format: json, person: nir", "person: expected a path such as $.user.id"),
        ("path: a, person: '$request ~ nir'", "person: expected a group ( )"),
        ("path: a, person: '$request ~ (['", "person: expected a regular expression"),
        ("path: a, person: ' ~ (a)'", "person: expected the name of a field"),
        ("path: a, zone: Paris", 'zone: expected a zone such as Europe/Paris or +02:00, found "P'),
        ("path: a, alarm: [200 people]", "alarm[0]: expected a ceiling"),
        ("path: a, pseudonyms: hunter2", "pseudonyms: expected env:NAME"),
        ("path: a, rules: [sigma.yml]", "rules[0]: expected file: or dir:"),
    ],
)
def test_names_what_is_wrong_with_a_mapping(log: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ContentErrors) as caught:
        inventory.load(written(tmp_path, log))
    assert any(said in str(error) and ":12: " in str(error) for error in caught.value.errors), [
        *map(str, caught.value.errors)
    ]
    assert "hunter2" not in str(caught.value)


def test_names_the_files_of_a_log_that_are_not_there(tmp_path: Path) -> None:
    log = "path: access.log*, rules: [file:sigma.yml, file:elastic.json]"
    found = inventory.load(written(tmp_path, log))
    keys = [key for subject, key, _ in found.missing() if subject == "log"]
    assert keys == ["path", "rules", "rules"]
    (tmp_path / "access.log.1").touch()
    (tmp_path / "sigma.yml").touch()
    missing = [path.name for subject, _, path in found.missing() if subject == "log"]
    assert missing == ["elastic.json"]
