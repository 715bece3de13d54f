package io.httpconnector.spring.autoconfigure;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.auth.oauth2.TokenEncryption;
import io.httpconnector.auth.oauth2.TokenStore;
import io.httpconnector.jdbc.ClusteredPolling;
import io.httpconnector.jdbc.ClusteredPollingBuilder;
import io.httpconnector.jdbc.JdbcDocuments;
import io.httpconnector.jdbc.JdbcInbox;
import io.httpconnector.jdbc.JdbcSchema;
import io.httpconnector.jdbc.JdbcStateStore;
import io.httpconnector.jdbc.JdbcTokenStore;
import io.httpconnector.spring.ConnectorCustomizer;
import io.httpconnector.spring.ConnectorDocumentSource;
import io.httpconnector.spring.autoconfigure.ConnectorsProperties.InitializeSchema;
import io.httpconnector.spring.autoconfigure.ConnectorsProperties.StoreType;
import io.httpconnector.state.StateStore;
import io.httpconnector.webhook.WebhookRouter;
import io.httpconnector.webhook.inbox.Inbox;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * The stores of state, tokens and events: in the database of the application if there is one and {@code connector-jdbc} is present, and in
 * files otherwise. Each one can be replaced by a bean, and is created when it is first used.
 */
@AutoConfiguration(
        before = ConnectorsAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration"
        })
@EnableConfigurationProperties(ConnectorsProperties.class)
public class StoreAutoConfiguration {

    /** Creates the configuration; called by Spring. */
    public StoreAutoConfiguration() {}

    /** The database has the tables. */
    record Tables(DataSource dataSource, String prefix) {}

    /** Sets the stores of all connections. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    ConnectorCustomizer connectorStores(
            @Lazy StateStore state, @Lazy TokenStore tokens, @Lazy Inbox inbox, ConnectorsProperties properties) {
        // A connector requires a router; the filter for webhooks calls the receivers itself.
        WebhookRouter router = WebhookRouter.at("http://localhost/");
        return (connection, context) -> {
            context.state(state).tokens(tokens).webhooks(router);
            if (properties.webhooks().inbox()) {
                context.receivers(builder -> builder.inbox(inbox));
            }
            String redirectUri = properties.redirectUri();
            if (redirectUri != null) {
                context.redirectUri(redirectUri);
            }
        };
    }

    /** Stores in the database. */
    @Order(1)
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({DataSource.class, JdbcStateStore.class})
    @ConditionalOnSingleCandidate(DataSource.class)
    @ConditionalOnProperty(name = "connectors.store.type", havingValue = "jdbc", matchIfMissing = true)
    static class JdbcConfiguration {

        /** The start of the ids of connector documents; the table has others, too. */
        private static final String DOCUMENT = "connector ";

        /** Checks the prefix of the tables, which are created when they are first used. */
        @Bean
        SmartInitializingSingleton connectorTablePrefix(DataSource dataSource, ConnectorsProperties properties) {
            return () -> checkPrefix(dataSource, properties.jdbc());
        }

        private static void checkPrefix(DataSource dataSource, ConnectorsProperties.Jdbc jdbc) {
            var unused = PropertyChecks.named(
                    "connectors.jdbc.table-prefix", () -> JdbcStateStore.of(dataSource, jdbc.tablePrefix()));
        }

        @Bean
        @Lazy
        Tables connectorTables(
                DataSource dataSource, ConnectorsProperties properties, ObjectProvider<SchemaMigration> migration)
                throws SQLException {
            ConnectorsProperties.Jdbc jdbc = properties.jdbc();
            checkPrefix(dataSource, jdbc);
            SchemaMigration tool = migration.getIfAvailable();
            if (tool != null && jdbc.initializeSchema() != InitializeSchema.NEVER) {
                tool.migrate(dataSource, jdbc.tablePrefix());
                return new Tables(dataSource, jdbc.tablePrefix());
            }
            boolean creates = jdbc.initializeSchema() == InitializeSchema.ALWAYS
                    || (jdbc.initializeSchema() == InitializeSchema.EMBEDDED && isEmbedded(dataSource));
            if (creates) {
                JdbcSchema.create(dataSource, jdbc.tablePrefix());
            }
            return new Tables(dataSource, jdbc.tablePrefix());
        }

