"""Terraform and OpenTofu: read, worked out, and told as resources."""
