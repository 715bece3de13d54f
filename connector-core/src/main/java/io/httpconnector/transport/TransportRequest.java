package io.httpconnector.transport;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request as a {@link HttpTransport} sends it. Immutable, except for its body. */
public interface TransportRequest {

    /**
     * A header field.
     *
     * @param name the name
     * @param value the value; each character stands for the byte of the same number (ISO 8859-1)
     * @param isSecret whether the value must not appear in logs, messages and compression tables
     */
    public record HeaderField(String name, String value, boolean isSecret) {

        /** Describes the field, without a secret. */
        @Override
        public String toString() {
            return name + ": " + (isSecret ? "***" : value);
        }
    }

    /** The body of a request. */
    public interface Content {

        /**
         * Returns the length.
         *
         * @return the number of bytes; -1 if unknown
         */
        long length();

        /**
         * Returns the bytes, if they are in memory, to save a copy.
         *
         * @return the bytes, which must not be modified; null if they are not in memory, or if their progress is reported
         */
        byte @Nullable [] bytes();

        /**
         * Writes the body. It can be written once, unless it is in memory.
         *
         * @param out receives the bytes; it is not closed
         * @throws IOException as the stream, or when the source of the body fails
         */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Returns the method.
     *
     * @return the method, in upper case for the standard ones
     */
    String method();

    /**
     * Returns the absolute URL, http or https. It may contain secrets.
     *
     * @return the URL, without user info and fragment
     */
    URI uri();

    /**
     * Returns the header fields in the order in which they are sent. They include {@code Content-Type}, {@code Content-Encoding},
     * {@code Accept-Encoding} and {@code User-Agent}, but not the fields that describe the connection or the length of the body,
     * such as {@code Host}, {@code Content-Length}, {@code Connection} and {@code Transfer-Encoding}: those are set by the transport.
     *
     * @return the fields
     */
    List<HeaderField> fields();

    /**
     * Returns the body.
     *
     * @return the body; null if there is none
     */
    @Nullable Content content();
}
