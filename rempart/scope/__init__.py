"""The authorisation: which addresses may be contacted, when, and the gate that holds it.

`Scope` answers whether one connection is inside the mandate. `guarded` makes the interpreter ask
it about every connection, whoever opens it. `Pins` resolves a name once for the whole run.
"""

from rempart.scope.addresses import Spelling, peer
from rempart.scope.gate import guarded, starting
from rempart.scope.mandate import Authorisation, Scope
from rempart.scope.pins import Pins
from rempart.scope.targets import Target, target

__all__ = [
    "Authorisation",
    "Pins",
    "Scope",
    "Spelling",
    "Target",
    "guarded",
    "peer",
    "starting",
    "target",
]
