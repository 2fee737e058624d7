"""Reading trained models: files of several formats, and models by name. Reading one runs no code of the file's."""

from faultloc.io.models.loaded import LoadedModel
from faultloc.io.models.loading import load_model
from faultloc.io.models.stored_training import StoredTraining

__all__ = ["LoadedModel", "StoredTraining", "load_model"]
