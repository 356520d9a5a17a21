"""Operators' commands, called by the REST endpoints and by the command line `xuanhao`."""
