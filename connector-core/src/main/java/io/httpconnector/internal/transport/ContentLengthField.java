package io.httpconnector.internal.transport;

import java.util.List;
import org.apache.hc.client5.http.ClientProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code Content-Length}, which has one value of digits only (RFC 9110, section 8.6), which may be repeated. If peers read
 * different lengths, they disagree on where the body ends.
 */
final class ContentLengthField {

    private ContentLengthField() {}

    /**
     * Returns the value.
     *
     * @param lines the values of all field lines, at least one
     */
    static String value(List<@Nullable String> lines) throws ClientProtocolException {
        String length = null;
        for (String line : lines) {
            for (String value : String.valueOf(line).split(",", -1)) {
                String digits = value.strip();
                if (!isNumber(digits) || (length != null && !length.equals(digits))) {
                    throw invalid();
                }
                length = digits;
            }
        }
        if (length == null) {
            throw invalid();
        }
        return length;
    }

    private static ClientProtocolException invalid() {
        return new ClientProtocolException("the Content-Length of the response is not one number");
    }

    static boolean isNumber(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }
}
