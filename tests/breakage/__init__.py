"""How much of a breakage is noticed: ``nox -s breakage``."""
