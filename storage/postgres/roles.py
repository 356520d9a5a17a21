"""The roles in the database: the owner creates and changes its tables, the application only uses them.

The API, the worker and the commands connect as the application. It may read and write rows as its work needs, and can
neither change nor remove a row of the audit, nor switch off a constraint. Migrations run as the owner.
"""

APPLICATION_ROLE = "xuanhao_app"
