"""Work for processes of their own, in a module that is imported in a moment."""

import os
import signal

from threads.errors import InputError


def squared(number):
    return number * number


def refusing(number):
    raise InputError("it cannot be read", source=f"file {number}", remedy="Give another one")


def own_process(_):
    return os.getpid()


def dying(number, folder, times):
    """End the process at the number 3, so many times."""
    died = len(list(folder.iterdir()))
    if number == 3 and died < times:
        (folder / str(died)).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number
