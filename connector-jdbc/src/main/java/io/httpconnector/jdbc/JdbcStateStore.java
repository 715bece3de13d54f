package io.httpconnector.jdbc;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.StateFailure;
import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateStore;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;

/**
 * A store for the state of triggers in a database, for any number of nodes: PostgreSQL, H2. If two nodes use the same state, the
 * first write wins, and the other write is rejected before it has changed anything. Thread-safe.
 *
 * <pre>{@code
 * JdbcSchema.create(dataSource);     // once; or by Flyway, see JdbcSchema
 * StateStore store = JdbcStateStore.of(dataSource);
 * }</pre>
 */
public final class JdbcStateStore implements StateStore {

    private final Database database;
    private final Set<String> open = ConcurrentHashMap.newKeySet();

    JdbcStateStore(Database database) {
        this.database = database;
    }

    /**
     * Creates a store in the tables of {@link JdbcSchema#create(DataSource)}.
     *
     * @param dataSource provides connections, each for one transaction; usually a pool
     * @return the store; it holds no resources
     * @throws InvalidDefinitionException if the data source is null
     */
    public static JdbcStateStore of(DataSource dataSource) {
        return of(dataSource, JdbcSchema.DEFAULT_PREFIX);
    }

    /**
     * Creates a store in tables with another prefix.
     *
     * @param dataSource provides connections, each for one transaction
     * @param prefix a prefix such as {@code acme_} or {@code integration.hc_}
     * @return the store
     * @throws InvalidDefinitionException if an argument is null, or the prefix is invalid
     */
    public static JdbcStateStore of(DataSource dataSource, String prefix) {
        return new JdbcStateStore(new Database(dataSource, prefix));
    }

    @Override
    public StateLog open(String id) {
        if (id == null || id.isBlank()) {
            throw new InvalidDefinitionException("id of a state", List.of("it is empty"));
        }
        if (!open.add(id)) {
            throw new StateException(
                    StateFailure.IN_USE,
                    "The state of \"" + id
                            + "\" is in use: a trigger can run only once; use another id for the other trigger");
        }
        return new JdbcStateLog(database, Database.key(id), id, () -> open.remove(id));
    }
}
