package io.httpconnector.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.httpconnector.state.StateLog;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;

/** The databases of the tests: H2 in a file, and a PostgreSQL server that is started once. */
enum Databases {
    H2,
    POSTGRESQL;

    /** A pool of connections to an empty database. */
    HikariDataSource open(Path directory) {
        HikariConfig config = new HikariConfig();
        config.setDataSource(this == H2 ? file(directory) : Server.newDatabase());
        config.setMaximumPoolSize(10);
        return new HikariDataSource(config);
    }

    private static DataSource file(Path directory) {
        JdbcDataSource source = new JdbcDataSource();
        source.setURL("jdbc:h2:retry:" + directory.resolve("db"));
        return source;
    }

    /** The content of a state, as text. */
    static List<String> read(StateLog log) {
        List<String> entries = new ArrayList<>();
        log.read(entry -> entries.add(new String(entry, StandardCharsets.UTF_8)));
        return entries;
    }

    /** Returns the same connection repeatedly, without closing it. */
    static DataSource only(Connection connection) {
        Connection kept = proxy(
                Connection.class,
                (proxy, method, arguments) ->
                        method.getName().equals("close") ? null : method.invoke(connection, arguments));
        return proxy(DataSource.class, (proxy, method, arguments) -> kept);
    }

    /** Returns connections whose commits succeed, but whose responses get lost after a number of them. */
    static DataSource losingResponses(DataSource source, AtomicInteger responses) {
        return afterEachCommit(source, () -> {
            if (responses.getAndDecrement() <= 0) {
                throw new SQLException("the connection was lost", "08006");
            }
            return true;
        });
    }

    /** Returns connections whose commits end only after an action. */
    static DataSource afterEachCommit(DataSource source, Callable<?> then) {
        return aroundEachCommit(source, () -> true, then);
    }

    /** Returns connections whose commits start only after an action, and end only after another. */
    static DataSource aroundEachCommit(DataSource source, Callable<?> before, Callable<?> then) {
        return proxy(DataSource.class, (proxy, method, arguments) -> {
            Connection connection = source.getConnection();
            return proxy(Connection.class, (self, called, values) -> {
                boolean isCommit = called.getName().equals("commit");
                Object unused = isCommit ? before.call() : null;
                Object result = called.invoke(connection, values);
                unused = isCommit ? then.call() : null;
                return result;
            });
        });
    }

    /** Returns connections after an action. */
    static DataSource after(Runnable before, DataSource source) {
        return proxy(DataSource.class, (proxy, method, arguments) -> {
            before.run();
            return source.getConnection();
        });
    }

    static void execute(DataSource source, String sql) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static final class Server {

        private static final EmbeddedPostgres POSTGRES = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder().start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        static DataSource newDatabase() {
            String name = "t" + UUID.randomUUID().toString().replace("-", "");
            try (Connection connection = POSTGRES.getPostgresDatabase().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("create database " + name);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            return POSTGRES.getDatabase("postgres", name);
        }
    }
}
