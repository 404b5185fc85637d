"""Every error that a user can meet: one base class, and a message that names input, place and remedy."""


class ThreadsError(Exception):
    """Base of all errors raised on purpose.

    Parameters
    ----------
    problem
        What is wrong, in a few words.
    source
        The input it is wrong with: a path, an address, a field.
    place
        Where in the input: "line 3", "row 12, column text"; empty when it is the whole input.
    remedy
        What the reader of the message can do about it.
    """

    def __init__(self, problem: str, *, source: str = "", place: str = "", remedy: str = "") -> None:
        self.problem, self.source, self.place, self.remedy = problem, source, place, remedy
        super().__init__(message_of(problem, source=source, place=place, remedy=remedy))


def message_of(problem: str, *, source: str, place: str, remedy: str) -> str:
    """Return the one line that an error says."""
    where = ", ".join(part for part in (source, place) if part)
    message = f"{where}: {problem}" if where else problem
    return " ".join(f"{message}. {remedy}".split()) if remedy else " ".join(message.split())


class InputError(ThreadsError):
    """An input cannot be read, or holds nothing that can be used."""


class SettingError(ThreadsError):
    """A setting or an argument has a value that cannot work."""


class StoreError(ThreadsError):
    """The store cannot be opened, is of another version, or refuses a change."""


class ConflictError(StoreError):
    """Somebody else decided first; the message says who and what."""


class ModelError(ThreadsError):
    """A trained model is missing, altered or of another version."""


class WorkerError(ThreadsError):
    """A process that worked on a part of an input died of it."""


class AccountError(ThreadsError):
    """An account cannot be made or changed, or a sign-in is refused."""


class PlugInError(ThreadsError):
    """What another package adds cannot be loaded, fails, or does not keep to what it declares."""
