package io.httpconnector.internal.graphql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.internal.Hashing;
import io.httpconnector.internal.json.JsonSupport;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Automatic persisted queries, as Apollo defines them: a request has the hash of a query, which the service knows or asks for once.
 */
public final class PersistedQuery {

    private static final String NOT_FOUND = "PERSISTEDQUERYNOTFOUND";
    private static final String NOT_SUPPORTED = "PERSISTEDQUERYNOTSUPPORTED";

    private PersistedQuery() {}

    /** Returns the field {@code extensions} with the hash of a query. */
    public static ObjectNode extensions(String query) {
        ObjectNode extensions = JsonNodeFactory.instance.objectNode();
        extensions.putObject("persistedQuery").put("version", 1).put("sha256Hash", Hashing.sha256Hex(query));
        return extensions;
    }

    /** Returns the query in a JSON body; null if there is none. */
    public static @Nullable String queryOf(byte[] body) {
        JsonNode query = parse(body).path("query");
        return query.isTextual() ? query.textValue() : null;
    }

    /** Returns a JSON body with the hash in place of the query. */
    public static JsonNode hashed(byte[] body, String query) {
        ObjectNode changed = parse(body).deepCopy();
        changed.remove("query");
        return changed.setAll((ObjectNode) JsonNodeFactory.instance.objectNode().set("extensions", extensions(query)));
    }

    /** Returns a JSON body with the query and its hash. */
    public static JsonNode whole(byte[] body, String query) {
        ObjectNode changed = JsonNodeFactory.instance.objectNode().put("query", query);
        return changed.setAll((ObjectNode) parse(body));
    }

    /** Returns whether the service asks for the whole query: nothing was executed. */
    public static boolean isUnknown(byte[] response) {
        for (JsonNode error : parse(response).path("errors")) {
            String code = comparable(GraphQlResponse.code(error));
            String message = comparable(error.path("message").asText());
            if (code.equals(NOT_FOUND)
                    || code.equals(NOT_SUPPORTED)
                    || message.equals(NOT_FOUND)
                    || message.equals(NOT_SUPPORTED)) {
                return true;
            }
        }
        return false;
    }

    private static String comparable(String text) {
        return text.replaceAll("[^A-Za-z]", "").toUpperCase(Locale.ROOT);
    }

    private static JsonNode parse(byte[] json) {
        try {
            JsonNode tree = JsonSupport.read(json);
            return tree.isObject() ? tree : JsonNodeFactory.instance.objectNode();
        } catch (IOException e) {
            return JsonNodeFactory.instance.objectNode();
        }
    }
}
