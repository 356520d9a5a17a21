"""The driver's own connections, beneath those of the engine."""

import select
from typing import Any

import psycopg
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import ConnectionPoolEntry

_WAS_HANDED_OUT = "was handed out"


def driver_of(connection: AsyncConnection) -> psycopg.AsyncConnection[Any]:
    """The driver's own connection beneath the engine's."""
    sync_connection = connection.sync_connection
    driver = sync_connection.connection.driver_connection if sync_connection else None
    if not isinstance(driver, psycopg.AsyncConnection):
        raise TypeError("the engine's driver must be psycopg")
    return driver


def has_hung_up(driver: psycopg.AsyncConnection[Any]) -> bool:
    """Whether the server has ended an idle connection; to look at the line costs no round trip."""
    if driver.closed:
        return True
    line = select.poll()
    line.register(driver.fileno(), select.POLLIN)
    try:
        while line.poll(0):
            driver.pgconn.consume_input()
    except psycopg.OperationalError:
        return True
    return False


def refuse_dead(connection: Any, record: ConnectionPoolEntry, _: object) -> None:
    """Let the pool hand out no connection that the server has ended, nor any that is as old: it connects anew.

    One that has just been made is left to whoever asked for it: to them a server that ends it at once is down.
    """
    # The pool forgets what it knows of a connection when it makes it anew.
    if _WAS_HANDED_OUT in record.info and has_hung_up(connection.driver_connection):
        raise InvalidatePoolError
    record.info[_WAS_HANDED_OUT] = True
