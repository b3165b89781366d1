ALSO = ""
