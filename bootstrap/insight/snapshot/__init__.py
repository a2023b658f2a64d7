"""What one environment is at one moment, as a portable file."""
