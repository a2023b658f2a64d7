"""Values, seeds, bodies and settings, through the use-cases, as an account like the master of RDS."""
