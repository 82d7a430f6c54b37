"""Ansible: playbooks, roles, inventories and variables of a repository, read and never run."""
