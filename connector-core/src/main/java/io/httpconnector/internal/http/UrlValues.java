package io.httpconnector.internal.http;

import io.httpconnector.internal.text.PercentEncoding;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Encodes values that replace the placeholders of a URL. A value is data: in the host it can only be part of a name, and below
 * it, it cannot leave its path segment. Only a value at the start of the URL may be a URL itself.
 */
public final class UrlValues {

    private static final Pattern IN_HOST = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?");

    private UrlValues() {}

    /**
     * Encodes a value.
     *
     * @param before the URL up to the placeholder
     * @return the encoded value; null if the placeholder is in the host, where the value is not valid
     */
    public static @Nullable String encode(String before, String value) {
        if (before.isEmpty()) {
            return value.endsWith("/") ? value.substring(0, value.length() - 1) : value;
        }
        if (before.startsWith("/") || before.indexOf('/', before.indexOf("://") + 3) >= 0) {
            return PercentEncoding.encode(value);
        }
        return IN_HOST.matcher(value).matches() ? value : null;
    }
}
