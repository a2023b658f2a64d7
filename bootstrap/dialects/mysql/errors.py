"""The servers' error numbers, named once."""

from __future__ import annotations

import re

import pymysql

from bootstrap.dialects.base import ServerError

# 1040 too many connections, 1053 shutdown, 2002/2003 cannot connect, 2006/2013 gone away, lost, 2026 TLS.
_CONNECTION = frozenset(
    {1040, 1053, 1077, 1152, 1153, 1158, 1159, 1160, 1161, 1184, 1927, 2002, 2003, 2006, 2013, 2055}
)
# 1045 access denied (1044 and 1049 are of the database, not of the login), 1698 wrong plugin, 1820/1862 expired
# password, 3118 locked account.
_LOGIN = frozenset({1045, 1251, 1698, 1820, 1862, 2059, 2061, 3118, 3159, 4151})
_LOCK_TIMEOUT = frozenset({1205, 3572})
_DEADLOCK = frozenset({1213, 1614})
# 1054 column, 1072 key column, 1146 table, 1305 routine, 1356 view refers to, 1360 trigger, 1824/1005 referenced table,
# 4091 sequence, 3734 referenced column, 1822 referenced index.
_MISSING = frozenset({1005, 1054, 1072, 1146, 1051, 1305, 1356, 1360, 1539, 1822, 1824, 1932, 3734, 4091})
# 1845/1846 algorithm, reason; 1221 as MariaDB words some of it; 4092 too many instant versions; 1847 lock; 1118 a row
# too large, in which columns that an INSTANT drop has left behind are counted.
_ALGORITHM = frozenset({1845, 1846, 1847, 4092, 3889, 1118})
# Of a variable that no transaction may change: 1568 isolation, 1694 sql_log_bin, 1765 others.
_OUTSIDE = frozenset({1568, 1693, 1694, 1765, 1766})
_CANCELLED = frozenset({1317, 1028, 1969, 3024})  # by KILL QUERY, while sorting, by a time limit
_DISK_FULL = frozenset({1021, 1114})
_FULL = re.compile(r"No space left|errno: 28|error 28\b|Disk full", re.IGNORECASE)
_ACCESS_DENIED = frozenset({1044, 1142, 1143, 1227, 1370, 1410})


def server_error(error: pymysql.MySQLError) -> ServerError:
    """What the driver raised, as every room knows it."""
    number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    words = str(error.args[1]) if len(error.args) > 1 else str(error)
    if number in _DISK_FULL or _FULL.search(words):
        words += ": the server is out of disk space: grow its storage or free some of it, then run again"
    lost = number in _CONNECTION or (number == 0 and isinstance(error, pymysql.InterfaceError))
    return ServerError(
        f"{number}: {words}" if number else words or type(error).__name__,
        code=str(number) if number else "",
        lock_timeout=number in _LOCK_TIMEOUT,
        connection_lost=lost,
        login_refused=number in _LOGIN,
        missing_object=number in _MISSING,
        permission_denied=number in _ACCESS_DENIED,
        algorithm_not_supported=number in _ALGORITHM,
        retryable=lost or number in _LOCK_TIMEOUT or number in _DEADLOCK,
        outside_transaction=number in _OUTSIDE,
        cancelled=number in _CANCELLED,
    )
