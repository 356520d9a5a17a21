"""Texts for people, in their languages: used by the API and the command line."""
