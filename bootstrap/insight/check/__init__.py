"""What a change of the declaration would do in each environment, for a pull request."""
