"""A whole class: many submissions, on cores or on a cluster, and the gradebook."""
