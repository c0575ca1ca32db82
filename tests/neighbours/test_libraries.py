"""Libraries that programs put beside an HTTP client: each as its own documentation uses it, sync and async."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
import uvloop
import vcr
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pytest_httpx import HTTPXMock

from mistral_voices import Mistral, errors
from mistral_voices.local import VoicesServer
from tests.harness import KEY, VOICE

from .calls import both, run

API = "https://api.mistral.ai"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """Instrument every client of httpx, and collect the spans."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    instrumentor = HTTPXClientInstrumentor()
    instrumentor.instrument(tracer_provider=provider)
    yield exporter
    instrumentor.uninstrument()


@both
def test_opentelemetry_has_a_span_for_each_attempt(
    server: VoicesServer, url: str, spans: InMemorySpanExporter, is_async: bool
) -> None:
    server.fail(503)
    found = run(Mistral(KEY, server_url=url), is_async, "search", query="clara")
    assert [voice.name for voice in found.data] == ["Clara"]
    finished = spans.get_finished_spans()
    codes = [dict(span.attributes or {})["http.status_code"] for span in finished]
    assert codes == [503, 200]
    assert KEY not in json.dumps([json.loads(span.to_json()) for span in finished])
    assert [request.headers["traceparent"].split("-")[2] for request in server.requests] == [
        f"{span.context.span_id:016x}" for span in finished
    ]


@both
@respx.mock
def test_respx(is_async: bool) -> None:
    route = respx.get(f"{API}/v1/audio/voices/v1").mock(
        side_effect=[httpx.Response(500), httpx.Response(200, json=VOICE)]
    )
    assert run(Mistral(KEY), is_async, "get", voice_id="v1").name == "Ada"
    assert route.call_count == 2


@both
def test_respx_lost_connections(respx_mock: respx.MockRouter, is_async: bool) -> None:
    respx_mock.post(f"{API}/v1/audio/voices").mock(side_effect=httpx.ReadError)
    with pytest.raises(errors.NoResponseError) as failed:
        run(Mistral(KEY), is_async, "create", name="Ada", sample_audio=b"RIFF$\0\0\0WAVEfmt ")
    assert failed.value.outcome_unknown


@both
def test_pytest_httpx(httpx_mock: HTTPXMock, is_async: bool) -> None:
    httpx_mock.add_response(
        url=f"{API}/v1/audio/voices/v1/sample", content=b"OggS" + bytes(40), headers={"content-type": "audio/ogg"}
    )
    assert run(Mistral(KEY), is_async, "read_sample_audio", voice_id="v1") == b"OggS" + bytes(40)
    assert httpx_mock.get_requests()[0].headers["authorization"] == f"Bearer {KEY}"


@both
def test_pytest_httpx_errors(httpx_mock: HTTPXMock, is_async: bool) -> None:
    httpx_mock.add_response(status_code=404, json={"detail": "No such voice"})
    with pytest.raises(errors.NotFoundError, match="No such voice"):
        run(Mistral(KEY), is_async, "get", voice_id="v1")


@both
def test_vcrpy_plays_back_what_it_recorded(server: VoicesServer, url: str, tmp_path: Path, is_async: bool) -> None:
    cassette = tmp_path / "voices.yaml"
    recorder = vcr.VCR(filter_headers=["authorization"], ignore_localhost=False)

    def talk() -> list[Any]:
        results = [voice.name for voice in run(Mistral(KEY, server_url=url), is_async, "search").data]
        sample = run(Mistral(KEY, server_url=url), is_async, "read_sample_audio", voice_id=first)
        return [results, sample]

    first = run(Mistral(KEY, server_url=url), is_async, "search").data[0].id
    with recorder.use_cassette(str(cassette)):
        recorded = talk()
    count = len(server.requests)
    with recorder.use_cassette(str(cassette), record_mode="none"):
        assert talk() == recorded
    assert len(server.requests) == count
    assert KEY not in cassette.read_text(encoding="utf-8")


def test_uvloop(url: str, tmp_path: Path) -> None:
    async def work() -> list[str]:
        async with Mistral(KEY, server_url=url) as mistral:
            voices = mistral.audio.voices
            made = await voices.create_async(name="Ada", sample_audio=b"RIFF$\0\0\0WAVEfmt " + bytes(99))
            path = await voices.save_sample_audio_async(voice_id=made.id, path=tmp_path / "ada.wav")
            assert path.read_bytes() == b"RIFF$\0\0\0WAVEfmt " + bytes(99)
            found = await asyncio.gather(*(voices.get_async(voice_id=made.id) for _ in range(50)))
            assert type(asyncio.get_running_loop()).__module__.startswith("uvloop")
            return [voice.name for voice in found]

    assert uvloop.run(work()) == ["Ada"] * 50
