"""What the command line says and returns when something fails: exit statuses, and a line or two with the remedy."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import Any

import click

from .output import paint, say, visible

DONE, FAILED, USAGE, NOT_FOUND, NOT_AUTHORISED, UNKNOWN, DRIFT, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 3, 4, 5, 6, 130, 141


class Failure(click.ClickException):
    """The command cannot go on: what is wrong, the remedy and the exit status.

    Attributes:
        remedy: What to do about it; a second line.
        exit_status: The exit status.
    """

    def __init__(self, message: str, remedy: str = "", exit_status: int = FAILED) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.exit_status = exit_status


def exit_status(error: BaseException) -> int:
    """Give the exit status of an error."""
    from mistral_voices import errors

    if isinstance(error, Failure):
        return error.exit_status
    if isinstance(error, click.ClickException):
        return error.exit_code
    if getattr(error, "outcome_unknown", False):
        return UNKNOWN
    if isinstance(error, (errors.AuthenticationError, errors.PermissionDeniedError)):
        return NOT_AUTHORISED
    if isinstance(error, (errors.NotFoundError, errors.AmbiguousVoiceError)):
        return NOT_FOUND
    return FAILED


def status_of(errors: Iterable[Exception]) -> int:
    """Give the exit status of a command of which parts failed: what is worst, else what they have in common."""
    statuses = {exit_status(error) for error in errors}
    if UNKNOWN in statuses:
        return UNKNOWN
    return FAILED if len(statuses) > 1 else statuses.pop() if statuses else DONE


def describe_resumable(error: Exception) -> str:
    """Give what went wrong in a command that goes on where it ended, and the remedy, in one line."""
    message, remedy = describe(error)
    if getattr(error, "outcome_unknown", False):
        remedy = "Whether it was made is not known; run the same command again, which looks for it."
    return f"{message} {remedy}".rstrip()


def describe(error: Exception) -> tuple[str, str]:
    """Give what went wrong in one line, and the remedy, which may be empty."""
    from mistral_voices import errors

    if isinstance(error, click.UsageError):
        return re.sub(r"\s*\n\s*", " ", error.format_message()), _usage_remedy(error)
    if isinstance(error, Failure):
        return error.message, error.remedy
    if isinstance(error, click.ClickException):
        return error.format_message(), ""
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename and str(error.filename) not in str(error.strerror) else ""
        return f"{place}{error.strerror or error}", ""
    if not isinstance(error, errors.MistralError):
        return str(error), ""
    remedies: dict[type, str] = {
        errors.AuthenticationError: "Check the key: MISTRAL_API_KEY, --api-key-file or --api-key-command.",
        errors.PermissionDeniedError: "This key may not do that: take one of an account that may.",
        errors.ResponseValidationError: "Check the address; the sign-in page of a network responds so too.",
        errors.RateLimitError: "Wait a little, or let it try more often: --retries 10.",
    }
    remedy, message = remedies.get(type(error), ""), error.message
    if error.outcome_unknown:
        message = message.removesuffix(": candidates() looks for it")
        remedy = "Whether the voice was made is not known: look with `mistral-voices list` before you try again."
    elif isinstance(error, errors.NoResponseError):
        remedy = "`mistral-voices doctor` says what is in the way."
    return message, remedy


def _usage_remedy(error: click.UsageError) -> str:
    command = error.ctx.command_path if error.ctx else "mistral-voices"
    remedy = f"`{command} --help` shows what it takes"
    if isinstance(error, click.NoSuchOption) and error.ctx and not isinstance(error.ctx.command, click.Group):
        remedy += "; a name that begins with - stands after `--`"
    return f"{remedy}."


def report(error: Exception, *, as_json: bool) -> int:
    """Write an error to standard error, in the form that was asked for, and give the exit status."""
    status = exit_status(error)
    message, remedy = describe(error)
    if as_json:
        import json  # 3 ms, for this form alone

        known = error.__cause__ if isinstance(error, Failure) and error.__cause__ else error
        members: dict[str, Any] = {
            "type": type(known).__name__,
            "message": f"{message}\n{remedy}" if remedy else message,
            "status": getattr(known, "status_code", None),
            "request_id": getattr(known, "request_id", None),
            "exit_status": status,
        }
        say(json.dumps({"error": members}))
        return status
    say(f"{paint('Error:', sys.stderr, fg='red', bold=True)} {visible(message)}")
    if remedy:
        say("\n".join(map(visible, remedy.splitlines())))
    return status
