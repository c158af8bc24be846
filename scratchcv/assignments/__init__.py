"""The exercise sheets: one folder a sheet, with its manifest, inputs, misconceptions and solutions."""

__all__: list[str] = []
