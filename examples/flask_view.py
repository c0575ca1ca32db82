"""A Flask application with a form that makes a voice of an uploaded recording.

MISTRAL_API_KEY=... flask --app flask_view run
"""

from flask import Flask, Response, redirect, render_template_string, request, url_for
from werkzeug.wrappers import Response as Redirect

from mistral_voices import Mistral, errors

PAGE = """<!doctype html>
<title>Voices</title>
{% if message %}<p role="alert">{{ message }}</p>{% endif %}
<ul>{% for voice in voices %}<li>{{ voice.name }} <code>{{ voice.id }}</code></li>{% endfor %}</ul>
<form method="post" enctype="multipart/form-data">
  <input name="name" required placeholder="Name"> <input name="sample" type="file" accept="audio/*" required>
  <button>Create</button>
</form>"""

app = Flask(__name__)
mistral = Mistral(timeout_ms=30_000)  # one for all requests and threads


@app.get("/")
def show() -> str:
    return render_template_string(PAGE, voices=mistral.audio.voices.iterate(type_="custom"))


@app.post("/")
def create() -> Redirect | tuple[str, int]:
    sample = request.files["sample"]
    try:
        mistral.audio.voices.create(
            name=request.form["name"], sample_audio=(sample.filename or "", sample.stream), recover=True
        )
    except (ValueError, errors.MistralError) as error:
        return render_template_string(PAGE, voices=[], message=str(error)), 400
    return redirect(url_for("show"))


@app.get("/voices/<voice_id>/sample")
def sample(voice_id: str) -> Response:
    audio = mistral.audio.voices.read_sample_audio(voice_id=voice_id)
    return Response(audio, mimetype="application/octet-stream")
