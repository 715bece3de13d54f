package io.httpconnector.spring.autoconfigure;

import io.httpconnector.spring.autoconfigure.ConnectorsProperties.StoreType;

/** Says what is missing if a property requires the stores of a database, and there are none. */
final class MissingDatabase {

    private MissingDatabase() {}

    /** Returns what a property requires. */
    static String requirement(ConnectorsProperties properties) {
        return properties.store().type() == StoreType.FILE
                ? "the database, but connectors.store.type is file: remove that property"
                : "the dependency connector-jdbc and a single DataSource";
    }
}
