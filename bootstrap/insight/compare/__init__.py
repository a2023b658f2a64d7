"""How environments differ, and what may go from one to the other."""
