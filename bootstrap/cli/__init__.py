"""The command line: thin, arguments in and report out."""
