EMPTY = ""
