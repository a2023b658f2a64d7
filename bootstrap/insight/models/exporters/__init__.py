"""Scripts that run in the application's interpreter, which need not have this package: each stands alone."""
