"""Random schemas changed into random schemas on real servers, with rows."""
