package io.httpconnector.jdbc;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.webhook.inbox.Inbox;
import io.httpconnector.webhook.inbox.Mailbox;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;

/**
 * An inbox in a database, for any number of machines: PostgreSQL, H2. An event is committed before its sender is answered, is known by
 * its id whichever machine it comes to again, and is handled by any machine that has the receiver open. When one dies, the others
 * do what it has not finished. Who does what is decided by <a href="https://github.com/kagkarlsson/db-scheduler">db-scheduler</a>.
 *
 * <pre>{@code
 * WebhookEndpoint.named("leads").verify(signature).inbox(JdbcInbox.of(dataSource)).handler(event -> ...).build();
 * }</pre>
 *
 * <p>A delivery's {@code concurrently} holds for each machine. How many events are remembered as handled is not limited, but for how long.
 * Immutable and safe for many threads; holds nothing. Needs connector-webhook.
 */
public final class JdbcInbox implements Inbox {

    private static final int USUAL_MOST = 1_000_000;

    private final Database database;
    private final ClusterHeartbeat pulse;
    private final int mostEvents;

    private JdbcInbox(Database database, ClusterHeartbeat pulse, int mostEvents) {
        this.database = database;
        this.pulse = pulse;
        this.mostEvents = mostEvents;
    }

    /**
     * An inbox in the tables that {@link JdbcSchema#create(DataSource)} makes, for up to a million events that wait or are dead.
     *
     * @param dataSource gives connections: to each receiver 2 to store, one for each handler that runs, and 4 more
     * @return the inbox
     * @throws InvalidDefinitionException when it is null
     */
    public static JdbcInbox of(DataSource dataSource) {
        return of(dataSource, JdbcSchema.USUAL_PREFIX);
    }

    /**
     * An inbox in tables with names of their own.
     *
     * @param dataSource gives connections
     * @param prefix what their names begin with, such as {@code acme_} or {@code integration.hc_}
     * @return the inbox
     * @throws InvalidDefinitionException when one is null, or the prefix is none
     */
    public static JdbcInbox of(DataSource dataSource, String prefix) {
        return new JdbcInbox(new Database(dataSource, prefix), ClusterHeartbeat.USUAL, USUAL_MOST);
    }

    /**
     * Sets how many events may wait or be dead, of each receiver; more are refused, so that the sender tries again later. They are
     * counted every 10 seconds, and every second when it is more than half full, so that it may be some more.
     *
     * @param max 1 to 1 billion
     * @return another inbox
     * @throws InvalidDefinitionException when it is out of range
     */
    public JdbcInbox maxEvents(int max) {
        if (max < 1 || max > 1_000_000_000) {
            throw new InvalidDefinitionException("inbox", List.of(max + " events: use 1 to 1 billion"));
        }
        return new JdbcInbox(database, pulse, max);
    }

    /**
     * Sets when the others take over from a machine that is dead or frozen: after {@code interval * missed}, and at most 2 intervals
     * and a second more. All go by the clock of the database; their own may differ.
     *
     * @param interval how often each machine says that it is alive while it handles an event, 50 ms to 1 h; 1 second by default
     * @param missed how often it may fail to, 4 to 1000; 5 by default
     * @return another inbox
     * @throws InvalidDefinitionException when one is out of range
     */
    public JdbcInbox heartbeat(Duration interval, int missed) {
        return new JdbcInbox(database, new ClusterHeartbeat(interval, missed, pulse.pollingInterval()), mostEvents);
    }

    @Override
    public Mailbox open(Settings terms) {
        return new JdbcMailbox(database, pulse, mostEvents, terms).begin();
    }
}
