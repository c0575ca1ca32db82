# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.
"""Contains endpoint functions for accessing the API"""
