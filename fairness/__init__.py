"""The public checker of draws. It imports nothing of ours, so that anybody can read and run it alone."""
