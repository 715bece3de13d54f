package io.httpconnector.definition.imports;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Converts the header fields and query parameters that a provider of Nango sends with each request. Not thread-safe. */
final class NangoParameters {

    private final NangoProvider provider;
    private final CatalogueItem proxy;

    NangoParameters(NangoProvider provider) {
        this.provider = provider;
        this.proxy = provider.item.at("proxy");
    }

    /** Returns the computed values of a strategy. */
    static ObjectNode computed(ObjectNode strategy) {
        return strategy.withObject("/computed");
    }

    /**
     * Adds the header fields and query parameters of a provider.
     *
     * @param strategy receives computed values
     * @param target receives header fields and parameters with values; the connection receives the constant ones
     * @param token the content of the pill for the access token; null where there is none
     * @param except the header fields that the strategy sends otherwise, in lower case
     */
    void add(ObjectNode strategy, ObjectNode target, @Nullable String token, Set<String> except) {
        NangoScope scope = NangoScope.of(provider.fields).withRequest();
        NangoText text = (token == null ? scope : scope.withToken(token)).text(computed(strategy));
        for (Map.Entry<String, CatalogueItem> header :
                proxy.at("headers").members().entrySet()) {
            String name = header.getKey();
            if (except.contains(name.toLowerCase(Locale.ROOT))) {
                continue;
            }
            String value = text.translate(header.getValue());
            if (value != null && value.contains("{{")) {
                target.withObject("/headers").put(name, value);
            } else if (value != null && !value.isEmpty()) {
                provider.connection.withObject("/headers").put(name, value);
            }
        }
        for (Map.Entry<String, CatalogueItem> parameter :
                proxy.at("query").members().entrySet()) {
            String value = text.translate(parameter.getValue());
            if (value != null) {
                target.withObject("/query").put(parameter.getKey(), value);
            }
        }
        removeEmpty(strategy);
    }

    static void removeEmpty(ObjectNode strategy) {
        if (strategy.path("computed").isEmpty()) {
            strategy.remove("computed");
        }
    }
}
