from shop.rules import is_isbn_13

print(is_isbn_13)
