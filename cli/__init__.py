"""`xuanhao …`: what operators do, from a shell. The same code as behind the REST endpoints."""
