from tests.cli.accounts import account, cli, other

__all__ = ["account", "cli", "other"]
