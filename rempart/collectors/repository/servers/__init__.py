"""Configuration of servers as repositories keep it, templates included; one module a family.

A file is known by its name, its folder, or how its content begins; those that belong together (a
postgresql.conf and its pg_hba.conf) are read together where they stand in one folder.
"""
