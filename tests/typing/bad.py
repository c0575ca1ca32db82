"""A user's file in which each marked line is wrong; both type checkers must say so of every one, and of no other."""

import io
import sys

import httpx
import mistral_voices
from mistral_voices import Mistral, erors  # wrong
from mistral_voices.models import Voice  # wrong

mistral = Mistral(api_key="k")
mistral_voices.Mistrall  # wrong
mistral.audio.voice  # wrong
mistral.audio.voices.lst()  # wrong
mistral.audio.voices.list(limit="10")  # wrong
mistral.audio.voices.list(type_="mine")  # wrong
mistral.audio.voices.list(10)  # wrong
mistral.audio.voices.get()  # wrong
mistral.audio.voices.get(voice_id="v", retires=None)  # wrong
mistral.audio.voices.get(voice_id="v", timeout_ms="5")  # wrong
mistral.audio.voices.get(voice_id="v").nmae  # wrong
mistral.audio.voices.get(voice_id="v").type = 5  # wrong
mistral.audio.voices.create(name="Ada")  # wrong
mistral.audio.voices.create(name="Ada", sample_audio="", languages="en")  # wrong
mistral.audio.voices.update(voice_id="v", description=5)  # wrong
Mistral(api_key=5)  # wrong
Mistral(server="mars")  # wrong
Mistral(client=httpx.AsyncClient())  # wrong
Mistral(async_client=httpx.Client())  # wrong
Mistral(retry_config="3")  # wrong
Mistral(http_headers={"x": 5})  # wrong
Mistral(on_response="log")  # wrong
Mistral(on_response=lambda: None)  # wrong
mistral.with_options(timeout=5)  # wrong
mistral.with_options(2)  # wrong
mistral.audio.voices.get(voice_id="v", retries="2")  # wrong
mistral.audio.voices.get(voice_id="v", on_response=lambda info: info.status)  # wrong
length: int = mistral.audio.voices.get_sample_audio(voice_id="v")  # wrong
late: str = mistral.audio.voices.get_sample_audio_async(voice_id="v")  # wrong
deleted: str = mistral.audio.voices.delete(voice_id="v", missing_ok=True)  # wrong
mistral.audio.voices.create(name="Ada", sample_audio=5)  # wrong
mistral.audio.voices.create(name="Ada", sample_audio=sys.stdin)  # wrong
mistral.audio.voices.create(name="Ada", sample_audio=io.StringIO("x"))  # wrong
mistral.audio.voices.create(name="Ada", sample_audio=(44100, b"x"))  # wrong
mistral.audio.voices.create(name="Ada", sample_audio=("ada.wav", "UklGRg=="))  # wrong
mistral.audio.voices.search(gender="female")  # wrong
mistral.audio.voices.iterate(max_items="5")  # wrong
mistral.audio.voices.save_sample_audio(voice_id="v")  # wrong
