package io.httpconnector.jdbc;

import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenEncryption;
import io.httpconnector.auth.oauth2.TokenStore;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the tokens of OAuth 2 in a database, for any number of machines: one of them refreshes, and the others see what it got.
 * Safe for many threads.
 *
 * <p>A lease is the lock of a row, so that it ends when the process that holds it does. Each refresh under way holds one connection for
 * that, and two while it discovers the service: give a pool some more than there are refreshes at the same time.
 *
 * <p>Needs {@code connector-auth}, an optional dependency.
 */
public final class JdbcTokenStore implements TokenStore {

    private final Database database;
    private final @Nullable TokenEncryption encryption;
    private final Clock clock = Clock.systemUTC();
    private final ThreadLocal<Map<String, JdbcLease>> leases = ThreadLocal.withInitial(HashMap::new);

    private JdbcTokenStore(Database database, @Nullable TokenEncryption encryption) {
        this.database = database;
        this.encryption = encryption;
    }

    /**
     * A store whose tokens everybody can read who can read the table.
     *
     * @param dataSource gives connections, each for one transaction; a pool, usually
     * @return the store
     */
    public static JdbcTokenStore of(DataSource dataSource) {
        return of(dataSource, JdbcSchema.USUAL_PREFIX, null);
    }

    /**
     * A store whose tokens are encrypted.
     *
     * @param dataSource gives connections, each for one transaction; a pool, usually
     * @param encryption such as {@link TokenEncryption#aesGcm}
     * @return the store
     */
    public static JdbcTokenStore of(DataSource dataSource, TokenEncryption encryption) {
        return of(dataSource, JdbcSchema.USUAL_PREFIX, encryption);
    }

    /**
     * A store in tables with names of their own.
     *
     * @param dataSource gives connections, each for one transaction; a pool, usually
     * @param prefix what their names begin with, such as {@code acme_}
     * @param encryption such as {@link TokenEncryption#aesGcm}; null for none
     * @return the store
     * @throws InvalidDefinitionException when the data source is null, or the prefix is none
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
        @Nullable Long end = needed == null ? null : clock.instant().plus(needed).toEpochMilli();
        boolean unused = Database.retryOnConflict(() -> write(key, connection -> write(connection, key, text, end)));
    }

    private boolean write(Connection connection, String key, String text, @Nullable Long end) throws SQLException {
        if (end != null) {
            sweep(connection);
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

    /** What nobody has come for. */
    private void sweep(Connection connection) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement(database.sql("delete from $token where needed_until < ?"))) {
            delete.setLong(1, clock.millis());
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

    /** By the connection that has the lease, so that no other is needed while it is held. */
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
        check(timeout, "the patience");
        Map<String, JdbcLease> own = leases.get();
        if (own.containsKey(key)) {
            throw new ConnectorException("This thread has the lease of \"" + key + "\" already");
        }
        JdbcLease lease = JdbcLease.take(database, key, timeout);
        own.put(key, lease);
        return () -> {
            if (own.remove(key, lease)) {
                lease.close();
            }
        };
    }
}
