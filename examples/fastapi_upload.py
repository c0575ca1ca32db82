"""A FastAPI service that makes a voice of an uploaded recording, and returns voices as JSON.

MISTRAL_API_KEY=... uvicorn fastapi_upload:app
curl -F name=Ada -F sample=@ada.wav http://127.0.0.1:8000/voices
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import FastAPI, Form, HTTPException, Request, UploadFile
from fastapi.responses import JSONResponse

from mistral_voices import Mistral, errors

mistral = Mistral()
voices = mistral.audio.voices


@asynccontextmanager
async def close_at_the_end(_: FastAPI) -> AsyncGenerator[None]:
    async with mistral:
        yield


app = FastAPI(lifespan=close_at_the_end)


@app.exception_handler(errors.MistralError)
async def pass_on(_: Request, error: errors.MistralError) -> JSONResponse:
    """Errors of the API reach our own callers with the same status; 502 for a wrong key of ours, or no response."""
    status = 502 if error.status_code in (None, 401) else error.status_code
    return JSONResponse({"message": error.message, "request_id": error.request_id}, status)


@app.post("/voices", status_code=201)
async def create(name: Annotated[str, Form()], sample: UploadFile) -> dict[str, Any]:
    # `.file` is the file below: Starlette's own `read` is for coroutines.
    try:
        voice = await voices.create_async(name=name, sample_audio=(sample.filename or "", sample.file), recover=True)
    except ValueError as error:  # nothing was sent: the name is too long, the file holds no audio, ...
        raise HTTPException(400, str(error)) from None
    return voice.to_dict()


@app.get("/voices/{name_or_id}")
async def get(name_or_id: str) -> dict[str, Any]:
    voice = await voices.find_async(name_or_id)
    return voice.to_dict()


@app.get("/voices")
async def list_all(language: str | None = None) -> list[dict[str, Any]]:
    return [voice.to_dict() async for voice in voices.iterate_async(language=[language] if language else None)]
