"""For rules: what is known of the rows of a table, what stands in the way of a statement, and how rows are changed."""