        private static boolean isEmbedded(DataSource dataSource) throws SQLException {
            try (Connection connection = dataSource.getConnection()) {
                String url = connection.getMetaData().getURL();
                return url.startsWith("jdbc:h2:") && !url.startsWith("jdbc:h2:tcp:") && !url.startsWith("jdbc:h2:ssl:");
            }
        }

        @Bean
        @Lazy
        @ConditionalOnMissingBean
        StateStore connectorStateStore(Tables connectorTables) {
            return JdbcStateStore.of(connectorTables.dataSource(), connectorTables.prefix());
        }

        @Bean
        @Lazy
        @ConditionalOnMissingBean
        TokenStore connectorTokenStore(Tables connectorTables, ConnectorsProperties properties) {
            String key = properties.store().encryptionKey();
            return JdbcTokenStore.of(
                    connectorTables.dataSource(),
                    connectorTables.prefix(),
                    key == null ? null : TokenEncryption.aesGcm(Secret.of(key)));
        }

        @Bean
        @Lazy
        @ConditionalOnMissingBean
        Inbox connectorInbox(Tables connectorTables) {
            return JdbcInbox.of(connectorTables.dataSource(), connectorTables.prefix());
        }

        /** The documents of the table, if {@code connectors.documents} contains {@code jdbc:}. */
        @Bean
        ConnectorDocumentSource connectorTableDocuments(
                ObjectProvider<Tables> connectorTables, ConnectorsProperties properties) {
            return () -> {
                Map<String, String> documents = new HashMap<>();
                if (properties.documents().contains(ConnectorDocuments.DATABASE)) {
                    Tables tables = connectorTables.getObject();
                    JdbcDocuments.of(tables.dataSource(), tables.prefix()).all().forEach((id, text) -> {
                        if (id.startsWith(DOCUMENT)) {
                            documents.put(id, text);
                        }
                    });
                }
                return documents;
            };
        }

        @Bean
        @ConditionalOnProperty(name = "connectors.polling.clustered", havingValue = "true")
        ClusteredTriggers connectorCluster(
                Tables connectorTables, ConnectorsProperties properties, Environment environment) {
            ClusteredPollingBuilder plain =
                    ClusteredPolling.on(connectorTables.dataSource()).prefix(connectorTables.prefix());
            ClusteredPollingBuilder builder = PropertyChecks.named(
                    "connectors.polling.threads",
                    () -> plain.threads(properties.polling().threads()));
            if (environment.getProperty("spring.threads.virtual.enabled", boolean.class, false)) {
                builder.virtualThreads();
            }
            return new ClusteredTriggers(builder);
        }
    }

    /** Stores in files, for one instance of the application. */
    @Order(2)
    @Configuration(proxyBeanMethods = false)
    static class FileConfiguration {

        /** Reports that there is no database. */
        @Bean
        @ConditionalOnMissingBean(Tables.class)
        ConnectorDocumentSource connectorMissingTable(ConnectorsProperties properties) {
            return () -> {
                if (properties.store().type() == StoreType.JDBC) {
                    throw new InvalidDefinitionException(
                            "properties of the application",
                            "connectors.store.type: jdbc requires " + MissingDatabase.requirement(properties));
                }
                if (properties.documents().contains(ConnectorDocuments.DATABASE)) {
                    throw new InvalidDefinitionException(
                            "properties of the application",
                            "connectors.documents: jdbc: requires " + MissingDatabase.requirement(properties));
                }
                return Map.of();
            };
        }

        private static Path folder(ConnectorsProperties properties, String name) {
            return properties.store().directory().resolve(name);
        }

        @Bean
        @Lazy
        @ConditionalOnMissingBean
        StateStore connectorStateStore(ConnectorsProperties properties) {
            return StateStore.file(folder(properties, "state"));
        }

        @Bean
        @Lazy
        @ConditionalOnMissingBean
        TokenStore connectorTokenStore(ConnectorsProperties properties) {
            String key = properties.store().encryptionKey();
            Path folder = folder(properties, "tokens");
            return key == null ? TokenStore.file(folder) : TokenStore.file(folder, Secret.of(key));
        }

        @Bean
        @Lazy
        @ConditionalOnMissingBean
        Inbox connectorInbox(ConnectorsProperties properties) {
            return Inbox.file(folder(properties, "inbox"));
        }
    }
}
