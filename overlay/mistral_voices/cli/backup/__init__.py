"""Backup, restore and copy: a voice library as a folder, and back again."""
