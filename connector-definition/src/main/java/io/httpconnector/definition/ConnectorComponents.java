package io.httpconnector.definition;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.auth.definition.AuthType;
import io.httpconnector.internal.Arguments;
import io.httpconnector.template.PillFilter;
import io.httpconnector.webhook.Verifier;
import java.util.HashMap;
import java.util.Map;

/**
 * The parts of connectors that are code, by the names that documents use for them: filters of templates, types of authentication
 * and verifiers of webhooks. Immutable and thread-safe.
 *
 * <pre>{@code
 * ConnectorComponents components = ConnectorComponents.none().filter("slug", (value, arguments) -> slug(value.asText()));
 * }</pre>
 */
public final class ConnectorComponents {

    private static final ConnectorComponents NONE = new ConnectorComponents(Map.of(), Map.of(), Map.of());

    private final Map<String, PillFilter> filters;
    private final Map<String, AuthType> authTypes;
    private final Map<String, Verifier> verifiers;

    private ConnectorComponents(
            Map<String, PillFilter> filters, Map<String, AuthType> authTypes, Map<String, Verifier> verifiers) {
        this.filters = filters;
        this.authTypes = authTypes;
        this.verifiers = verifiers;
    }

    /**
     * Returns no components.
     *
     * @return the components, to which others can be added
     */
    public static ConnectorComponents none() {
        return NONE;
    }

    /**
     * Adds a filter for the templates of requests.
     *
     * @param name the name, as in {@code {{order.title | slug}}}
     * @param filter the filter
     * @return new components
     */
    public ConnectorComponents filter(String name, PillFilter filter) {
        return new ConnectorComponents(with(filters, name, filter), authTypes, verifiers);
    }

    /**
     * Adds a type of authentication, whose name is the {@code type} of a strategy.
     *
     * @param type the type
     * @return new components
     */
    public ConnectorComponents authType(AuthType type) {
        return new ConnectorComponents(
                filters, with(authTypes, Arguments.notNull(type, "auth type").name(), type), verifiers);
    }

    /**
     * Adds a verifier of webhooks, which a webhook names in its list of verifiers.
     *
     * @param name the name
     * @param verifier the verifier
     * @return new components
     */
    public ConnectorComponents verifier(String name, Verifier verifier) {
        return new ConnectorComponents(filters, authTypes, with(verifiers, name, verifier));
    }

    private static <T> Map<String, T> with(Map<String, T> known, String name, T component) {
        Map<String, T> all = new HashMap<>(known);
        Arguments.notNull(component, "component");
        if (all.put(Arguments.notNull(name, "name of a component"), component) != null) {
            throw new InvalidDefinitionException(
                    "component", "there is another one with the name \"" + name + "\": use another name");
        }
        return Map.copyOf(all);
    }

    Map<String, PillFilter> filters() {
        return filters;
    }

    Map<String, AuthType> authTypes() {
        return authTypes;
    }

    Map<String, Verifier> verifiers() {
        return verifiers;
    }
}
