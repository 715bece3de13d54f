package io.httpconnector.polling;

/** The name of the logger of this package. All classes log under the name of {@link PollingTrigger} without depending on it. */
final class PollingLog {

    static final String NAME = "io.httpconnector.polling.PollingTrigger";

    private PollingLog() {}
}
