"""Reading trained models: files of several formats, and models by name. Reading one runs no code of the file's."""
