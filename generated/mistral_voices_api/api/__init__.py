# Do not edit: `make generate` writes this file from openapi/voices.yaml (python scripts/generate.py).
"""Contains methods for accessing the API"""
