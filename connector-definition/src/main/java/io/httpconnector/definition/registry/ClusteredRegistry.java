package io.httpconnector.definition.registry;

import io.httpconnector.auth.oauth2.TokenEncryption;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.jdbc.JdbcDocuments;
import io.httpconnector.jdbc.JdbcInbox;
import io.httpconnector.jdbc.JdbcStateStore;
import io.httpconnector.jdbc.JdbcTokenStore;
import javax.sql.DataSource;

/** Configures a registry whose stores are in a database. */
final class ClusteredRegistry {

    private ClusteredRegistry() {}

    static ConnectorRegistryBuilder builder(DataSource dataSource, TokenEncryption encryption) {
        TokenStore tokens = JdbcTokenStore.of(dataSource, encryption);
        return new ConnectorRegistryBuilder(new JdbcInstances(JdbcDocuments.of(dataSource)))
                .state(JdbcStateStore.of(dataSource))
                .tokens(tokens)
                .secrets(StoredSecrets.in(tokens))
                .inbox(JdbcInbox.of(dataSource))
                .joining(environment -> new JdbcClusterMember(environment, dataSource));
    }
}
