# Do not edit: `make generate` (python scripts/generate.py) writes this file from openapi/voices.yaml.
"""The voices API as its OpenAPI document describes it: its models, its requests and how its responses are read."""
