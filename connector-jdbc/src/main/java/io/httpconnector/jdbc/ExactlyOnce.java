package io.httpconnector.jdbc;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.TimeSource;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.trigger.BatchHandler;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.trigger.TriggerEvent;
import io.httpconnector.webhook.WebhookEvent;
import io.httpconnector.webhook.WebhookHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Handlers whose effects in a database take place exactly once, even if nodes crash: their writes and the record that the event
 * was handled are one transaction. A repeated event, on this node or another, is not passed to them.
 *
 * <pre>{@code
 * ExactlyOnce once = ExactlyOnce.in(dataSource);
 * trigger.handler(once.events((event, connection) -> leads.insert(connection, event.payload())));
 * }</pre>
 *
 * <p>This applies only to writes through the connection that the handler receives. Works with every trigger, inbox and store. On
 * H2, no other write is acknowledged while a handler runs. Thread-safe.
 */
public final class ExactlyOnce {

    private static final Duration DEFAULT_RETENTION = Duration.ofDays(30);
    private static final Duration SWEEP = Duration.ofMinutes(1);
    private static final int BATCH = 1000;
    private static final Set<String> FORBIDDEN_METHODS = Set.of("commit", "setAutoCommit", "abort");

    private final Database database;
    private final Duration retention;
    private final TimeSource time = TimeSource.SYSTEM;
    private final AtomicReference<Instant> nextSweep = new AtomicReference<>(time.now());

    private final @Nullable TransactionExecutor transactions;

    private ExactlyOnce(Database database, Duration memory, @Nullable TransactionExecutor transactions) {
        this.database = database;
        this.retention = memory;
        this.transactions = transactions;
    }

    /**
     * Creates handlers for a database with the tables of {@link JdbcSchema#create(DataSource)}.
     *
     * @param dataSource provides connections, one for each running handler
     * @return an instance that remembers handled events for 30 days
     * @throws InvalidDefinitionException if the data source is null
     */
    public static ExactlyOnce in(DataSource dataSource) {
        return in(dataSource, JdbcSchema.DEFAULT_PREFIX);
    }

    /**
     * Creates handlers for a database whose tables have another prefix.
     *
     * @param dataSource provides connections, one for each running handler
     * @param prefix a prefix such as {@code acme_} or {@code integration.hc_}
     * @return an instance that remembers handled events for 30 days
     * @throws InvalidDefinitionException if an argument is null, or the prefix is invalid
     */
    public static ExactlyOnce in(DataSource dataSource, String prefix) {
        return new ExactlyOnce(new Database(dataSource, prefix), DEFAULT_RETENTION, null);
    }

    /**
     * Sets how long handled events are remembered. After a crash, an event is repeated as soon as its trigger runs again.
     *
     * @param time 1 minute to 10 years
     * @return a new instance
     * @throws InvalidDefinitionException if the duration is out of range
     */
    public ExactlyOnce rememberFor(Duration time) {
        if (time == null || time.compareTo(Duration.ofMinutes(1)) < 0 || time.compareTo(Duration.ofDays(3660)) > 0) {
            throw new InvalidDefinitionException(
                    "exactly once", List.of("rememberFor: " + time + " is out of range, use 1 minute to 10 years"));
        }
        return new ExactlyOnce(database, time, transactions);
    }

    /**
     * Handles events in transactions of the application instead of its own, so that a handler can write by the means of a framework.
     * The commit is as durable as those of the application.
     *
     * @param executor executes transactions in the database of this instance
     * @return a new instance
     * @throws InvalidDefinitionException if the executor is null
     */
    public ExactlyOnce transactions(TransactionExecutor executor) {
        if (executor == null) {
            throw new InvalidDefinitionException("exactly once", List.of("the executor of transactions is null"));
        }
        return new ExactlyOnce(database, retention, executor);
    }

    /**
     * Creates a handler for the events of a polling trigger.
     *
     * @param handler receives each event once
     * @return the handler for the trigger
     */
    public EventHandler events(TransactionHandler<TriggerEvent> handler) {
        check(handler);
        return event -> run(
                event.trigger(), Map.of(event.id(), event), (events, connection) -> handler.handle(event, connection));
    }

    /**
     * Creates a handler for batches. It receives only those events of a batch that were not handled before.
     *
     * @param handler receives each event once
     * @return the handler for the delivery
     */
    public BatchHandler batches(TransactionHandler<List<TriggerEvent>> handler) {
        check(handler);
        return batch -> {
            Map<String, TriggerEvent> byId = new LinkedHashMap<>();
            batch.forEach(event -> byId.put(event.id(), event));
            run(batch.get(0).trigger(), byId, handler);
        };
    }

