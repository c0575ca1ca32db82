"""A program as somebody might freeze it: it makes one call and prints what came of it."""

import sys

from mistral_voices import Mistral, errors

with Mistral("some-key", server_url=sys.argv[1]) as mistral:
    try:
        print(mistral.audio.voices.find("Clara").id)
    except errors.MistralError as error:
        print(error)
