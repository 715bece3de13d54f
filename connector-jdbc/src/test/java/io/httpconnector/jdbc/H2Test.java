package io.httpconnector.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.testing.Await;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests of when H2 is made to write. */
@Timeout(60)
class H2Test {

    @TempDir
    Path directory;

    private final List<String> written = new CopyOnWriteArrayList<>();

    private Connection open(String name) throws SQLException {
        return DriverManager.getConnection("jdbc:h2:file:" + directory.resolve(name));
    }

    /** Records when the database is written, which blocks until the gate opens. */
    private Connection noting(String name, Connection connection, CountDownLatch gate) {
        return proxy(Connection.class, (self, method, arguments) -> {
            Object result = method.invoke(connection, arguments);
            if (!(result instanceof Statement statement)) {
                return result;
            }
            return proxy(Statement.class, (me, called, values) -> {
                if (called.getName().equals("execute")) {
                    written.add(name);
                    gate.await();
                }
                return called.invoke(statement, values);
            });
        });
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static Thread syncing(Connection connection) {
        Thread thread = new Thread(() -> {
            try {
                H2.sync(connection);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        thread.start();
        return thread;
    }

    private static void awaitWaiting(Thread thread) throws InterruptedException {
        Await.until(() -> thread.getState() == Thread.State.WAITING);
    }

    @Test
    void writesOfOneDatabaseDoNotCountForAnother() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        try (Connection one = open("one");
                Connection other = open("other")) {
            Thread first = syncing(noting("one", one, gate));
            Await.until(() -> written.contains("one"));
            Thread second = syncing(noting("other", other, gate));
            awaitWaiting(second);
            gate.countDown();
            first.join();
            second.join();
        }
        assertThat(written).containsExactly("one", "other");
    }

    @Test
    void concurrentCallersShareOneWrite() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        try (Connection one = open("one");
                Connection same = open("one");
                Connection again = open("one")) {
            Thread first = syncing(noting("first", one, gate));
            Await.until(() -> written.contains("first"));
            Thread second = syncing(noting("second", same, gate));
            awaitWaiting(second);
            Thread third = syncing(noting("third", again, gate));
            awaitWaiting(third);
            gate.countDown();
            first.join();
            second.join();
            third.join();
        }
        assertThat(written).containsExactly("first");
    }
}
