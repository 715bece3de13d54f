package io.httpconnector.webhook.internal;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Detects bodies that are shorter than announced: they are not what the sender meant, so they are no events. */
public final class BodyLength {

    /** The log message. */
    public static final String TRUNCATED =
            "the body is shorter than its Content-Length, or missing: it was consumed before the adapter, or was truncated";

    /** The advice for developers. */
    public static final String ADVICE =
            "No component may read the body before the adapter. With Spring Boot, set spring.servlet.multipart.enabled=false and"
                    + " spring.mvc.formcontent.filter.enabled=false, and remove filters that read parameters";

    private BodyLength() {}

    /**
     * Checks whether a body is truncated.
     *
     * @param contentLength the value of the header field; null when it is missing
     * @param transferEncoding the value of the header field; null when it is missing
     * @param contentEncoding the value of the header field; null when it is missing
     * @param contentType the value of the header field; null when it is missing
     * @param size the number of bytes received
     * @return whether bytes are missing
     */
    public static boolean isTruncated(
            @Nullable String contentLength,
            @Nullable String transferEncoding,
            @Nullable String contentEncoding,
            @Nullable String contentType,
            int size) {
        if (transferEncoding != null) {
            // Chunked bodies may be empty, except those of forms: an empty one means that a form parser has consumed
            // it.
            return size == 0 && isFormData(contentType);
        }
        if (contentLength == null) {
            return false;
        }
        // A server that has decompressed the body may have kept the old length.
        return exceeds(contentLength, size) && (size == 0 || contentEncoding == null);
    }

    private static boolean isFormData(@Nullable String contentType) {
        String type =
                contentType == null ? "" : contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return type.startsWith("multipart/") || type.equals("application/x-www-form-urlencoded");
    }

    private static boolean exceeds(String length, int size) {
        String digits = length.strip();
        if (digits.isEmpty()) {
            return false;
        }
        for (int i = 0; i < digits.length(); i++) {
            if (digits.charAt(i) < '0' || digits.charAt(i) > '9') {
                return false;
            }
        }
        return digits.length() > 18 || Long.parseLong(digits) > size;
    }
}
