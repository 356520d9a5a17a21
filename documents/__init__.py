"""What a person prints or saves about a reservation, and what the desk reads of it."""
