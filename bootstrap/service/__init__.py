"""The use-cases, one a module. Each takes a request and returns a report, or raises a problem with its remedy."""
