"""Tests of the plan: order, rebuilds, the gate."""
