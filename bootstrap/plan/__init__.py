"""From changes to a plan: order, rebuilds, hazards, the gate. Pure: no I/O, no SQL."""
