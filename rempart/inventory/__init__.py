"""The inventory: what is audited, how to reach it, and who allowed it.

One YAML file, strict: every unknown key, literal secret, bad address or name that leads nowhere is
an error with its line, and all of them come at once. Nothing is contacted or resolved here.
"""

from rempart.inventory.authorisation import Authorisation, Budget, Window
from rempart.inventory.load import SCHEMA, Inventory, Statement, load, schema
from rempart.inventory.subjects import (
    Backup,
    Canary,
    CanaryBudget,
    Database,
    Directory,
    Domain,
    Files,
    Host,
    Identity,
    Login,
    Lookup,
    Portal,
    ReadLog,
    Repository,
    Service,
    Subject,
)
from rempart.inventory.values import Ceiling, Key, Location, Period

__all__ = [
    "SCHEMA",
    "Authorisation",
    "Backup",
    "Budget",
    "Canary",
    "CanaryBudget",
    "Ceiling",
    "Database",
    "Directory",
    "Domain",
    "Files",
    "Host",
    "Identity",
    "Inventory",
    "Key",
    "Location",
    "Login",
    "Lookup",
    "Period",
    "Portal",
    "ReadLog",
    "Repository",
    "Service",
    "Statement",
    "Subject",
    "Window",
    "load",
    "schema",
]
