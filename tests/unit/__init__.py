"""Pure tests: no server, no file outside of the test, no process."""
