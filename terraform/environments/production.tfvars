environment       = "production"
vpc_cidr          = "10.22.0.0/16"
contacts_database = "tfplayground_prod"
streams_database  = "streams_production"

instance_class        = "db.t4g.medium"
allocated_storage     = 100
multi_az              = true
backup_retention_days = 14
protect               = true
log_retention_days    = 365
