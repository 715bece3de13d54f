package io.httpconnector.webhook.internal;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Recognises bodies that are shorter than announced: their sender meant something else, so they are no events. */
public final class BodyLength {

    /** What to tell the log. */
    public static final String CUT_OFF =
            "the body is shorter than its Content-Length, or missing: something has read it before, or its end did not arrive";

    /** What to tell the developer. */
    public static final String CAUSES =
            "Nothing before the adapter may read the body. With Spring Boot, set spring.servlet.multipart.enabled=false and"
                    + " spring.mvc.formcontent.filter.enabled=false, and leave out filters that ask for parameters";

    private BodyLength() {}

    /**
     * Whether a body is not whole.
     *
     * @param contentLength the value of the header field; null when it is missing
     * @param transferEncoding likewise
     * @param contentEncoding likewise
     * @param contentType likewise
     * @param size how many bytes there are
     * @return whether some are missing
     */
    public static boolean isCutOff(
            @Nullable String contentLength,
            @Nullable String transferEncoding,
            @Nullable String contentEncoding,
            @Nullable String contentType,
            int size) {
        if (transferEncoding != null) {
            // Chunked bodies may be empty, but those of forms are not: their readers leave nothing.
            return size == 0 && isFormData(contentType);
        }
        if (contentLength == null) {
            return false;
        }
        // A server that has decompressed the body may have left the old length.
        return isMore(contentLength, size) && (size == 0 || contentEncoding == null);
    }

    private static boolean isFormData(@Nullable String contentType) {
        String type =
                contentType == null ? "" : contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return type.startsWith("multipart/") || type.equals("application/x-www-form-urlencoded");
    }

    private static boolean isMore(String length, int size) {
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
