"""What an artefact is, told by its bytes: one module a family, the standard library alone.

These modules are also sent to a host and run there: nothing stands in this file.
"""
