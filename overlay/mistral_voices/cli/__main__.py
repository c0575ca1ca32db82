"""`python -m mistral_voices.cli`."""

import sys

from mistral_voices.cli import main

if __name__ == "__main__":
    sys.exit(main())
