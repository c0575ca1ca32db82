"""Changing: the commands create, update and delete."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from .completion import complete_voices
from .connection import address, connect
from .failures import Failure, describe, status_of
from .listing import write_voices
from .options import FOLDER, Text, dry_run_option, global_options, quiet_option, settings, together, yes_option
from .output import confirm, examples, json_text, plural, say, visible, write_json
from .parallel import each_done
from .progress import Progress
from .recordings import refuse_other_files
from .selection import Languages, filter_options, find_voices, flat, matching

if TYPE_CHECKING:
    from mistral_voices import Mistral, models

Item = TypeVar("Item")


class Tag(Text):
    """A label, which holds no comma: several with commas between them would become one."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Give the label."""
        if "," in value:
            self.fail(f"{value!r} holds a comma: give the option once for each tag.", param, ctx)
        return super().convert(value, param, ctx)


# What is said of a voice.
member_options = together(
    click.option(
        "--language",
        "languages",
        multiple=True,
        type=Languages(),
        help="A language that it speaks, such as en; several with commas.",
    ),
    click.option("--gender", type=Text(), help="How it sounds, such as female, male or neutral."),
    click.option("--age", type=click.IntRange(min=0), metavar="YEARS", help="The age that it suggests."),
    click.option(
        "--tag",
        "tags",
        multiple=True,
        type=Tag(),
        help="A free label; once for each. In an update they replace those that are there.",
    ),
    click.option("--description", type=Text(), help="Free text, at most 500 characters."),
    click.option(
        "--retention-notice",
        type=click.IntRange(min=0),
        metavar="DAYS",
        help="Days of notice before the recording is removed.",
    ),
)


@click.command(
    epilog=examples("mistral-voices create ada.wav --language en --tag calm", "mistral-voices create recordings/*.wav")
)
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--name", type=Text(), help="The name; without it that of the file, without its extension.")
@click.option("--slug", type=Text(), help="A short name for use in addresses.")
@member_options
@click.option("--color", type=Text(), help="A colour that an interface may show.")
@click.option("--recover/--no-recover", default=True, help="Whether to look for the voice when the response is lost.")
@quiet_option
@global_options(hidden=True)
def create(files: tuple[Path, ...], recover: bool, quiet: bool, **members: Any) -> int:
    """Create a voice from each FILE, a recording, four at a time; prints id and name.

    A second run creates all of them a second time; `apply` creates only what is missing.
    """
    if len(files) > 1 and (single := [name for name in ("name", "slug") if members[name] is not None]):
        raise click.UsageError(f"--{single[0]} is for one file; {len(files)} were given.")
    given = _given(members)
    sizes = {file: file.stat().st_size for file in files}
    with connect() as mistral, Progress("Uploading", sum(sizes.values()), in_bytes=True, quiet=quiet) as progress:

        def create_one(file: Path) -> models.VoiceResponse:
            arguments: Any = {"name": file.stem, **given, "recover": recover, "on_progress": progress.part()}
            try:
                refuse_other_files(file)
                arguments["name"].encode()
                return mistral.audio.voices.create(sample_audio=file, **arguments)
            except UnicodeEncodeError as error:
                raise ValueError("its name is no text in UTF-8: rename the file, or give --name") from error
            except ValueError as error:
                reason = str(error).removeprefix("sample_audio: ")
                raise ValueError(re.sub("^sample_audio ", "it ", reason)) from error

        return _do_all(create_one, files, str, "created", progress, quiet=quiet)


