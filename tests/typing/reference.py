"""The six examples of the vendor's reference, each in a function, with one line changed: where `Mistral` comes from."""

from mistral_voices import Mistral
import os


def list() -> None:
    with Mistral(
        api_key=os.getenv("MISTRAL_API_KEY", ""),
    ) as mistral:
        res = mistral.audio.voices.list(limit=10, offset=0, type_="all")  # deprecated

        # Handle response
        print(res)


def create() -> None:
    with Mistral(
        api_key=os.getenv("MISTRAL_API_KEY", ""),
    ) as mistral:
        res = mistral.audio.voices.create(name="<value>", sample_audio="<value>", retention_notice=30)

        # Handle response
        print(res)


def delete() -> None:
    with Mistral(
        api_key=os.getenv("MISTRAL_API_KEY", ""),
    ) as mistral:
        res = mistral.audio.voices.delete(voice_id="f42bf0d7-8a10-4b98-bbfa-589a232209d2")

        # Handle response
        print(res)


def update() -> None:
    with Mistral(
        api_key=os.getenv("MISTRAL_API_KEY", ""),
    ) as mistral:
        res = mistral.audio.voices.update(voice_id="030a6b20-e287-414d-9a77-6b76a4a56c9d")

        # Handle response
        print(res)


def get() -> None:
    with Mistral(
        api_key=os.getenv("MISTRAL_API_KEY", ""),
    ) as mistral:
        res = mistral.audio.voices.get(voice_id="<id>")

        # Handle response
        print(res)


def get_the_sample() -> None:
    with Mistral(
        api_key=os.getenv("MISTRAL_API_KEY", ""),
    ) as mistral:
        res = mistral.audio.voices.get_sample_audio(voice_id="<id>")

        # Handle response
        print(res)


list()
create()
delete()
update()
get()
get_the_sample()
