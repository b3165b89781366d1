"""What the migrations share."""  # expect: broken-graph

EMPTY = ""
