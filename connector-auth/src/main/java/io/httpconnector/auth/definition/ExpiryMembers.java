package io.httpconnector.auth.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.auth.ExpiryFormat;
import io.httpconnector.internal.json.JsonObjectReader;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the format in which a response has the expiry of a token. */
final class ExpiryMembers {

    private ExpiryMembers() {}

    /** Reads {@code expiresAs}; null if it is absent or rejected. */
    static @Nullable ExpiryFormat expiresAs(JsonObjectReader reader) {
        List<String> names =
                Stream.of(ExpiryFormat.values()).map(ExpiryMembers::nameOf).toList();
        JsonNode given = reader.any("expiresAs");
        String text = given == null ? "" : given.asText();
        for (ExpiryFormat meaning : ExpiryFormat.values()) {
            if (nameOf(meaning).equals(text.toLowerCase(Locale.ROOT).replace('_', '-'))) {
                return meaning;
            }
        }
        String unused = reader.oneOf("expiresAs", names);
        return null;
    }

    private static String nameOf(ExpiryFormat meaning) {
        return meaning.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
