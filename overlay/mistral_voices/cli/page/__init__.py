"""The page that a backup is heard on: one file with all that it needs."""
