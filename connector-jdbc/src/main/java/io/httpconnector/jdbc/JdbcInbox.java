package io.httpconnector.jdbc;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.webhook.inbox.Inbox;
import io.httpconnector.webhook.inbox.Mailbox;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;

/**
 * An inbox in a database, for any number of nodes: PostgreSQL, H2. An event is committed before its sender receives the response,
 * is recognised by its id on every node, and is handled by any node that has opened the receiver. If a node dies, the others
 * finish its work. Work is distributed by <a href="https://github.com/kagkarlsson/db-scheduler">db-scheduler</a>.
 *
 * <pre>{@code
 * WebhookReceiver.named("leads").verify(signature).inbox(JdbcInbox.of(dataSource)).handler(event -> ...).build();
 * }</pre>
 *
 * <p>All receivers of a process with the same data source share one scheduler and 16 threads, 8 of which handle events. There are
 * more while handlers take longer than a second, and if the delivery of a receiver is more concurrent; a receiver whose handlers
 * hang does not delay the others. The concurrency of a delivery applies per node. The deduplication window is limited by time,
 * not by the number of events. Immutable and thread-safe; holds no resources. Requires connector-webhook.
 */
public final class JdbcInbox implements Inbox {

    private static final int DEFAULT_MAX_EVENTS = 1_000_000;

    private final Database database;
    private final ClusterHeartbeat heartbeat;
    private final int maxEvents;

    private JdbcInbox(Database database, ClusterHeartbeat heartbeat, int maxEvents) {
        this.database = database;
        this.heartbeat = heartbeat;
        this.maxEvents = maxEvents;
    }

    /**
     * Creates an inbox in the tables of {@link JdbcSchema#create(DataSource)}, for up to a million pending and dead-lettered
     * events.
     *
     * @param dataSource provides connections: one for each running handler, and 8 more; all receivers share them
     * @return the inbox
     * @throws InvalidDefinitionException if the data source is null
     */
    public static JdbcInbox of(DataSource dataSource) {
        return of(dataSource, JdbcSchema.DEFAULT_PREFIX);
    }

    /**
     * Creates an inbox in tables with another prefix.
     *
     * @param dataSource provides connections
     * @param prefix a prefix such as {@code acme_} or {@code integration.hc_}
     * @return the inbox
     * @throws InvalidDefinitionException if an argument is null, or the prefix is invalid
     */
    public static JdbcInbox of(DataSource dataSource, String prefix) {
        return new JdbcInbox(new Database(dataSource, prefix), ClusterHeartbeat.DEFAULT, DEFAULT_MAX_EVENTS);
    }

    /**
     * Sets the maximum number of pending and dead-lettered events per receiver; further events are rejected, so that the sender
     * retries later. Events are counted every 10 seconds, and every second if the inbox is more than half full, so the limit may
     * be exceeded slightly.
     *
     * @param max 1 to 1 billion
     * @return a new inbox
     * @throws InvalidDefinitionException if the number is out of range
     */
    public JdbcInbox maxEvents(int max) {
        if (max < 1 || max > 1_000_000_000) {
            throw new InvalidDefinitionException("inbox", List.of(max + " events: use 1 to 1 billion"));
        }
        return new JdbcInbox(database, heartbeat, max);
    }

    /**
     * Sets when other nodes take over from a node that is dead or frozen: after {@code interval * missed}, plus at most 2
     * intervals and a second. All nodes use the clock of the database; their own clocks may differ.
     *
     * @param interval the interval of heartbeats while a node handles an event, 50 ms to 1 h; 1 second by default
     * @param missed the number of missed heartbeats, 4 to 1000; 5 by default
     * @return a new inbox
     * @throws InvalidDefinitionException if an argument is out of range
     */
    public JdbcInbox heartbeat(Duration interval, int missed) {
        return new JdbcInbox(database, new ClusterHeartbeat(interval, missed, heartbeat.pollingInterval()), maxEvents);
    }

    @Override
    public Mailbox open(Settings settings) {
        return new JdbcMailbox(database, heartbeat, maxEvents, settings).start();
    }
}
