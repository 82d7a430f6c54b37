"""Directories and identity providers as an inventory writes them: one way to look at each."""

from pathlib import Path

import pytest

from rempart.errors import ContentErrors
from rempart.inventory import load
from rempart.inventory.contacts import contacts

HEAD = """schema: rempart.inventory/1
organisation: Payer
language: en
authorisation: {{reference: M, granted_by: D, contact: a@b.example, scope: ["127.0.0.0/8"],
  allow: [{allow}], valid: {{from: 2026-01-01T00:00:00+01:00, until: 2046-12-31T23:59:59+01:00}}}}
subjects:
"""


def written(folder: Path, subjects: str, allow: str = "") -> Path:
    file = folder / "inventory.yaml"
    file.write_text(HEAD.format(allow=allow) + subjects)
    return file


@pytest.mark.parametrize(
    ("subjects", "words"),
    [
        ("  directories: [{id: d}]", 'exactly one of the keys "url", "ldif", found neither'),
        (
            '  directories: [{id: d, url: "ldaps://127.0.0.1", ldif: "file:a.ldif"}]',
            "found url and ldif",
        ),
        ("  identity: [{id: i}]", "found none"),
        (
            '  identity: [{id: i, keycloak: "file:r.json", okta: "dir:okta"}]',
            "found keycloak and okta",
        ),
        ('  identity: [{id: i, token: "s3cret", keycloak: "https://a.example"}]', "token"),
    ],
)
def test_exactly_one_way_leads_to_each(tmp_path: Path, subjects: str, words: str) -> None:
    with pytest.raises(ContentErrors, match=words):
        load(written(tmp_path, subjects))


def test_what_would_be_contacted_is_said(tmp_path: Path) -> None:
    subjects = """  directories:
    - {id: file, ldif: "file:a.ldif"}
    - {id: live, url: "ldaps://127.0.0.1"}
  identity:
    - {id: entra, entra: "dir:answers"}
    - {id: api, keycloak: "https://127.0.0.1/realms/a", token: "env:T"}
"""
    told = {}
    for allow in ("", "active"):
        inventory = load(written(tmp_path, subjects, allow))
        for subject in inventory.subjects:
            told[subject.id, allow] = [str(one.place) for one in contacts(subject, inventory)]
    assert told["file", ""] == ["None"]
    assert told["live", ""] == ["127.0.0.1:636"]
    assert told["live", "active"] == ["127.0.0.1:636", "127.0.0.1:389"]
    assert told["entra", ""] == ["None"]
    assert told["api", ""] == ["127.0.0.1:443"]
