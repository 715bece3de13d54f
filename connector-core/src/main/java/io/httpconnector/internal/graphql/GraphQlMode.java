package io.httpconnector.internal.graphql;

/** The treatment of GraphQL responses with errors. */
public enum GraphQlMode {
    /** Errors fail, also with partial data. */
    STRICT,
    /** Errors are accepted if there are data. */
    PARTIAL
}
