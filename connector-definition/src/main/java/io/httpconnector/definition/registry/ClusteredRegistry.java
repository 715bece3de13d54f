package io.httpconnector.definition.registry;

import io.httpconnector.auth.oauth2.TokenEncryption;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.jdbc.ClusteredPolling;
import io.httpconnector.jdbc.JdbcDocuments;
import io.httpconnector.jdbc.JdbcInbox;
import io.httpconnector.jdbc.JdbcSchema;
import io.httpconnector.jdbc.JdbcStateStore;
import io.httpconnector.jdbc.JdbcTokenStore;
import javax.sql.DataSource;

/** Configures a registry whose stores are in a database. */
final class ClusteredRegistry {

    private ClusteredRegistry() {}

    static ConnectorRegistryBuilder builder(DataSource dataSource, TokenEncryption encryption) {
        return builder(dataSource, JdbcSchema.DEFAULT_PREFIX, encryption);
    }

    static ConnectorRegistryBuilder builder(DataSource dataSource, String prefix, TokenEncryption encryption) {
        TokenStore tokens = JdbcTokenStore.of(dataSource, prefix, encryption);
        return new ConnectorRegistryBuilder(new JdbcInstances(JdbcDocuments.of(dataSource, prefix)))
                .state(JdbcStateStore.of(dataSource, prefix))
                .tokens(tokens)
                .secrets(StoredSecrets.in(tokens))
                .inbox(JdbcInbox.of(dataSource, prefix))
                .joining(environment -> new JdbcClusterMember(
                        environment,
                        ClusteredPolling.on(dataSource).prefix(prefix).group("registry")));
    }
}
