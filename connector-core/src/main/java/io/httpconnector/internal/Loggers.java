package io.httpconnector.internal;

/** Names of loggers. They are documented, so that they do not follow the class that logs. */
public final class Loggers {

    /** The logger of exchanges: the class {@code HttpConnection}. */
    public static final String CONNECTION = "io.httpconnector.HttpConnection";

    private Loggers() {}
}
