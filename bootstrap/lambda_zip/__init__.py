"""The zip of the Lambda function: the package and its drivers, byte for byte the same each time."""
