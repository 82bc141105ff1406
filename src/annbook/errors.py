"""The one class of errors that a user of this book can meet."""

from __future__ import annotations


class BookError(Exception):
    """Something that the user can put right.

    Parameters
    ----------
    what : str
        What is wrong, without a full stop.
    where : object
        The file, folder, page or setting it was found in.
    remedy : str
        What to do about it, without a full stop.

    Notes
    -----
    ``str(error)`` is one line: where, what, what to do.
    """

    def __init__(self, what: str, where: object, remedy: str) -> None:
        # By position: from these Python makes the error anew when it is copied or unpickled.
        super().__init__(what, where, remedy)
        self.what = what
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        line = f"{self.where}: {self.what}. {self.remedy}."
        return " ".join(line.split())
