# Do not edit: `make generate` writes this file from openapi/voices.yaml (python scripts/generate.py).
"""The voices API as the document describes it: its models, its requests and how its answers are read."""
