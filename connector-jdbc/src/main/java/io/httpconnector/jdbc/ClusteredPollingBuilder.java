package io.httpconnector.jdbc;

import io.httpconnector.InvalidDefinitionException;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;

/** Describes how a machine takes part in polling. Made by {@link ClusteredPolling#on}; for one thread. */
public final class ClusteredPollingBuilder {

    private static final int MAX_THREADS = 1000;

    private final DataSource dataSource;
    private String prefix = JdbcSchema.USUAL_PREFIX;
    private int threads = 10;
    private ClusterHeartbeat pulse = ClusterHeartbeat.USUAL;

    ClusteredPollingBuilder(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /**
     * Uses tables with names of their own.
     *
     * @param own what their names begin with, such as {@code acme_} or {@code integration.hc_}
     * @return this
     */
    public ClusteredPollingBuilder prefix(String own) {
        this.prefix = own;
        return this;
    }

    /**
     * Sets how many triggers poll at the same time on this machine.
     *
     * @param max 1 to 1000; 10 by default
     * @return this
     * @throws InvalidDefinitionException when it is out of range
     */
    public ClusteredPollingBuilder threads(int max) {
        if (max < 1 || max > MAX_THREADS) {
            throw new InvalidDefinitionException("polling", List.of(max + " threads: use 1 to " + MAX_THREADS));
        }
        this.threads = max;
        return this;
    }

    /**
     * Sets when the others take over from a machine that is dead or frozen: after {@code interval * missed}, and at most 2 intervals
     * and a second more. All go by the clock of the database; their own may differ.
     *
     * @param interval how often each machine says that it is alive while it polls, 50 ms to 1 h; 1 second by default
     * @param missed how often it may fail to, 4 to 1000; 5 by default
     * @return this
     * @throws InvalidDefinitionException when one is out of range
     */
    public ClusteredPollingBuilder heartbeat(Duration interval, int missed) {
        this.pulse = new ClusterHeartbeat(interval, missed, pulse.pollingInterval());
        return this;
    }

    /**
     * Begins to poll what is due.
     *
     * @param factory makes triggers of their definitions
     * @return to be closed in the end
     * @throws InvalidDefinitionException when something is null, or the prefix is none
     * @throws io.httpconnector.state.StateException when the database can't be asked
     */
    public ClusteredPolling start(TriggerFactory factory) {
        if (factory == null) {
            throw new InvalidDefinitionException("polling", List.of("the factory is null"));
        }
        return new ClusteredPolling(dataSource, prefix, pulse, threads, factory).begin();
    }
}
