"""A program for mistralai 2.3 runs after one changed import: its keywords, defaults and results are ours, too."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
import yaml

from mistral_voices import Mistral, utils
from mistral_voices.utils import UNSET

THEIRS: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "data" / "mistralai-2.3.2.yaml").read_text()
)
OPTIONS = {"retries", "server_url", "timeout_ms", "http_headers"}
DEFAULTS = {"required": inspect.Parameter.empty, "UNSET": UNSET}
# None means left out there, as UNSET does here.
LEFT_OUT = {("create", "languages")}


@pytest.mark.parametrize("name", [*THEIRS, *(f"{name}_async" for name in THEIRS)])
def test_keywords_defaults_and_results_are_the_same(name: str) -> None:
    theirs, method = THEIRS[name.removesuffix("_async")], getattr(Mistral("key").audio.voices, name)
    ours = inspect.signature(method)
    for argument, default in theirs["arguments"].items():
        if argument in OPTIONS:
            continue  # **options, which test_options.py holds
        parameter = ours.parameters[argument]
        left_out = (name.removesuffix("_async"), argument) in LEFT_OUT
        expected = UNSET if left_out else DEFAULTS.get(default, default) if isinstance(default, str) else default
        assert parameter.kind == inspect.Parameter.KEYWORD_ONLY, argument
        assert parameter.default == expected, argument
    assert theirs["arguments"].keys() - ours.parameters.keys() <= OPTIONS
    returned = str(getattr(ours.return_annotation, "__name__", ours.return_annotation))
    assert returned.removeprefix("models.").removesuffix(" | None") == theirs["returns"]


def test_settings_of_retries_are_made_in_the_same_way() -> None:
    backoff = utils.BackoffStrategy(500, 60_000, 1.5, 3_600_000)
    config = utils.RetryConfig("backoff", backoff, retry_connection_errors=True)
    assert (config.backoff.max_interval, config.retry_connection_errors) == (60_000, True)
