package io.httpconnector.jdbc;

import io.httpconnector.InvalidDefinitionException;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/** Builder for {@link ClusteredPolling}, created by {@link ClusteredPolling#on}. Not thread-safe. */
public final class ClusteredPollingBuilder {

    private static final int MAX_THREADS = 1000;
    private static final Pattern GROUP = Pattern.compile("[a-z0-9-]{1,30}");

    private final DataSource dataSource;
    private String prefix = JdbcSchema.DEFAULT_PREFIX;
    private int threads = 10;
    private boolean isVirtual;
    private String task = ClusteredPolling.TASK;
    private ClusterHeartbeat heartbeat = ClusterHeartbeat.DEFAULT;

    ClusteredPollingBuilder(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /**
     * Sets the prefix of the table names.
     *
     * @param prefix a prefix such as {@code acme_} or {@code integration.hc_}
     * @return this
     */
    public ClusteredPollingBuilder prefix(String prefix) {
        this.prefix = prefix;
        return this;
    }

    /**
     * Sets the maximum number of triggers that this node polls concurrently.
     *
     * @param max 1 to 1000; 10 by default
     * @return this
     * @throws InvalidDefinitionException if the number is out of range
     */
    public ClusteredPollingBuilder threads(int max) {
        if (max < 1 || max > MAX_THREADS) {
            throw new InvalidDefinitionException("polling", List.of(max + " threads: use 1 to " + MAX_THREADS));
        }
        this.threads = max;
        return this;
    }

    /**
     * Sets the name of a group of triggers. Members of the cluster with another group neither poll nor list its triggers. All groups
     * with the same tables need different ids of triggers. Default: a group without a name. A {@code ConnectorRegistry} has the group
     * {@code registry}.
     *
     * @param name lower-case letters, digits and hyphens, at most 30
     * @return this
     * @throws InvalidDefinitionException if the name is null or invalid
     */
    public ClusteredPollingBuilder group(String name) {
        if (name == null || !GROUP.matcher(name).matches()) {
            throw new InvalidDefinitionException(
                    "polling", List.of("group: use lower-case letters, digits and hyphens, at most 30"));
        }
        this.task = ClusteredPolling.TASK + "-" + name;
        return this;
    }

    /**
     * Polls in virtual threads. The number of concurrent polls is limited as before: {@link #threads}. Has no effect before Java 21.
     *
     * @return this
     */
    public ClusteredPollingBuilder virtualThreads() {
        this.isVirtual = true;
        return this;
    }

    /**
     * Sets when other nodes take over from a node that is dead or frozen: after {@code interval * missed}, plus at most 2
     * intervals and a second. All nodes use the clock of the database; their own clocks may differ.
     *
     * @param interval the interval of heartbeats while a node polls, 50 ms to 1 h; 1 second by default
     * @param missed the number of missed heartbeats, 4 to 1000; 5 by default
     * @return this
     * @throws InvalidDefinitionException if an argument is out of range
     */
    public ClusteredPollingBuilder heartbeat(Duration interval, int missed) {
        this.heartbeat = new ClusterHeartbeat(interval, missed, heartbeat.pollingInterval());
        return this;
    }

    /**
     * Starts to poll due triggers.
     *
     * @param factory creates triggers from their definitions
     * @return the cluster member, to be closed in the end
     * @throws InvalidDefinitionException if an argument is null, or the prefix is invalid
     * @throws io.httpconnector.state.StateException if the database is unavailable
     */
    public ClusteredPolling start(TriggerFactory factory) {
        if (factory == null) {
            throw new InvalidDefinitionException("polling", List.of("the factory is null"));
        }
        return new ClusteredPolling(dataSource, prefix, heartbeat, threads, isVirtual, task, factory).start();
    }
}
