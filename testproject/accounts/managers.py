from django.contrib.auth.models import UserManager


class CustomerManager(UserManager):
    use_in_migrations = True

    def newsletter_readers(self):
        return self.filter(is_active=True, marketing_opt_in=True)
