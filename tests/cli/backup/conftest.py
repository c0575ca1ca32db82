from tests.cli.accounts import account, cli, other, user

__all__ = ["account", "cli", "other", "user"]
