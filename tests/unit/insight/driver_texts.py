"""Errors as drivers, ORMs, clients and logs print them around the servers' own words: (cause, text).

Each wrapper is as the named library writes it, from knowledge of it; `corpora/errors.jsonl` holds texts that were recorded.
"""

from __future__ import annotations

DRIVER_TEXTS: list[tuple[str, str]] = [
    # R: RPostgres, RMariaDB
    (
        "missing_table",
        'Error: Failed to prepare query : ERROR:  relation "nope" does not exist\nLINE 1: SELECT * FROM nope\n                      ^',
    ),
    ("missing_column", "Error: Unknown column 'nick' in 'field list' [1054]"),
    (
        "auth_password",
        'Error: connection to server at "127.0.0.1", port 5432 failed: FATAL:  password authentication failed for user "app"',
    ),
    ("network_refused", "Error: Failed to connect: Can't connect to server on '127.0.0.1' (115)"),
    # Rust: sqlx, SeaORM, diesel, tokio-postgres, mysql_async
    ("missing_table", 'error returned from database: relation "nope" does not exist'),
    (
        "missing_column",
        'Database(PgDatabaseError { severity: Error, code: "42703", message: "column \\"nick\\" does not exist", detail: None, hint: None, position: Some(Original(8)), where: None, schema: None, table: None, column: None, data_type: None, constraint: None, file: Some("parse_relation.c"), line: Some(3665), routine: Some("errorMissingColumn") })',
    ),
    ("missing_table", "Query Error: error returned from database: 1146 (42S02): Table 'appdb.nope' doesn't exist"),
    (
        "not_null",
        'DatabaseError(NotNullViolation, "null value in column \\"email\\" of relation \\"accounts\\" violates not-null constraint")',
    ),
    (
        "unique_violation",
        'Execution Error: error returned from database: duplicate key value violates unique constraint "accounts_email_key"',
    ),
    (
        "missing_function",
        'Error { kind: Db, cause: Some(DbError { severity: "ERROR", parsed_severity: Some(Error), code: SqlState(E42883), message: "function compute_total(integer) does not exist", detail: None, hint: Some("No function matches the given name and argument types. You might need to add explicit type casts."), position: Some(Original(8)), where_: None, schema: None, table: None, column: None, datatype: None, constraint: None, file: Some("parse_func.c"), line: Some(636), routine: Some("ParseFuncOrColumn") }) }',
    ),
    ("not_null_no_default", "Server error: `ERROR HY000 (1364): Field 'email' doesn't have a default value'"),
    ("too_many_connections", "pool timed out while waiting for an open connection"),
    ("network_refused", 'Io(Os { code: 111, kind: ConnectionRefused, message: "Connection refused" })'),
    (
        "network_dns",
        "error communicating with database: failed to lookup address information: Name or service not known",
    ),
    ("tls_not_offered", "error occurred while attempting to establish a TLS connection: server does not support TLS"),
    (
        "tls_ca_missing",
        "error occurred while attempting to establish a TLS connection: invalid peer certificate: UnknownIssuer",
    ),
    (
        "missing_database",
        'Error occurred while creating a new object: db error: FATAL: database "nosuch" does not exist',
    ),
    # Elixir: Postgrex, MyXQL, DBConnection
    (
        "missing_table",
        '** (Postgrex.Error) ERROR 42P01 (undefined_table) relation "nope" does not exist\n\n    query: SELECT n0."id" FROM "nope" AS n0',
    ),
    (
        "missing_column",
        "** (MyXQL.Error) (1054) (ER_BAD_FIELD_ERROR) Unknown column 'a0.nick' in 'field list'\n\n    query: SELECT a0.`nick` FROM `accounts` AS a0",
    ),
    (
        "read_only",
        "** (Postgrex.Error) ERROR 25006 (read_only_sql_transaction) cannot execute INSERT in a read-only transaction",
    ),
    (
        "too_many_connections",
        "** (DBConnection.ConnectionError) connection not available and request was dropped from queue after 2987ms. This means requests are coming in and your connection pool cannot serve them fast enough.",
    ),
    (
        "auth_user_missing",
        '[error] Postgrex.Protocol (#PID<0.402.0>) failed to connect: ** (Postgrex.Error) FATAL 28000 (invalid_authorization_specification) role "ghost" does not exist',
    ),
    (
        "network_refused",
        "[error] MyXQL.Connection (#PID<0.331.0>) failed to connect: ** (DBConnection.ConnectionError) (127.0.0.1:1) connection refused - :econnrefused",
    ),
    (
        "unique_violation",
        '** (Ecto.ConstraintError) constraint error when attempting to insert struct:\n\n    * "accounts_email_index" (unique_constraint)\n\nIf you would like to stop this constraint violation from raising an exception and instead add it as an error to your changeset',
    ),
    # PHP: PDO, mysqli, Laravel, Doctrine
    (
        "missing_table",
        "PHP Fatal error:  Uncaught mysqli_sql_exception: Table 'appdb.nope' doesn't exist in /var/www/html/index.php:12\nStack trace:\n#0 /var/www/html/index.php(12): mysqli->query()\n#1 {main}\n  thrown in /var/www/html/index.php on line 12",
    ),
    (
        "missing_column",
        "SQLSTATE[42S22]: Column not found: 1054 Unknown column 'nick' in 'where clause' (Connection: mysql, SQL: select * from `accounts` where `nick` = relation \"x\" does not exist limit 1)",
    ),
    (
        "missing_table",
        'An exception occurred while executing a query: SQLSTATE[42P01]: Undefined table: 7 ERROR:  relation "nope" does not exist\nLINE 1: SELECT * FROM nope',
    ),
    (
        "permission",
        "[2026-05-01 10:00:00] production.ERROR: SQLSTATE[42000]: Syntax error or access violation: 1142 SELECT command denied to user 'app_user'@'10.0.0.4' for table 'secret' (Connection: mysql, SQL: select * from `secret`) {\"exception\":\"[object] (Illuminate\\\\Database\\\\QueryException(code: 42000)",
    ),
    (
        "auth_password",
        "An exception occurred in the driver: SQLSTATE[HY000] [1045] Access denied for user 'app'@'localhost' (using password: YES)",
    ),
    (
        "missing_database",
        "PHP Warning:  mysqli::__construct(): (HY000/1049): Unknown database 'nosuch' in /var/www/html/db.php on line 3",
    ),
    (
        "network_dns",
        "PHP Warning:  mysqli::__construct(): php_network_getaddresses: getaddrinfo for db.absent.invalid failed: Name or service not known in /var/www/html/db.php on line 3",
    ),
    ("lock_timeout", "SQLSTATE[HY000]: General error: 1205 Lock wait timeout exceeded; try restarting transaction"),
    (
        "broken_view",
        "SQLSTATE[HY000]: General error: 1356 View 'appdb.stale' references invalid table(s) or column(s) or function(s) or definer/invoker of view lack rights to use them",
    ),
    # Ruby: Sequel
    (
        "missing_table",
        'Sequel::DatabaseError: PG::UndefinedTable: ERROR:  relation "nope" does not exist\nLINE 1: SELECT * FROM "nope" LIMIT 1\n                      ^',
    ),
    ("missing_function", "Sequel::DatabaseError: Mysql2::Error: FUNCTION appdb.compute_total does not exist"),
    (
        "enum_value_missing",
        'ActiveRecord::StatementInvalid: PG::InvalidTextRepresentation: ERROR:  invalid input value for enum mood: "furious"',
    ),
    (
        "too_many_connections",
        "ActiveRecord::ConnectionTimeoutError: could not obtain a connection from the pool within 5.000 seconds (waited 5.001 seconds); all pooled connections were in use",
    ),
    # Go: pgx, lib/pq, go-sql-driver, GORM, ent
    (
        "missing_table",
        '2026/05/01 10:00:00 /app/main.go:42 ERROR: relation "nope" does not exist (SQLSTATE 42P01)\n[1.234ms] [rows:0] SELECT * FROM "nope" WHERE "nope"."deleted_at" IS NULL',
    ),
    ("missing_column", "Error 1054 (42S22): Unknown column 'nick' in 'field list'"),
    (
        "auth_password",
        'failed to connect to `user=app database=appdb`:\n\t127.0.0.1:5432 (localhost): failed SASL auth: FATAL: password authentication failed for user "app" (SQLSTATE 28P01)',
    ),
    ("tls_ca_missing", "tls: failed to verify certificate: x509: certificate signed by unknown authority"),
    ("tls_not_offered", "TLS requested but server does not support TLS"),
    (
        "network_route",
        "failed to connect to `host=10.0.31.22 user=app database=appdb`: dial error (timeout: dial tcp 10.0.31.22:5432: connect: connection timed out)",
    ),
    (
        "unique_violation",
        'ent: constraint failed: pq: duplicate key value violates unique constraint "users_email_key"',
    ),
    ("schema_changed_under_connection", "ERROR: cached plan must not change result type (SQLSTATE 0A000)"),
    ("pooler_prepared_statement", 'ERROR: prepared statement "stmtcache_1" already exists (SQLSTATE 42P05)'),
    (
        "read_only_failover",
        "Error 1290 (HY000): The MySQL server is running with the --read-only option so it cannot execute this statement",
    ),
    ("too_many_connections", "pq: sorry, too many clients already"),
    # .NET: Npgsql, MySqlConnector, EF Core
    (
        "missing_table",
        'Npgsql.PostgresException (0x80004005): 42P01: relation "nope" does not exist\n\nPOSITION: 15\n   at Npgsql.Internal.NpgsqlConnector.ReadMessageLong(Boolean async)\n  Exception data:\n    Severity: ERROR\n    SqlState: 42P01\n    MessageText: relation "nope" does not exist',
    ),
    (
        "missing_table",
        "MySqlConnector.MySqlException (0x80004005): Table 'appdb.nope' doesn't exist\n   at MySqlConnector.Core.ServerSession.ReceiveReplyAsync(IOBehavior ioBehavior)",
    ),
    (
        "unique_violation",
        "Microsoft.EntityFrameworkCore.DbUpdateException: An error occurred while saving the entity changes. See the inner exception for details.\n ---> MySqlConnector.MySqlException (0x80004005): Duplicate entry 'a@x' for key 'accounts.email'\n   at MySqlConnector.Core.ResultSet.ReadResultSetHeaderAsync",
    ),
    (
        "too_many_connections",
        "Npgsql.NpgsqlException (0x80004005): The connection pool has been exhausted, either raise 'Max Pool Size' (currently 100) or 'Timeout' (currently 15 seconds) in your connection string.",
    ),
    (
        "too_many_connections",
        "MySqlConnector.MySqlException (0x80004005): Connect Timeout expired. All pooled connections are in use.",
    ),
    (
        "network_refused",
        "Npgsql.NpgsqlException (0x80004005): Failed to connect to 127.0.0.1:1\n ---> System.Net.Sockets.SocketException (111): Connection refused",
    ),
    ("network_dns", "System.Net.Sockets.SocketException (00000005, 0xFFFDFFFF): Name or service not known"),
    (
        "tls_not_offered",
        "Npgsql.NpgsqlException (0x80004005): SSL connection requested. No SSL enabled connection from this host is configured.",
    ),
    ("tls_not_offered", "MySqlConnector.MySqlException (0x80004005): Server does not support SSL"),
    (
        "type_mismatch",
        "Npgsql.PostgresException (0x80004005): 42883: operator does not exist: integer = text\n\nPOSITION: 11",
    ),
    # Java: JDBC, Spring, Hibernate, jOOQ, R2DBC, Vert.x, HikariCP; Clojure
    (
        "unique_violation",
        'org.springframework.dao.DuplicateKeyException: PreparedStatementCallback; SQL [insert into logs (t) values (\'relation "x" does not exist\')]; ERROR: duplicate key value violates unique constraint "logs_pkey"\n  Detail: Key (id)=(1) already exists.',
    ),
    (
        "missing_column",
        "org.springframework.jdbc.BadSqlGrammarException: PreparedStatementCallback; bad SQL grammar [SELECT nick FROM accounts]; nested exception is java.sql.SQLSyntaxErrorException: Unknown column 'nick' in 'field list'",
    ),
    (
        "missing_table",
        'org.jooq.exception.DataAccessException: SQL [select "nope"."id" from "nope"]; ERROR: relation "nope" does not exist\n  Position: 24',
    ),
    (
        "not_null",
        'org.hibernate.exception.ConstraintViolationException: could not execute statement [ERROR: null value in column "email" of relation "accounts" violates not-null constraint\n  Detail: Failing row contains (5, null, null, null).] [insert into accounts (age,email,id) values (?,?,?)]',
    ),
    (
        "missing_table",
        'io.r2dbc.postgresql.ExceptionFactory$PostgresqlBadGrammarException: [42P01] relation "nope" does not exist',
    ),
    ("missing_table", "io.r2dbc.spi.R2dbcBadGrammarException: [1146] [42S02] Table 'appdb.nope' doesn't exist"),
    ("missing_column", 'io.vertx.pgclient.PgException: ERROR: column "nick" does not exist (42703)'),
    (
        "missing_schema_or_search_path",
        'io.vertx.pgclient.PgException: { "message": "schema \\"nosuch\\" does not exist", "severity": "ERROR", "code": "3F000", "position": "15" }',
    ),
    (
        "permission",
        "{errorMessage=SELECT command denied to user 'app_user'@'localhost' for table 'secret', errorCode=1142, sqlState=42000}",
    ),
    (
        "too_many_connections",
        "java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available, request timed out after 30000ms (total=10, active=10, idle=0, waiting=3)",
    ),
    (
        "network_refused",
        "com.mysql.cj.jdbc.exceptions.CommunicationsException: Communications link failure\n\nThe last packet sent successfully to the server was 0 milliseconds ago. The driver has not received any packets from the server.\nCaused by: java.net.ConnectException: Connection refused",
    ),
    (
        "network_dns",
        "com.mysql.cj.jdbc.exceptions.CommunicationsException: Communications link failure\n\nThe last packet sent successfully to the server was 0 milliseconds ago. The driver has not received any packets from the server.\nCaused by: java.net.UnknownHostException: db.absent.invalid: Name or service not known",
    ),
    (
        "tls_ca_missing",
        "javax.net.ssl.SSLHandshakeException: PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target",
    ),
    (
        "tls_required",
        "java.sql.SQLException: Connections using insecure transport are prohibited while --require_secure_transport=ON.",
    ),
    (
        "missing_function",
        "Execution error (PSQLException) at org.postgresql.core.v3.QueryExecutorImpl/receiveErrorResponse (QueryExecutorImpl.java:2725).\nERROR: function compute_total(integer) does not exist\n  Hint: No function matches the given name and argument types.\n  Position: 8",
    ),
    (
        "deadlock",
        "org.springframework.dao.DeadlockLoserDataAccessException: PreparedStatementCallback; SQL [update accounts set age = ?]; Deadlock found when trying to get lock; try restarting transaction",
    ),
    # Perl: DBD::Pg, DBD::mysql
    (
        "missing_table",
        'DBD::Pg::st execute failed: ERROR:  relation "nope" does not exist\nLINE 1: SELECT * FROM nope\n                      ^ at ./report.pl line 12.',
    ),
    ("missing_table", "DBD::mysql::st execute failed: Table 'appdb.nope' doesn't exist at ./report.pl line 12."),
    (
        "auth_password",
        "DBI connect('database=appdb;host=db','app',...) failed: Access denied for user 'app'@'10.0.0.4' (using password: YES) at ./report.pl line 4.",
    ),
    # Haskell: hasql, postgresql-simple, mysql-simple
    (
        "missing_table",
        'QueryError "SELECT * FROM nope" [] (ResultError (ServerError "42P01" "relation \\"nope\\" does not exist" Nothing Nothing (Just 15)))',
    ),
    (
        "missing_column",
        'SqlError {sqlState = "42703", sqlExecStatus = FatalError, sqlErrorMsg = "column \\"nick\\" does not exist", sqlErrorDetail = "", sqlErrorHint = ""}',
    ),
    (
        "missing_table",
        'ConnectionError {errFunction = "query", errNumber = 1146, errMessage = "Table \'appdb.nope\' doesn\'t exist"}',
    ),
    # Swift: PostgresNIO, MySQLNIO
    (
        "missing_table",
        'PSQLError(code: server, serverInfo: [sqlState: 42P01, file: parse_relation.c, line: 1381, message: relation "nope" does not exist, position: 15, routine: parserOpenTable, localizedSeverity: ERROR, severity: ERROR])',
    ),
    ("missing_column", "MySQL error: Server error: Unknown column 'nick' in 'field list'"),
    # JavaScript: TypeORM, MikroORM, Prisma, Kysely, postgres.js, mariadb
    ("missing_table", 'TableNotFoundException: select "n0".* from "nope" as "n0" - relation "nope" does not exist'),
    (
        "missing_table",
        'Invalid `prisma.$queryRaw()` invocation:\n\n\nRaw query failed. Code: `42P01`. Message: `relation "nope" does not exist`',
    ),
    (
        "missing_table",
        "QueryFailedError: Table 'appdb.nope' doesn't exist\n    at Query.onResult (/app/src/driver/mysql/MysqlQueryRunner.ts:222:33)\n  code: 'ER_NO_SUCH_TABLE',\n  errno: 1146,\n  sqlState: '42S02',\n  sqlMessage: \"Table 'appdb.nope' doesn't exist\"",
    ),
    (
        "missing_column",
        'PostgresError: column "nick" does not exist\n    at ErrorResponse (file:///app/node_modules/postgres/src/connection.js:788:26)',
    ),
    ("network_refused", "AggregateError [ECONNREFUSED]: \n    at internalConnectMultiple (node:net:1118:18)"),
    ("network_dns", "Error: getaddrinfo ENOTFOUND db.absent.invalid"),
    (
        "auth_password",
        "SqlError: (conn:12, no: 1045, SQLState: 28000) Access denied for user 'app'@'localhost' (using password: YES)",
    ),
    (
        "too_many_connections",
        "(conn:-1, no: 45028, SQLState: HY000) retrieve connection from pool timeout after 10001ms\n    (pool connections: active=10 idle=0 limit=10)",
    ),
    # Clients and servers' own logs
    (
        "missing_database",
        'psql: error: connection to server at "db.example.com" (10.0.0.5), port 5432 failed: FATAL:  database "nosuch" does not exist',
    ),
    ("missing_table", "mysqldump: Got error: 1146: \"Table 'appdb.nope' doesn't exist\" when using LOCK TABLES"),
    ("auth_password", "ERROR 1045 (28000): Access denied for user 'app'@'localhost' (using password: YES)"),
    ("search_path", "ERROR 1046 (3D000) at line 1: No database selected"),
    (
        "missing_table",
        '2026-05-01 10:00:00 UTC:10.0.0.4(51234):app@appdb:[4711]:ERROR:  relation "nope" does not exist at character 15\n2026-05-01 10:00:00 UTC:10.0.0.4(51234):app@appdb:[4711]:STATEMENT:  SELECT * FROM nope',
    ),
    (
        "network_refused",
        "ERROR 2002 (HY000): Can't connect to local MySQL server through socket '/var/run/mysqld/mysqld.sock' (2)",
    ),
    # Logs: Airflow, Celery, CloudWatch, JSON lines
    (
        "missing_column",
        '[2026-05-01, 10:00:00 UTC] {taskinstance.py:1937} ERROR - Task failed with exception\nTraceback (most recent call last):\n  File "/opt/airflow/dags/load.py", line 12, in load\n    cursor.execute(sql)\npsycopg2.errors.UndefinedColumn: column "nick" does not exist\nLINE 1: SELECT nick FROM accounts\n               ^',
    ),
    (
        "missing_table",
        "[2026-05-01 10:00:00,123: ERROR/ForkPoolWorker-1] Task app.tasks.load[3f] raised unexpected: ProgrammingError(1146, \"Table 'appdb.nope' doesn't exist\")",
    ),
    (
        "missing_table",
        '2026-05-01T10:00:00.000Z\t3f2b\tERROR\tInvoke Error \t{"errorType":"error","errorMessage":"relation \\"nope\\" does not exist","code":"42P01","length":103,"severity":"ERROR"}',
    ),
    (
        "not_null",
        '{"level":"error","ts":1714557600.1,"caller":"db/db.go:33","msg":"insert failed","error":"ERROR: null value in column \\"email\\" of relation \\"accounts\\" violates not-null constraint (SQLSTATE 23502)"}',
    ),
    ("network_or_lambda_timeout", "2026-05-01T10:00:03.004Z 3f2b8c1e Task timed out after 3.00 seconds"),
    # What only looks like a missing object
    (
        "unknown",
        'update or delete on table "accounts" violates foreign key constraint "orders_account_fk" on table "orders"',
    ),
    (
        "unknown",
        "django.core.exceptions.ImproperlyConfigured: Error loading psycopg2 module: No module named 'psycopg2'",
    ),
    ("unknown", "FileNotFoundError: [Errno 2] No such file or directory: 'schema.sql'"),
    ("unknown", "HTTPError: 404 Client Error: table view does not exist for url: https://api.example.com/tables/1"),
    ("unknown", "canceling statement due to statement timeout"),
    ("unknown", "2026-05-01 10:00:00 UTC:10.0.0.4(51234):app@appdb:[1146]:ERROR:  division by zero"),
    (
        "unknown",
        "worker 7 [1054] finished: (1062 rows)\n(1305 rows affected)\nValueError: line number 1146 is malformed",
    ),
    ("unknown", "Unhandled exception: IndexNotFoundException: no such shard"),
    # A statement in front of the message holds the words of another error
    (
        "unique_violation",
        "An exception occurred while executing 'INSERT INTO logs (t) VALUES (\\'Table x.y does not exist, relation \"x\" does not exist\\')' with params [\"a\"]:\n\nSQLSTATE[23000]: Integrity constraint violation: 1062 Duplicate entry 'a' for key 'PRIMARY'",
    ),
    (
        "unique_violation",
        'UniqueConstraintViolationException: insert into "logs" ("t") values (\'relation "x" does not exist\') - duplicate key value violates unique constraint "logs_pkey"',
    ),
    (
        "deadlock",
        "SQLSTATE[40001]: Serialization failure: 1213 Deadlock found when trying to get lock; try restarting transaction (Connection: mysql, SQL: update `logs` set `t` = Table 'a.b' doesn't exist where `id` = 1)",
    ),
    # Logs and pages: a message under any key, a statement under its own, entities, colours
    (
        "missing_table",
        '{"level":"ERROR","message":"request failed","exc_info":"Traceback (most recent call last):\\n  File \\"a.py\\", line 3\\npsycopg2.errors.UndefinedTable: relation \\"nope\\" does not exist\\nLINE 1: SELECT 1"}',
    ),
    (
        "unique_violation",
        'app-1  | {"level":50,"sql":"INSERT INTO logs VALUES (\'relation \\"x\\" does not exist\')","err":{"stack":"error: duplicate key value violates unique constraint \\"a\\"\\n    at parse"}}',
    ),
    (
        "missing_column",
        '<pre class="exception_value">column &quot;nick&quot; does not exist\nLINE 1: SELECT nick</pre>',
    ),
    (
        "missing_table",
        "<title>OperationalError: (1146, &#x27;Table &#39;appdb.nope&#39; doesn&#x27;t exist&#x27;)</title>",
    ),
    ("missing_column", "\x1b[31mERROR\x1b[0m column \x1b[1mstreams.live_started_at\x1b[0m does not exist"),
    (
        "lock_timeout",
        '{"@timestamp":"2026-05-01T10:00:00Z","log":{"level":"error"},"error":{"type":"QueryFailedError","stack_trace":"QueryFailedError: canceling statement due to lock timeout\\n at x"}}',
    ),
    ("missing_table", '{"detail":"relation \\"nope\\" does not exist"}'),
    (
        "unique_violation",
        '{"message":"duplicate key value violates unique constraint \\"a\\"","detail":"Key (n)=(column \\"x\\" does not exist) already exists.","code":"23505"}',
    ),
]
