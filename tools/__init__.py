"""Commands for building and checking this repository; nothing here is shipped."""
