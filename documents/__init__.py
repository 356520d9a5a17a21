"""Documents of a reservation: what its holder prints or saves, and what the desk reads."""
