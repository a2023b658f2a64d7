environment       = "staging"
vpc_cidr          = "10.21.0.0/16"
contacts_database = "tfplayground_staging"
streams_database  = "streams_staging"

backup_retention_days = 3
