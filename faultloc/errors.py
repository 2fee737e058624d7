"""The family of errors that a user can cause. Each message says what was found, what was expected and what to do."""


class FaultlocError(Exception):
    """Base of all errors that are a user's to mend: shown as one sentence, never as a traceback."""


class DataError(FaultlocError):
    """The data set is missing, unreadable or contradicts itself."""


class ClassOrderError(DataError):
    """The model's outputs stand for the classes in another order: ``classes`` are the names in the likely one."""

    def __init__(self, message: str, classes: tuple[str, ...]) -> None:
        super().__init__(message)
        self.classes = classes


class ConfigError(FaultlocError):
    """A setting lies outside its range or names something that does not exist."""


class ModelError(FaultlocError):
    """The model does not fit the data set, or lacks the layer that was asked for."""


class TrainingError(FaultlocError):
    """Training or inference gave something that is not a number."""


class MissingPackageError(FaultlocError):
    """A package is needed for what was asked; ``extra`` is the one of ours that brings it."""

    def __init__(self, package: str, purpose: str, extra: str | None = None) -> None:
        wanted = f"'faultloc[{extra}]'" if extra else package
        super().__init__(f"{purpose} needs the package {package!r}, which is not installed: pip install {wanted}")
