"""Whether a run can reach its database and work there: each hop of the way is looked at, and nothing is changed."""
