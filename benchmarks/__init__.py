"""Measurements, as ratios side by side in one run: ``make benchmark``. Nothing here is asserted by a test."""
