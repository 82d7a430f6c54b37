"""Realms of Keycloak, read the same whether a repository, an export or the admin API brought them.

Source: Keycloak 26 server administration guide and RealmRepresentation; an export leaves nothing
out, so that what is not there has the server's default: no password rule, no lock, TLS asked of
public addresses alone.
"""
