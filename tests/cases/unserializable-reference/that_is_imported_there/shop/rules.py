from shop.checks import is_issn

__all__ = ["is_issn"]
