from hypothesis import settings

# An example's 200 ms depend on the load of the machine, and a test must not fail because of that.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
