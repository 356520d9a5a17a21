"""Who may connect to the embedded PostgreSQL: the user that runs us, whom the kernel names to the server.

Neither a password nor another user is accepted, on any socket, and TCP is refused whatever the server listens on.
"""

import os
import pwd
from pathlib import Path

from embedded.accounts import Account

_MAP = "owner"


def restrict_access(cluster: Path, account: Account | None) -> None:
    """Write the cluster's rules of access. It holds for clusters of earlier versions too, which trusted everybody.

    Raises `OSError` where the folder can't be written, and `KeyError` for a user without a name.
    """
    name = pwd.getpwuid(os.geteuid()).pw_name
    _write(cluster / "pg_hba.conf", f"local all all peer map={_MAP}\nhost all all all reject\n", account)
    # `all`: every role. The programs connect as the application, migrations as the owner.
    _write(cluster / "pg_ident.conf", f'{_MAP} "{name}" all\n', account)


def _write(path: Path, text: str, account: Account | None) -> None:
    """Replace the file. A link at its place is not followed: the folder may belong to another user than us."""
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        if account is not None:
            os.fchown(file.fileno(), account.uid, account.gid)
    unfinished.replace(path)
