"""The command line `xuanhao`: the operations behind the REST endpoints, from a shell."""
