"""MongoDB: mongod.conf, as YAML and in the older spelling.

Source: MongoDB 7.0 manual, configuration file options; authorization is disabled by default, TLS
off, and mongod listens on localhost alone.
"""

from collections.abc import Iterator

from rempart.check import Observation, Seen, Unknown
from rempart.collectors.repository.places import secret
from rempart.collectors.repository.secrets.given import written
from rempart.collectors.repository.servers.lines import Text
from rempart.collectors.repository.servers.trees import Leaf, Tree, trees
from rempart.collectors.repository.servers.versions import offered, without
from rempart.observations.datastores import DataStore
from rempart.observations.sign_in import SignIn
from rempart.observations.transit import PeerVerification, Transit

ON = {"enabled": True, "true": True, "disabled": False, "false": False}
TLS = {
    "requiretls": True,
    "requiressl": True,
    "prefertls": False,
    "preferssl": False,
    "allowtls": False,
    "allowssl": False,
    "disabled": False,
}
_OLD = {
    "auth": "security.authorization",
    "noauth": "noauth",
    "bind_ip": "net.bindip",
    "tlsmode": "net.tls.mode",
    "sslmode": "net.ssl.mode",
}


def mongod_conf(text: Text) -> Iterator[Observation]:
    """What a mongod.conf decides."""
    for tree in _trees(text):
        yield from _guarded(text, tree)
        here = _only_here(tree)
        if here is not True or tree.leaf("net.tls.mode", "net.ssl.mode"):
            mode = tree.decided(
                ("net.tls.mode", "net.ssl.mode"), TLS, False, "net.tls.mode is absent: TLS is off"
            )
            if mode is not None:
                stamp = text.place(mode.line).stamp(text.path)
                yield Transit("database", mode.value, mode.words, **stamp)
        refused = tree.leaf("net.tls.disabledProtocols", "net.ssl.disabledProtocols")
        if refused is not None:
            words = str(tree.value(refused.name)).split(",")
            yield from offered(text, without(words), refused.line)
        yield from _rest(text, tree)


def _trees(text: Text) -> Iterator[Tree]:
    pairs = [
        line for line in text.lines if "=" in line.text and not line.text.lstrip().startswith("#")
    ]
    if pairs and not any(":" in line.text.partition("#")[0] for line in text.lines):
        leaves: dict[str, Leaf] = {}
        for line in pairs:
            name, _, value = (part.strip() for part in line.text.partition("="))
            known = _OLD.get(name.lower(), name.lower())
            leaves[known] = Leaf(name, value, line.number)
        yield Tree(text, leaves)
        return
    yield from trees(text)


def _only_here(tree: Tree) -> Seen[bool]:
    if tree.value("net.bindIpAll") == "true":
        return False
    bound = tree.value("net.bindIp")
    if isinstance(bound, Unknown):
        return bound
    named = "127.0.0.1" if bound is None else str(bound)
    return all(one.strip() in ("127.0.0.1", "localhost", "::1") for one in named.split(","))


def _guarded(text: Text, tree: Tree) -> Iterator[SignIn]:
    off = tree.leaf("noauth")
    if off is not None and tree.value("noauth") == "true":
        yield SignIn("anonymous", False, off.shown, **text.place(off.line).stamp(text.path))
        return
    default: Seen[bool] = bool(tree.leaf("security.keyFile", "security.clusterAuthMode"))
    decided = tree.decided(
        ("security.authorization",),
        ON,
        default,
        "security.keyFile turns authorization on"
        if default
        else "security.authorization is absent: disabled by default",
    )
    if decided is not None:
        stamp = text.place(decided.line).stamp(text.path)
        yield SignIn("anonymous", decided.value, decided.words, **stamp)


def _rest(text: Text, tree: Tree) -> Iterator[Observation]:
    encryption = tree.decided(("security.enableEncryption",), ON, None)
    if encryption is not None:
        stamp = text.place(encryption.line).stamp(text.path)
        kmip = tree.leaf("security.kmip.serverName")
        holder = ("customer" if kmip else "host") if encryption.value is True else None
        yield DataStore(
            "database", encryption.value, holder, None, setting=encryption.words, **stamp
        )
    for prefix in ("net.tls", "net.ssl"):
        leaf = tree.leaf(f"{prefix}.allowInvalidCertificates")
        if leaf is not None:
            words = {"true": False, "false": True}
            decided = tree.decided((leaf.name,), words, None)
            if decided is not None:
                stamp = text.place(leaf.line).stamp(text.path)
                yield PeerVerification("certificate", decided.value, leaf.shown, **stamp)
        for name in ("certificateKeyFilePassword", "PEMKeyPassword", "clusterPassword"):
            leaf = tree.leaf(f"{prefix}.{name}")
            if leaf is not None and (literal := written(str(leaf.value))) is not None:
                key = f"{text.path} {leaf.name}"
                place = text.place(leaf.line)
                yield secret("password", key, literal, place, str(leaf.value), leaf.name)
