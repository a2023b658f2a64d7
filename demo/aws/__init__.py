"""The local AWS: moto, with real databases behind RDS and real processes behind Lambda."""
