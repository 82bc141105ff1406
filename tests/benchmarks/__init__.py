"""What the book costs, beside its peers: one module for each subject, run by ``nox -s bench``."""
