package io.httpconnector.internal.http;

import io.httpconnector.internal.text.Ascii;
import java.util.Set;

/** The header fields that a connection sets by itself. */
public final class ConnectionHeaders {

    /** The default of {@code User-Agent}. */
    public static final String USER_AGENT = "http-connector";

    /** Header fields that describe the connection or the message framing, in lower case: a request can't set them. */
    private static final Set<String> MANAGED = Set.of(
            "host",
            "content-length",
            "transfer-encoding",
            "connection",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "upgrade",
            "expect");

    /** Managed header fields whose values follow from the request. */
    private static final Set<String> DERIVED = Set.of("host", "content-length");

    private ConnectionHeaders() {}

    /**
     * Returns whether only the connection can set a header field.
     *
     * @param name the field name, in any case
     * @return false if a request can set it
     */
    public static boolean isManaged(String name) {
        return MANAGED.contains(Ascii.lowerCase(name));
    }

    /**
     * Returns whether the value of a header field is unknown until the connection sends the request, so that it can't be signed.
     *
     * @param name the field name, in any case
     * @return false if the request determines the value
     */
    public static boolean isUnknownBeforeSending(String name) {
        return isManaged(name) && !DERIVED.contains(Ascii.lowerCase(name));
    }
}
