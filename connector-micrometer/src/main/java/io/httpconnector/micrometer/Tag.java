package io.httpconnector.micrometer;

/** The keys of tags, and the values that never change. */
final class Tag {

    static final String CONNECTION = "connection";
    static final String CONNECTOR = "connector";
    static final String STATE = "state";
    static final String DESTINATION = "messaging.destination.name";
    static final String OPERATION = "messaging.operation.name";
    static final String SYSTEM = "messaging.system";
    static final String STATUS = "http.response.status_code";
    static final String ERROR = "error.type";
    static final String OUTCOME = "outcome";
    static final String ACTION = "action";
    static final String REASON = "reason";
    static final String SOURCE = "source";

    static final String HTTP_CONNECTOR = "httpconnector";
    static final String NONE = "none";

    private Tag() {}

    /** The type of an error. The names of classes are bounded, messages are not. */
    static String errorType(Throwable failure) {
        return failure.getClass().getSimpleName();
    }
}
