"""Do the main job against a local voices server: `python scripts/demo.py [SAMPLE.wav]`.

Each step is printed as a user would write it, then run just as it was printed, and what came back is printed below.
"""

from __future__ import annotations

import ast
import logging
import sys
import tempfile
import textwrap
import time
from pathlib import Path
from typing import Any

from mistral_voices.local import VoicesServer

SPOKEN = Path(__file__).resolve().parent.parent / "tests" / "data" / "hello.wav"

STEPS = """\
# Connect (to the real service: leave server_url out, and the key comes from MISTRAL_API_KEY)
from mistral_voices import Mistral, errors
mistral = Mistral(api_key="any-key-will-do-here", server_url=url)
voices = mistral.audio.voices

# Create a voice from a recording
voice = voices.create(name="Ada", sample_audio=sample, languages=["en"])
voice.id, voice.name, voice.created_at

# List voices: ours, and those that come with the service
[(each.name, each.type_) for each in voices.iterate()]

# Update it: what is left out stays, None clears
changed = voices.update(voice_id=voice.id, tags=["calm"], gender="female", languages=None)
changed.name, changed.tags, changed.gender, changed.languages

# Fetch it, by its id or by its name
assert voices.find("ada") == voices.get(voice_id=voice.id)
voices.get(voice_id=voice.id)

# Download the sample, and see that it is the recording, byte for byte
path = voices.save_sample_audio(voice_id=voice.id, path=folder)
assert path.read_bytes() == sample.read_bytes()
f"{path.name}: {path.stat().st_size:,} bytes, identical"

# Get a voice that is not there: the error says what went wrong
try:
    voices.get(voice_id="nobody")
except errors.NotFoundError as error:
    failure = error
failure.status_code, failure.request_id is not None, str(failure)

# Let the server fail twice: the call is repeated, and waits as long as the server says
server.fail(503)
server.fail(429, headers={"Retry-After": "1"})
voices.get(voice_id=voice.id).name

# Lose the response to a create: it is not sent again, so no voice is made twice; recover=True looks for it
server.fail(drop="after", method="POST")
found = voices.create(name="Once", sample_audio=sample, recover=True)
assert [each.id for each in voices.iterate(query="once")] == [found.id]
f"there is one voice called Once: {found.id}"

# Delete them, and close
deleted = [voices.delete(voice_id=each.id).name for each in voices.iterate(type_="custom")]
mistral.close()
deleted
"""


def show(value: object) -> None:
    """Print what a line of a step gives, as the interactive interpreter does."""
    if value is not None:
        print(textwrap.fill(f"--> {value!r}", 116, initial_indent="    ", subsequent_indent="        "))


def main() -> int:
    """Run all steps; 1 when one of them fails."""
    sample = Path(sys.argv[1]) if len(sys.argv) > 1 else SPOKEN
    if not sample.is_file() or not sample.stat().st_size:
        problem = "is a folder" if sample.is_dir() else "is empty" if sample.exists() else "does not exist"
        print(f"demo: {sample} {problem}; use `make demo SAMPLE=path/to/recording.wav`", file=sys.stderr)
        return 1
    logger = logging.getLogger("mistral_voices")
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("    log: %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    began = time.monotonic()
    with VoicesServer() as server, tempfile.TemporaryDirectory() as folder:
        names: dict[str, Any] = {"server": server, "url": server.serve(), "sample": sample, "folder": folder}
        print(f"A local voices server listens on {names['url']}; the recording is {sample.name}.")
        sys.displayhook = show
        steps = STEPS.strip().split("\n\n")
        for number, step in enumerate(steps, 1):
            title, code = step.removeprefix("# ").split("\n", 1)
            print(f"\n{number}. {title}\n\n{textwrap.indent(code, '    ')}\n")
            exec(compile(ast.Interactive(ast.parse(code).body), "<demo>", "single"), names)  # noqa: S102
    print(f"\nAll {len(steps)} steps did what they should, in {time.monotonic() - began:.1f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
