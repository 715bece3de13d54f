package io.httpconnector.jdbc;

import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.auth.oauth2.TokenEncryption;
import io.httpconnector.auth.oauth2.TokenStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A store for OAuth 2 tokens in a database, for any number of nodes: one of them refreshes a token, and the others see the
 * result. Thread-safe.
 *
 * <p>A lease is a row lock, so that it ends when the process that holds it dies. Each refresh in progress holds one connection
 * for this purpose, and two while it performs discovery: size the pool accordingly.
 *
 * <p>Requires {@code connector-auth}, an optional dependency.
 */
public final class JdbcTokenStore implements TokenStore {

    private final Database database;
    private final @Nullable TokenEncryption encryption;
    private final TimeSource time = TimeSource.SYSTEM;
    private final ThreadLocal<Map<String, JdbcLease>> leases = ThreadLocal.withInitial(HashMap::new);

    private JdbcTokenStore(Database database, @Nullable TokenEncryption encryption) {
        this.database = database;
        this.encryption = encryption;
    }

    /**
     * Creates a store without encryption: its tokens are readable by everyone who can read the table.
     *
     * @param dataSource provides connections, each for one transaction; usually a pool
     * @return the store
     */
    public static JdbcTokenStore of(DataSource dataSource) {
        return of(dataSource, JdbcSchema.DEFAULT_PREFIX, null);
    }

    /**
     * Creates a store whose tokens are encrypted.
     *
     * @param dataSource provides connections, each for one transaction; usually a pool
     * @param encryption such as {@link TokenEncryption#aesGcm}
     * @return the store
     */
    public static JdbcTokenStore of(DataSource dataSource, TokenEncryption encryption) {
        return of(dataSource, JdbcSchema.DEFAULT_PREFIX, encryption);
    }

    /**
     * Creates a store in tables with another prefix.
     *
     * @param dataSource provides connections, each for one transaction; usually a pool
     * @param prefix a prefix such as {@code acme_}
     * @param encryption such as {@link TokenEncryption#aesGcm}; null for none
     * @return the store
     * @throws InvalidDefinitionException if the data source is null, or the prefix is invalid
     */
    public static JdbcTokenStore of(DataSource dataSource, String prefix, @Nullable TokenEncryption encryption) {
        return new JdbcTokenStore(new Database(dataSource, prefix), encryption);
    }

    @Override
    public Optional<Secret> get(String key) {
        check(key, "the key");
        return read(key, connection -> {
                    try (PreparedStatement select = connection.prepareStatement(
                            database.sql("select content from $token where token_key = ?"))) {
                        select.setString(1, Database.key(key));
                        try (ResultSet row = select.executeQuery()) {
                            return row.next() ? Optional.of(row.getString(1)) : Optional.<String>empty();
                        }
                    }
                })
                .map(text -> Secret.of(encryption == null ? text : encryption.decrypt(text, key)));
    }

    @Override
    public void put(String key, Secret value, @Nullable Duration needed) {
        check(key, "the key");
        check(value, "the value");
        String text = encryption == null ? value.reveal() : encryption.encrypt(value.reveal(), key);
        @Nullable Long end = needed == null ? null : time.now().plus(needed).toEpochMilli();
        boolean unused = Database.retryOnConflict(() -> write(key, connection -> write(connection, key, text, end)));
    }

    private boolean write(Connection connection, String key, String text, @Nullable Long end) throws SQLException {
        if (end != null) {
            deleteExpired(connection);
        }
        String update = "update $token set content = ?, needed_until = ? where token_key = ?";
        String insert = "insert into $token (content, needed_until, token_key, id) values (?, ?, ?, ?)";
        for (String sql : List.of(update, insert)) {
            try (PreparedStatement statement = connection.prepareStatement(database.sql(sql))) {
                statement.setString(1, text);
                statement.setObject(2, end, Types.BIGINT);
                statement.setString(3, Database.key(key));
                if (sql.equals(insert)) {
                    statement.setString(4, key);
                }
                if (statement.executeUpdate() > 0) {
                    return true;
                }
            }
        }
        throw new SQLException("neither updated nor inserted");
    }

    /** Deletes expired entries that were never fetched. */
    private void deleteExpired(Connection connection) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement(database.sql("delete from $token where needed_until < ?"))) {
            delete.setLong(1, time.now().toEpochMilli());
            delete.executeUpdate();
        }
    }

    @Override
    public boolean remove(String key) {
        check(key, "the key");
        return write(key, connection -> {
            try (PreparedStatement delete =
                    connection.prepareStatement(database.sql("delete from $token where token_key = ?"))) {
                delete.setString(1, Database.key(key));
                return delete.executeUpdate() > 0;
            }
        });
    }

    private static void check(@Nullable Object given, String what) {
        if (given == null) {
            throw new InvalidDefinitionException("token store", List.of(what + " is null"));
        }
    }

    /** Writes through the connection that holds the lease, so that no other is needed meanwhile. */
    private <T> T write(String key, Database.Work<T> work) {
        JdbcLease lease = leases.get().get(key);
        return lease == null ? database.write(work) : lease.write(work);
    }

    private <T> T read(String key, Database.Work<T> work) {
        JdbcLease lease = leases.get().get(key);
        return lease == null ? database.read(work) : lease.read(work);
    }

    @Override
    public Lease lease(String key, Duration timeout) {
        check(key, "the key");
        check(timeout, "the timeout");
        Map<String, JdbcLease> held = leases.get();
        if (held.containsKey(key)) {
            throw new ConnectorException("This thread already holds the lease of \"" + key + "\"");
        }
        JdbcLease lease = JdbcLease.acquire(database, key, timeout);
        held.put(key, lease);
        return () -> {
            if (held.remove(key, lease)) {
                lease.close();
            }
        };
    }
}