    /**
     * Creates a handler for the events of a webhook.
     *
     * @param handler receives each event once
     * @return the handler for the receiver
     */
    public WebhookHandler webhooks(TransactionHandler<WebhookEvent> handler) {
        check(handler);
        return event -> run(
                "webhook " + event.receiver(),
                Map.of(event.id(), event),
                (events, connection) -> handler.handle(event, connection));
    }

    private static void check(TransactionHandler<?> handler) {
        if (handler == null) {
            throw new InvalidDefinitionException("exactly once", List.of("the handler is null"));
        }
    }

    /** Carries the exception of a handler out of the transaction. */
    private static final class HandlerException extends RuntimeException {

        private static final long serialVersionUID = 1;

        private final transient Exception thrown;

        HandlerException(Exception thrown) {
            super(thrown);
            this.thrown = thrown;
        }
    }

    private <T> void run(String trigger, Map<String, T> events, TransactionHandler<List<T>> handler) throws Exception {
        String key = Database.key(trigger);
        try {
            attempt(key, events, handler);
        } catch (HandlerException e) {
            throw e.thrown;
        }
        deleteOld();
    }

    private <T> void attempt(String trigger, Map<String, T> events, TransactionHandler<List<T>> handler) {
        try {
            boolean unused = write(connection -> handle(connection, trigger, events, handler));
        } catch (StateException e) {
            if (e.reason() != StateFailure.CONFLICT) {
                throw e;
            }
            // Some events were handled already. That is rare, so it is cheaper not to check first.
            boolean unused = Database.retryOnConflict(() ->
                    write(connection -> handle(connection, trigger, unhandled(connection, trigger, events), handler)));
        }
    }

    private boolean write(Database.Work<Boolean> work) {
        TransactionExecutor executor = transactions;
        if (executor == null) {
            return database.write(work);
        }
        return Database.retryTransaction(() -> {
            executor.execute(connection -> {
                boolean unused = work.in(connection);
            });
            return true;
        });
    }

    private <T> boolean handle(
            Connection connection, String trigger, Map<String, T> events, TransactionHandler<List<T>> handler)
            throws SQLException {
        if (events.isEmpty()) {
            return false;
        }
        try (PreparedStatement insert = connection.prepareStatement(
                database.sql("insert into $handled (trigger_key, event_key, handled_at) values (?, ?, ?)"))) {
            for (String id : events.keySet()) {
                insert.setString(1, trigger);
                insert.setString(2, Database.key(id));
                insert.setLong(3, time.now().toEpochMilli());
                insert.addBatch();
            }
            int[] unused = insert.executeBatch();
        }
        try {
            handler.handle(List.copyOf(events.values()), restricted(connection));
        } catch (Exception e) {
            throw new HandlerException(e);
        }
        return true;
    }

    private <T> Map<String, T> unhandled(Connection connection, String trigger, Map<String, T> events)
            throws SQLException {
        Map<String, T> fresh = new LinkedHashMap<>(events);
        try (PreparedStatement select = connection.prepareStatement(
                database.sql("select event_key from $handled where trigger_key = ? and event_key = ?"))) {
            for (String id : new ArrayList<>(events.keySet())) {
                select.setString(1, trigger);
                select.setString(2, Database.key(id));
                try (ResultSet row = select.executeQuery()) {
                    if (row.next()) {
                        fresh.remove(id);
                    }
                }
            }
        }
        return fresh;
    }

    /** A connection that does not let the handler end the transaction. */
    private static Connection restricted(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (self, method, arguments) -> {
                    String name = method.getName();
                    if (name.equals("close")) {
                        return null;
                    }
                    boolean whole = name.equals("rollback") && method.getParameterCount() == 0;
                    if (whole || FORBIDDEN_METHODS.contains(name)) {
                        throw new SQLException("The transaction is committed when the handler returns, and rolled back"
                                + " when it throws: the handler must not call " + name + "()");
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause() == null ? e : e.getCause();
                    }
                });
    }

    /** Periodically deletes old records, in small batches. */
    private void deleteOld() {
        Instant now = time.now();
        Instant due = nextSweep.get();
        if (now.isBefore(due) || !nextSweep.compareAndSet(due, now.plus(SWEEP))) {
            return;
        }
        long before = now.minus(retention).toEpochMilli();
        boolean more = true;
        while (more) {
            more = database.write(connection -> {
                try (PreparedStatement delete = connection.prepareStatement(
                        database.sql("delete from $handled where (trigger_key, event_key) in (select trigger_key,"
                                + " event_key from $handled where handled_at < ? fetch first " + BATCH
                                + " rows only)"))) {
                    delete.setLong(1, before);
                    return delete.executeUpdate() == BATCH;
                }
            });
        }
    }
}
