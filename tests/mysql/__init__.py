"""The MySQL dialect against real servers of both vendors."""
