"""Makes the environment that `make` needs from nothing but Python; standard library only."""