@click.command(
    epilog=examples(
        'mistral-voices update ada --name "Ada Lovelace" --add-tag calm',
        "mistral-voices update ada --clear gender --clear age",
        "mistral-voices list --tag spring --fields id | xargs mistral-voices update --add-tag calm",
    )
)
@click.argument("voices", nargs=-1, required=True, metavar="VOICE...", shell_complete=complete_voices)
@click.option("--name", type=Text(), help="The new name.")
@member_options
@click.option("--add-tag", multiple=True, type=Tag(), help="A label to add to those that are there; once for each.")
@click.option("--remove-tag", multiple=True, type=Text(), help="A label to take away; once for each.")
@click.option(
    "--clear",
    multiple=True,
    type=click.Choice(["languages", "gender", "age", "tags", "description"]),
    help="What to empty; once for each.",
)
@quiet_option
@global_options(hidden=True)
def update(
    voices: tuple[str, ...],
    add_tag: tuple[str, ...],
    remove_tag: tuple[str, ...],
    clear: tuple[str, ...],
    quiet: bool,
    **members: Any,
) -> int:
    """Change what is said of each VOICE; what is not named stays as it is."""
    given = _given(members)
    if twice := {*given} & {*clear}:
        raise click.UsageError(f"--clear {min(twice)} contradicts the option that sets it.")
    if "tags" in {*given, *clear} and (add_tag or remove_tag):
        raise click.UsageError(
            "--add-tag and --remove-tag change the tags that are there: leave out --tag and --clear."
        )
    if not (given or clear or add_tag or remove_tag):
        raise click.UsageError("Nothing to change: name what to set, or --clear.")
    if "name" in given and len(voices) > 1:
        raise click.UsageError(f"--name is for one voice; {len(voices)} were given.")
    given |= dict.fromkeys(clear)
    with connect() as mistral, Progress("Updating", len(voices), quiet=quiet) as progress:

        def update_one(voice: models.VoiceResponse) -> models.VoiceResponse:
            changes: Any = dict(given)
            if add_tag or remove_tag:
                tags = dict.fromkeys([*(voice.tags or ()), *add_tag])
                changes["tags"] = [tag for tag in tags if tag not in remove_tag]
            updated = mistral.audio.voices.update(voice_id=voice.id, **changes)
            progress.advance()
            return updated

        chosen = find_voices(mistral, voices)
        _refuse_presets(chosen, "updated")
        return _do_all(update_one, chosen, _name_of, "updated", progress, quiet=quiet)


@click.command(
    epilog=examples(
        "mistral-voices delete ada",
        "mistral-voices delete --newer-than 2026-03-01 --older-than 2026-06-01 --backup spring",
    )
)
@click.argument("voices", nargs=-1, metavar="[VOICE]...", shell_complete=complete_voices)
@filter_options
@click.option(
    "--backup",
    metavar="DIR",
    type=FOLDER,
    help="Save them in a backup first; what cannot be saved is not deleted.",
)
@dry_run_option
@yes_option
@quiet_option
@global_options(hidden=True)
def delete(voices: tuple[str, ...], backup: Path | None, yes: bool, dry_run: bool, quiet: bool, **filters: Any) -> int:
    """Delete each VOICE, or the voices that all filters let through; it shows them and asks first."""
    if bool(voices) == any(filters.values()):
        raise click.UsageError("Name the voices to delete, or choose them by filters such as --older-than 90d.")
    with connect() as mistral:
        chosen = find_voices(mistral, voices) if voices else [*matching(mistral, type_="custom", **filters)]
        _refuse_presets(chosen, "deleted")
        if dry_run or not chosen:
            if settings().get("json"):
                write_json({"voices": [voice.to_dict() for voice in chosen]})
            else:
                write_voices(chosen)
            say(f"{plural(len(chosen), 'voice')} would be deleted." if chosen else "No voice fits: nothing is deleted.")
            return 0
        if not yes or not quiet:
            write_voices(chosen, stream=sys.stderr)
        confirm(f"Delete {plural(len(chosen), 'voice')} for good?", yes=yes)
        if backup is not None:
            _back_up(mistral, chosen, backup, quiet=quiet)
        with Progress("Deleting", len(chosen), quiet=quiet) as progress:

            def delete_one(voice: models.VoiceResponse) -> models.VoiceResponse:
                gone = mistral.audio.voices.delete(voice_id=voice.id, missing_ok=True)
                progress.advance()
                return gone or voice

            return _do_all(delete_one, chosen, _name_of, "deleted", progress, quiet=quiet)


