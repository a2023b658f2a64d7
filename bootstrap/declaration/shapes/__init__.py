"""The shapes of the YAML files: one source for decoding them and for the JSON Schema that editors use.

The docstring of a struct and the description of each key are what an editor shows.
"""
