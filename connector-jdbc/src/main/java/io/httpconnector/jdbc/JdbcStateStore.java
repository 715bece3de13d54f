package io.httpconnector.jdbc;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.state.StateException;
import io.httpconnector.state.StateException.Reason;
import io.httpconnector.state.StateLog;
import io.httpconnector.state.StateStore;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;

/**
 * Keeps the state of triggers in a database, for any number of machines: PostgreSQL, H2. Of two machines that work with the same
 * state, the first to write wins, and the other is refused before it has written anything. Safe for many threads.
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
     * A store in the tables that {@link JdbcSchema#create(DataSource)} makes.
     *
     * @param dataSource gives connections, each for one transaction; a pool, usually
     * @return the store; it holds nothing
     * @throws InvalidDefinitionException when it is null
     */
    public static JdbcStateStore of(DataSource dataSource) {
        return of(dataSource, JdbcSchema.USUAL_PREFIX);
    }

    /**
     * A store in tables with names of their own.
     *
     * @param dataSource gives connections, each for one transaction
     * @param prefix what their names begin with, such as {@code acme_} or {@code integration.hc_}
     * @return the store
     * @throws InvalidDefinitionException when one is null, or the prefix is none
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
                    Reason.IN_USE,
                    "The state of \"" + id
                            + "\" is in use: a trigger can run once only; give the other one an id of its own");
        }
        return new JdbcStateLog(database, Database.key(id), id, () -> open.remove(id));
    }
}
