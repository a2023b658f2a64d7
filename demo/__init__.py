"""The demonstration: embedded database servers, a local AWS, and the whole job run on them."""
