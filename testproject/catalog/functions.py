from django.db import models


class RandomUUID(models.Func):
    """A random UUID, made by the database."""

    template = "gen_random_uuid()"
    output_field = models.UUIDField()

    def as_sqlite(self, compiler, connection, **extra_context):
        # Django keeps UUIDs as 32 hexadecimal digits there.
        return self.as_sql(compiler, connection, template="(lower(hex(randomblob(16))))", **extra_context)

    def as_mysql(self, compiler, connection, **extra_context):
        return self.as_sql(compiler, connection, template="uuid()", **extra_context)
