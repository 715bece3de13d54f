package io.httpconnector.wizard;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Determines whether a text can be represented as a JSON tree without loss. */
final class JsonBodyText {

    private static final JsonFactory FACTORY = new JsonFactory();

    /** Media types of a sequence of JSON values, such as NDJSON. */
    private static final Pattern SEQUENCE =
            Pattern.compile("ndjson|json-?seq|json-?lines?|jsonl\\b|stream\\+json|json-stream");

    private JsonBodyText() {}

    /** Returns whether a media type is that of a single JSON value. */
    static boolean isJson(String contentType) {
        String type = contentType.toLowerCase(Locale.ROOT);
        return type.contains("json") && !SEQUENCE.matcher(type).find();
    }

    /** Returns the name of a member that an object of the JSON text repeats, or null. */
    static @Nullable String repeatedMember(String json) {
        Deque<Set<String>> objects = new ArrayDeque<>();
        try (JsonParser parser = FACTORY.createParser(json)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                if (token == JsonToken.START_OBJECT) {
                    objects.push(new HashSet<>());
                } else if (token == JsonToken.END_OBJECT) {
                    objects.pop();
                } else if (token == JsonToken.FIELD_NAME && !objects.getFirst().add(parser.currentName())) {
                    return parser.currentName();
                }
            }
            return null;
        } catch (IOException e) {
            // The text is not JSON.
            return null;
        }
    }
}
