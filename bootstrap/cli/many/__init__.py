"""One command for many databases: a process for each, none of which can stop another."""
