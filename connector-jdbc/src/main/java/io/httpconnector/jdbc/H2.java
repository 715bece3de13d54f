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
 * What H2 needs to keep what it is given. It writes a transaction to its file up to half a second after the commit, unless it is told to;
 * transactions that run while it does so may not see all of those that were committed, and overwrite them. So nobody in this process
 * works while it writes. And it closes its file when a thread is interrupted that reads or writes: so a thread that is interrupted
 * already learns of it afterwards, and the file is opened again if the URL begins with {@code jdbc:h2:retry:}. Other databases need
 * nothing of this.
 */
final class H2 {

    /** Shared by whoever works, and held by whoever has it written. One for all databases, which are seldom more than one. */
    private static final ReentrantReadWriteLock LOCK = new ReentrantReadWriteLock(true);

    /** How often each database was written; changed by who holds the lock. */
    private static final Map<String, Long> WRITES = new ConcurrentHashMap<>();

    private H2() {}

    static boolean is(Connection connection) throws SQLException {
        return connection.getMetaData().getDatabaseProductName().equals("H2");
    }

    /** Does work while nothing is written. */
    static <T> T pass(Connection connection, Database.Work<T> work) throws SQLException {
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

    /** Whether nothing is written until this thread has done its work; then it must not wait for those who have something written. */
    static boolean isHeldUp() {
        return LOCK.getReadHoldCount() > 0;
    }

    /** Waits until all that was committed before is on durable storage; many that wait at once share one write. */
    static void sync(Connection connection) throws SQLException {
        // Whoever works within other work leaves it to that.
        if (!is(connection) || isHeldUp()) {
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

    /** Gives connections while which are open nothing is written, each to be closed by the thread that got it. */
    static DataSource passing(DataSource source) {
        return proxy(DataSource.class, (method, arguments) -> {
            Object result = method.invoke(source, arguments);
            return result instanceof Connection connection ? passing(connection) : result;
        });
    }

    private static Connection passing(Connection connection) {
        LOCK.readLock().lock();
        AtomicBoolean closed = new AtomicBoolean();
        return proxy(Connection.class, (method, arguments) -> {
            if (method.getName().equals("close") && closed.compareAndSet(false, true)) {
                LOCK.readLock().unlock();
            }
            return method.invoke(connection, arguments);
        });
    }

    /** Does a call on behalf of somebody else. */
    @FunctionalInterface
    private interface Call {
        @Nullable Object of(Method method, @Nullable Object @Nullable [] arguments) throws ReflectiveOperationException;
    }

    private static <T> T proxy(Class<T> type, Call call) {
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
