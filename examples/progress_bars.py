"""Upload with a progress bar of tqdm, and download with one of rich.

MISTRAL_API_KEY=... python progress_bars.py my-voice.wav
"""

import sys
from pathlib import Path

from rich.progress import DownloadColumn, Progress
from tqdm import tqdm

from mistral_voices import Mistral, models


def upload(mistral: Mistral, path: Path) -> models.VoiceResponse:
    """Make a voice with a bar of tqdm."""
    with tqdm(desc=path.name, total=path.stat().st_size, unit="B", unit_scale=True) as bar:

        def show(done: int, total: int | None) -> None:
            bar.total = total
            bar.update(done - bar.n)  # `done` is counted from the start, and from 0 again in a retry

        return mistral.audio.voices.create(name=path.stem, sample_audio=path, recover=True, on_progress=show)


def download(mistral: Mistral, voice_id: str, path: Path) -> Path:
    """Save a sample with a bar of rich."""
    with Progress(*Progress.get_default_columns(), DownloadColumn()) as progress:
        task = progress.add_task(path.name, total=None)

        def show(done: int, total: int | None) -> None:
            progress.update(task, completed=done, total=total)

        return mistral.audio.voices.save_sample_audio(voice_id=voice_id, path=path, overwrite=True, on_progress=show)


def main() -> None:
    path = Path(sys.argv[1])
    with Mistral() as mistral:
        voice = upload(mistral, path)
        print(download(mistral, voice.id, path.with_stem(f"{path.stem}-from-the-service")))


if __name__ == "__main__":
    main()
