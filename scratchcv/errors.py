"""The one error for what a user hands over: files, folders, annotations, checkpoints."""


class InputError(ValueError):
    """Say what a user gave that cannot be used, naming the file and the place in it.

    Functions raise plain `ValueError` and `TypeError` for bad arguments; `InputError` is for material from
    outside. The command line prints its message and exits with status 2, without a traceback.

    Examples
    --------
    >>> raise InputError("cells/7.xml: object 3: unknown class 'WBCC', known: RBC, WBC")
    Traceback (most recent call last):
    scratchcv.errors.InputError: cells/7.xml: object 3: unknown class 'WBCC', known: RBC, WBC
    """
