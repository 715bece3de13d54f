package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.AuthStrategy;
import io.httpconnector.HttpConnection;
import io.httpconnector.auth.CombinedAuth;
import io.httpconnector.auth.CustomAuth;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The values that an instance receives with its tokens, as {@code {{auth.NAME}}} in requests, triggers and headers. Looked up for each
 * request, because tokens and their values are replaced. Immutable.
 *
 * @param names the names of the values that the strategy of the instance receives
 */
record ReceivedValues(Set<String> names) {

    ReceivedValues {
        names = Set.copyOf(names);
    }

    boolean areUsedBy(DefinedRequest request) {
        return !names.isEmpty() && areUsedBy(request.toJson(""));
    }

    boolean areUsedBy(JsonNode json) {
        return !names.isEmpty() && PillTree.inputs(json).stream().anyMatch(names::contains);
    }

    boolean areUsedBy(InputText text) {
        return text.names().stream().map(InputText::input).anyMatch(names::contains);
    }

    /** Returns whether a header field or query parameter of the connection uses such a value. */
    boolean areUsedBy(ConnectionOptions options) {
        return options.fields().stream().anyMatch(field -> areUsedBy(field.text()));
    }

    /** Returns the values of the inputs and the current values of the connection. */
    Supplier<Map<String, String>> with(Map<String, String> inputs, HttpConnection connection) {
        return () -> and(inputs, connection.authFields());
    }

    private Map<String, String> and(Map<String, String> inputs, Map<String, String> current) {
        Map<String, String> all = new HashMap<>(inputs);
        current.forEach((name, value) -> {
            if (names.contains(name)) {
                all.put(name, value);
            }
        });
        return all;
    }

    /** Returns a strategy that also adds the header fields and query parameters of the connection that use such values. */
    AuthStrategy additions(ConnectionOptions options, InputValues values, AuthStrategy strategy) {
        return CombinedAuth.of(received -> additions(options, values, received), strategy);
    }

    private CustomAuth additions(ConnectionOptions options, InputValues values, Map<String, String> received) {
        InputValues all = new InputValues(and(values.texts(), received), values.secrets());
        CustomAuth additions = CustomAuth.nothing();
        for (ConnectionOptions.Field field : options.fields()) {
            String value = areUsedBy(field.text()) ? field.text().render(all) : null;
            if (value != null) {
                additions = !field.isHeader()
                        ? additions.andQuery(field.name(), value)
                        : field.text().isSecret(all)
                                ? additions.andHeader(field.name(), field.text().secret(all))
                                : additions.andHeader(field.name(), value);
            }
        }
        return additions;
    }
}