def _refuse_presets(voices: Iterable[models.VoiceResponse], done_word: str) -> None:
    """Change nothing where a voice cannot be changed.

    Raises:
        Failure: There is a preset among them.
    """
    if presets := [visible(voice.name) for voice in voices if voice.type_ == "preset"]:
        message = f"{', '.join(presets)} cannot be {done_word}: presets come with the service"
        raise Failure(message, f"Nothing was {done_word}.")


def _given(members: dict[str, Any]) -> dict[str, Any]:
    """Give what was set, as the API takes it."""
    given = {**members, "languages": flat(members["languages"]), "tags": [*members["tags"]]}
    return {name: value for name, value in given.items() if value not in (None, [])}


def _back_up(mistral: Mistral, voices: list[models.VoiceResponse], path: Path, *, quiet: bool) -> None:
    """Save voices in a backup, and read back what was saved.

    Raises:
        Failure: A recording could not be saved, or is not what was saved.
    """
    from .backup import saving  # with the YAML library, which other commands need not load
    from .backup.folder import Folder

    folder = Folder(path)
    with folder.held():
        todo = saving.plan(folder, address(), voices)
        with Progress("Saving", len(todo.missing), quiet=quiet) as progress:
            result = saving.save(mistral, folder, todo, advance=progress.advance)
        failed = [f"{entry.name}: {describe(error)[0]}" for entry, error in result.failed]
        failed += [
            f"{entry.name} has no recording: without --backup it can be deleted" for entry in result.without_sample
        ]
        failed = failed or saving.plan(folder, address(), voices, verify=True).damaged
    if failed:
        raise Failure(f"Not everything could be saved in {path}; nothing was deleted", "; ".join(failed))
    say(f"Saved and read back: {plural(len(voices), 'voice')} in {path}.")


def _name_of(voice: models.VoiceResponse) -> str:
    return f"{voice.name} ({voice.id})"


def _do_all(
    function: Callable[[Item], models.VoiceResponse],
    items: Iterable[Item],
    name_of: Callable[[Item], str],
    done_word: str,
    progress: Progress,
    *,
    quiet: bool,
) -> int:
    """Do one thing with all, print each voice as it is done, and report what failed.

    Raises:
        Failure: Some failed; the message says which.
        KeyboardInterrupt: The user ended it; what was done is said before.
    """
    items = [*items]
    done: list[models.VoiceResponse] = []
    failed: list[tuple[Item, Exception]] = []
    as_json = settings().get("json")
    try:
        for item, result in each_done(function, items):
            if isinstance(result, Exception):
                failed.append((item, result))
                if len(items) > 1 and not as_json:
                    progress.say(f"{visible(name_of(item))}: {visible(describe(result)[0])}")
                continue
            done.append(result)
            if not as_json:
                progress.write(visible(result.id) if quiet else f"{visible(result.id)}\t{visible(result.name)}")
    except KeyboardInterrupt:
        progress.say(f"{len(done)} of {len(items)} {done_word}.")
        raise
    finally:
        if as_json:
            progress.write(json_text({"voices": [voice.to_dict() for voice in done]}))
    if not failed:
        return 0
    if len(items) == 1 and not isinstance(failed[0][1], ValueError):
        raise failed[0][1]
    if len(items) == 1:
        raise Failure(f"{name_of(items[0])}: {failed[0][1]}") from failed[0][1]
    status = status_of([error for _, error in failed])
    reasons = [f"{name_of(item)}: {describe(error)[0]}" if as_json else name_of(item) for item, error in failed]
    message = f"{len(done)} of {len(items)} {done_word}"
    raise Failure(message, f"Not {done_word}: {', '.join(reasons)}", status) from failed[0][1]
