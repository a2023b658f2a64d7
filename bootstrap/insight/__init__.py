"""What tells the truth about a database: reads only, never changes anything."""
