"""What operators do: called by the REST endpoints and by the command line `xuanhao` alike, and by nobody below them."""
