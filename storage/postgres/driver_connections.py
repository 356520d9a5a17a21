"""The driver's connections below those of the engine."""

import select
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import ConnectionPoolEntry

Driver = psycopg.AsyncConnection[Any]

_WAS_HANDED_OUT = "was handed out"


def driver_of(connection: AsyncConnection) -> Driver:
    """The driver's connection below the engine's."""
    sync_connection = connection.sync_connection
    driver = sync_connection.connection.driver_connection if sync_connection else None
    if not isinstance(driver, psycopg.AsyncConnection):
        raise TypeError("the engine's driver must be psycopg")
    return driver


def is_reusable(driver: Driver) -> bool:
    """Whether a connection is open, with no transaction and no statement in progress."""
    return driver.pgconn.transaction_status == TransactionStatus.IDLE


def has_hung_up(driver: Driver) -> bool:
    """Whether the server has closed an idle connection; the check costs no round trip."""
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
    """Discard connections closed by the server, and all of the same age: the pool connects again.

    A new connection is not checked: if the server closes it at once, the server is down for its caller.
    """
    # The pool loses its data about a connection when it reconnects.
    if _WAS_HANDED_OUT in record.info and has_hung_up(connection.driver_connection):
        raise InvalidatePoolError
    record.info[_WAS_HANDED_OUT] = True
