package io.httpconnector.auth.internal;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.http.UrlValues;
import java.util.List;

/** The encoding of a value in the text of a URL, as {@link UrlValues} defines it; a value that is not valid there is rejected. */
public final class UrlValue {

    private UrlValue() {}

    /**
     * Encodes a value for its position.
     *
     * @param before the text before the value
     * @param value the value
     * @return the text to append
     * @throws InvalidDefinitionException if the value can't be a part of a host name; the message does not contain it
     */
    public static String encode(String before, String value) {
        String encoded = UrlValues.encode(before, value);
        if (encoded == null) {
            throw new InvalidDefinitionException("URL", List.of("it is not valid in a host name"));
        }
        return encoded;
    }
}
