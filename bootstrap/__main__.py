"""``python -m bootstrap`` is the command ``db-bootstrap``."""

from bootstrap.cli.main import main

main()
