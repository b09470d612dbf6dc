"""The engine's own errors. Each message is one line that says what to do next."""


class AutograderError(Exception):
    """Something the user can put right; the command line prints it as one line and exits with 2."""


class AuthoringError(AutograderError):
    """An assignment's own files are wrong: a missing object, a marker left over, points that do not add up."""


class SandboxError(AutograderError):
    """The sandbox could not be started: a fault of ours or of the machine, never of a student."""
