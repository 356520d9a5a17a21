"""What people read, in their languages: used by the API and by the command line."""
