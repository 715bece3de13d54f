package io.httpconnector.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Works around the durability limits of H2. H2 writes a transaction to its file up to half a second after the commit, unless it
 * is told to; transactions that run during such a write may miss committed transactions and overwrite them. Therefore no thread
 * of this process works while H2 writes. Also, H2 closes its file when a thread is interrupted while it reads or writes: an
 * interrupted thread gets its interrupted status back afterwards, and the file is opened again if the URL starts with {@code
 * jdbc:h2:retry:}. Other databases need none of this.
 */
final class H2 {

    /**
     * Held for reading by threads that work, and for writing by the thread that makes H2 write. One lock for all databases,
     * because there is rarely more than one.
     */
    private static final ReentrantReadWriteLock LOCK = new ReentrantReadWriteLock(true);

    /** The number of writes of each database; changed only by the thread that holds the write lock. */
    private static final Map<String, Long> WRITES = new ConcurrentHashMap<>();

    private H2() {}

    static boolean is(Connection connection) throws SQLException {
        return connection.getMetaData().getDatabaseProductName().equals("H2");
    }

    /** Executes work during which H2 does not write. */
    static <T> T withoutCheckpoint(Connection connection, Database.Work<T> work) throws SQLException {
        if (!is(connection)) {
            return work.in(connection);
        }
        boolean interrupted = Thread.interrupted();
        LOCK.readLock().lock();
        try {
            return work.in(connection);
        } finally {
            LOCK.readLock().unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Whether this thread prevents H2 from writing; then it must not wait for threads that want it to write. */
    static boolean isHeldByThisThread() {
        return LOCK.getReadHoldCount() > 0;
    }

    /** Waits until all earlier commits are on durable storage; concurrent calls share one write. */
    static void sync(Connection connection) throws SQLException {
        // Nested work leaves this to the outer work.
        if (!is(connection) || isHeldByThisThread()) {
            return;
        }
        String database = connection.getMetaData().getURL();
        long before = writes(database);
        boolean interrupted = Thread.interrupted();
        LOCK.writeLock().lock();
        try {
            if (writes(database) == before) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("checkpoint sync");
                }
                WRITES.put(database, before + 1);
            }
        } finally {
            LOCK.writeLock().unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static long writes(String database) {
        return WRITES.getOrDefault(database, 0L);
    }

    /**
     * Wraps a data source: while one of its connections is open, H2 does not write. Each connection must be closed by the thread
     * that opened it.
     */
    static DataSource withoutCheckpoint(DataSource source) {
        return proxy(DataSource.class, (method, arguments) -> {
            Object result = method.invoke(source, arguments);
            return result instanceof Connection connection ? withoutCheckpoint(connection) : result;
        });
    }

    private static Connection withoutCheckpoint(Connection connection) {
        LOCK.readLock().lock();
        AtomicBoolean closed = new AtomicBoolean();
        return proxy(Connection.class, (method, arguments) -> {
            if (method.getName().equals("close") && closed.compareAndSet(false, true)) {
                LOCK.readLock().unlock();
            }
            return method.invoke(connection, arguments);
        });
    }

    /** An interceptor of method calls. */
    @FunctionalInterface
    private interface Interceptor {
        @Nullable Object of(Method method, @Nullable Object @Nullable [] arguments) throws ReflectiveOperationException;
    }

    private static <T> T proxy(Class<T> type, Interceptor call) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    try {
                        return call.of(method, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause() == null ? e : e.getCause();
                    }
                }));
    }
}
