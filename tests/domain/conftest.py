from hypothesis import settings

# An example's 200 ms are a matter of how busy the machine is, and a test must not fail for that.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
