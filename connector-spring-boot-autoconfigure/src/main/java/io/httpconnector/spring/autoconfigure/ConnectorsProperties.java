package io.httpconnector.spring.autoconfigure;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The properties of connections, triggers and webhooks.
 *
 * @param documents Folders of connector documents, or patterns of files, such as 'file:/etc/acme/connectors/'. In a folder, files with
 *     names that end with '.connector.yaml', '.connector.yml' or '.connector.json' are read. 'jdbc:' is the table of documents.
 * @param connections The connections by name: lower-case letters, digits and hyphens. Each one is a bean of this name.
 * @param redirectUri The redirect URI of OAuth 2, as registered at the services.
 * @param oauth2 The endpoints at which users authorize connections.
 * @param autoStartup Whether triggers begin to poll and subscriptions are registered when the application starts.
 * @param shutdownTimeout How long handlers may run when the application stops, before they are interrupted.
 * @param webhooks How the application receives webhooks.
 * @param subscriptions How the application registers webhooks at services.
 * @param polling How the application polls.
 * @param store Where state, tokens and events are stored.
 * @param jdbc The tables, if they are stored in a database.
 * @param registry The registry for customers that are added at run time.
 * @param exchangeLog The log of all requests and responses, without secrets.
 */
@ConfigurationProperties("connectors")
record ConnectorsProperties(
        @DefaultValue("classpath*:connectors/") List<String> documents,
        Map<String, ConnectionProperties> connections,
        @Nullable String redirectUri,
        @DefaultValue OAuth2 oauth2,
        @DefaultValue("true") boolean autoStartup,
        @DefaultValue("20s") Duration shutdownTimeout,
        @DefaultValue Webhooks webhooks,
        @DefaultValue Subscriptions subscriptions,
        @DefaultValue Polling polling,
        @DefaultValue Store store,
        @DefaultValue Jdbc jdbc,
        @DefaultValue Registry registry,
        @DefaultValue ExchangeLog exchangeLog) {

    /** Replaces a map that is not set by an empty one. */
    @SuppressWarnings("NullAway") // The binder passes null for what is not set.
    public ConnectorsProperties {
        documents = List.copyOf(documents);
        connections = connections == null ? Map.of() : withoutOtherSpellings(connections);
    }

    /**
     * Removes the names that environment variables have for connections of a file: {@code SHOPONE} is {@code shop-one}, with the
     * properties of both.
     */
    private static Map<String, ConnectionProperties> withoutOtherSpellings(Map<String, ConnectionProperties> all) {
        Map<String, String> names = new LinkedHashMap<>();
        all.keySet()
                .forEach(name ->
                        names.merge(uniform(name), name, (one, other) -> other.length() > one.length() ? other : one));
        Map<String, ConnectionProperties> connections = new LinkedHashMap<>();
        names.values().forEach(name -> connections.put(name, all.get(name)));
        return connections;
    }

    private static String uniform(String name) {
        return name.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
    }

    /**
     * The endpoints at which users authorize connections with OAuth 2. They exist in a servlet application with a redirect URI.
     *
     * @param basePath The path of the endpoints: 'BASE-PATH/CONNECTION/connect' and 'BASE-PATH/callback'.
     * @param successUrl Where the browser is sent when the connection is authorized.
     */
    public record OAuth2(
            @DefaultValue("/connectors") String basePath,
            @DefaultValue("/") String successUrl) {}

    /**
     * The options of webhooks.
     *
     * @param basePath The path below which the webhooks are: '/hooks/CONNECTION/WEBHOOK'.
     * @param publicUrl The URL at which services reach the base path, for services that sign it, such as 'https://app.example.com/hooks'.
     * @param inbox Whether an event is stored before its sender receives the response, and handled afterwards.
     */
    public record Webhooks(
            @DefaultValue("/hooks") String basePath,
            @Nullable String publicUrl,
            @DefaultValue("false") boolean inbox) {

        /** Adds the slash at the start of the path. */
        public Webhooks {
            basePath = basePath.startsWith("/") ? basePath : "/" + basePath;
        }
    }

    /**
     * The options of webhook subscriptions.
     *
     * @param deleteOnShutdown Whether subscriptions are deleted at the service when the application stops, such as in a test
     *     environment. By default they remain for the next start. In a cluster, the first instance that stops deletes them for all.
     */
    public record Subscriptions(@DefaultValue("false") boolean deleteOnShutdown) {}

    /**
     * The options of polling triggers.
     *
     * @param clustered Whether the instances of the application share the polling triggers: each trigger is polled by one instance at
     *     a time. Requires a database.
     * @param threads The number of triggers that an instance of a cluster polls at the same time.
     */
    public record Polling(
            @DefaultValue("false") boolean clustered,
            @DefaultValue("10") int threads) {}

    /**
     * The store of state, tokens and events.
     *
     * @param type The kind of the store. By default, the database if the application has a DataSource, and files otherwise.
     * @param directory The directory of a store in files.
     * @param encryptionKey The key that encrypts tokens: 32 random bytes as Base64. Without it they are not encrypted.
     */
    public record Store(
            @Nullable StoreType type,
            @DefaultValue("connectors-data") Path directory,
            @Nullable String encryptionKey) {

        /** Omits the key. */
        @Override
        public String toString() {
            return "store " + type + " in " + directory;
        }
    }

    /** The kind of a store. */
    public enum StoreType {
        /** The database of the application. */
        JDBC,
        /** Files. */
        FILE
    }

    /**
     * The tables in the database.
     *
     * @param initializeSchema When missing tables are created: 'embedded' for an H2 database in this process, 'always', or 'never'. If
     *     the application uses Flyway or Liquibase, that creates them unless this is 'never'.
     * @param tablePrefix The prefix of the names of the tables.
     */
    public record Jdbc(
            @DefaultValue("embedded") InitializeSchema initializeSchema,
            @DefaultValue("http_connector_") String tablePrefix) {}

    /** The occasion at which missing tables are created. */
    public enum InitializeSchema {
        /** Only in an H2 database in this process. */
        EMBEDDED,
        /** Whenever the application starts. */
        ALWAYS,
        /** Never: the tables exist. */
        NEVER
    }

    /**
     * The registry for customers that are added at run time.
     *
     * @param enabled Whether there is a ConnectorRegistry with all connector documents. In a database it requires the property
     *     'connectors.store.encryption-key'.
     * @param tenantMetrics Whether meters of polls and events of customers have the customer in their tags. At most 500 names of
     *     triggers are tags of their own.
     * @param secrets The secrets of the application by connector and name, such as 'connectors.registry.secrets.slack.signing-secret',
     *     for webhooks with one URL for all customers. By default, the source of the customers' secrets has them, too.
     */
    public record Registry(
            @DefaultValue("false") boolean enabled,
            @DefaultValue("false") boolean tenantMetrics,
            Map<String, Map<String, String>> secrets) {

        /** Replaces a map that is not set by an empty one. */
        @SuppressWarnings("NullAway") // The binder passes null for what is not set.
        public Registry {
            secrets = secrets == null ? Map.of() : Map.copyOf(secrets);
        }

        /** Omits the secrets. */
        @Override
        public String toString() {
            return "registry, secrets of " + secrets.keySet();
        }
    }

    /**
     * The log of exchanges: who has sent which request when, without secrets.
     *
     * @param enabled Whether exchanges are logged.
     * @param type Where they are stored. A database is that of the application.
     * @param directory The directory of a log in files. Default: 'exchanges' in the directory of 'connectors.store'.
     * @param maxAge The age up to which entries are kept.
     * @param maxSize The size of all entries together up to which they are kept.
     * @param sample The part of the successful calls that is logged, from 0 to 1. Failed calls are always logged.
     * @param errorsOnly Whether only failed calls are logged, and responses with a status from 400 on.
     */
    public record ExchangeLog(
            @DefaultValue("false") boolean enabled,
            @DefaultValue("memory") ExchangeLogType type,
            @Nullable Path directory,
            @DefaultValue("7d") Duration maxAge,
            @DefaultValue("100MB") DataSize maxSize,
            @DefaultValue("1") double sample,
            @DefaultValue("false") boolean errorsOnly) {}

    /** The store of exchanges. */
    public enum ExchangeLogType {
        /** In the memory of this instance. */
        MEMORY,
        /** In files. */
        FILE,
        /** In the database of the application, for all its instances. */
        JDBC
    }
}
