"""The two errors that speak to the test's author: misuse, and a defect of fakebatch."""


class UsageError(Exception):
    """The test asked for something that cannot be: says what was asked, what is there, what to do."""


class InternalError(Exception):
    """A defect of fakebatch itself, with the state that shows it. Please report it."""
