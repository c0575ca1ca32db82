"""All voices as a pandas DataFrame: how many there are of each language, made in each month.

MISTRAL_API_KEY=... python data_frame.py
"""

import pandas as pd

from mistral_voices import Mistral


def all_voices(mistral: Mistral) -> pd.DataFrame:
    """Make a row for each voice, with dates as dates."""
    frame = pd.DataFrame([voice.to_dict() for voice in mistral.audio.voices.iterate()])
    frame["created_at"] = pd.to_datetime(frame["created_at"], utc=True, format="ISO8601")
    return frame.set_index("id")


def by_language_and_month(frame: pd.DataFrame) -> pd.DataFrame:
    """Count the voices; one that speaks two languages counts for both."""
    months = frame["created_at"].dt.strftime("%Y-%m")
    spoken = frame.assign(month=months).explode("languages")
    return spoken.groupby(["languages", "month"]).size().unstack(fill_value=0)


def main() -> None:
    with Mistral() as mistral:
        print(by_language_and_month(all_voices(mistral)))


if __name__ == "__main__":
    main()
