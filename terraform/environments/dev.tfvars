environment       = "dev"
vpc_cidr          = "10.20.0.0/16"
contacts_database = "tfplayground_dev"
streams_database  = "streams_dev"
