package io.httpconnector.definition;

import io.httpconnector.Interceptor;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.auth.definition.AuthType;
import io.httpconnector.internal.Arguments;
import io.httpconnector.polling.Cursor;
import io.httpconnector.polling.Pagination;
import io.httpconnector.polling.RecordSelector;
import io.httpconnector.template.PillFilter;
import io.httpconnector.trigger.EventHandler;
import io.httpconnector.webhook.Handshake;
import io.httpconnector.webhook.Verifier;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The parts of connectors that are code, by the names that documents use for them. Immutable and thread-safe.
 *
 * <pre>{@code
 * ConnectorComponents components = ConnectorComponents.none()
 *         .filter("slug", (value, arguments) -> slug(value.asText()))
 *         .handler("save-order", event -> orders.upsert(event.payload()));
 * }</pre>
 */
public final class ConnectorComponents {

    /** The kinds of components, by the member of {@code components} in a document. */
    enum ComponentKind {
        FILTERS("filters"),
        AUTH_TYPES("authTypes"),
        RECORDS("records"),
        PAGINATIONS("paginations"),
        CURSORS("cursors"),
        HANDLERS("handlers"),
        VERIFIERS("verifiers"),
        HANDSHAKES("handshakes"),
        INTERCEPTORS("interceptors");

        private final String member;

        ComponentKind(String member) {
            this.member = member;
        }

        String member() {
            return member;
        }
    }

    /** The kinds of components that replace a member of a trigger. */
    static final Map<String, ComponentKind> MEMBERS = members();

    private static final ConnectorComponents NONE = new ConnectorComponents(new EnumMap<>(ComponentKind.class));

    private final Map<ComponentKind, Map<String, Object>> all;

    private ConnectorComponents(Map<ComponentKind, Map<String, Object>> all) {
        this.all = all;
    }

    private static Map<String, ComponentKind> members() {
        Map<String, ComponentKind> members = new LinkedHashMap<>();
        members.put("records", ComponentKind.RECORDS);
        members.put("pagination", ComponentKind.PAGINATIONS);
        members.put("cursor", ComponentKind.CURSORS);
        return members;
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
        return with(ComponentKind.FILTERS, name, filter);
    }

    /**
     * Adds a type of authentication, whose name is the {@code type} of a strategy.
     *
     * @param type the type
     * @return new components
     */
    public ConnectorComponents authType(AuthType type) {
        return with(
                ComponentKind.AUTH_TYPES, Arguments.notNull(type, "auth type").name(), type);
    }

    /**
     * Adds a selector of records, such as one that {@linkplain RecordSelector#extracting extracts} them by code. A trigger or
     * request refers to it by {@code records: {component: NAME}}.
     *
     * @param name the name
     * @param selector the selector
     * @return new components
     */
    public ConnectorComponents records(String name, RecordSelector selector) {
        return with(ComponentKind.RECORDS, name, selector);
    }

    /**
     * Adds a pagination, such as one that {@linkplain Pagination#requests builds the next request} by code. A trigger or request
     * refers to it by {@code pagination: {component: NAME}}.
     *
     * @param name the name
     * @param pagination the pagination
     * @return new components
     */
    public ConnectorComponents pagination(String name, Pagination pagination) {
        return with(ComponentKind.PAGINATIONS, name, pagination);
    }

    /**
     * Adds a cursor, such as one whose value is extracted by code. A trigger refers to it by {@code cursor: {component: NAME}}.
     *
     * @param name the name
     * @param cursor the cursor
     * @return new components
     */
    public ConnectorComponents cursor(String name, Cursor cursor) {
        return with(ComponentKind.CURSORS, name, cursor);
    }

    /**
     * Adds a handler of events. A trigger or webhook refers to it by {@code handler: NAME}, and needs no {@link Connector#on}.
     *
     * @param name the name
     * @param handler the handler
     * @return new components
     */
    public ConnectorComponents handler(String name, EventHandler handler) {
        return with(ComponentKind.HANDLERS, name, handler);
    }

    /**
     * Adds a verifier of webhooks. A webhook refers to it by {@code verifiers: [NAME]}.
     *
     * @param name the name
     * @param verifier the verifier
     * @return new components
     */
    public ConnectorComponents verifier(String name, Verifier verifier) {
        return with(ComponentKind.VERIFIERS, name, verifier);
    }

    /**
     * Adds a handshake of webhooks. A webhook refers to it by {@code handshakes: [NAME]}.
     *
     * @param name the name
     * @param handshake the handshake
     * @return new components
     */
    public ConnectorComponents handshake(String name, Handshake handshake) {
        return with(ComponentKind.HANDSHAKES, name, handshake);
    }

    /**
     * Adds an interceptor, such as one with a circuit breaker. The connection refers to it by {@code interceptors: [NAME]}.
     *
     * @param name the name
     * @param interceptor the interceptor, which all connectors of the document share
     * @return new components
     */
    public ConnectorComponents interceptor(String name, Interceptor interceptor) {
        return with(ComponentKind.INTERCEPTORS, name, interceptor);
    }

    private ConnectorComponents with(ComponentKind kind, String name, Object component) {
        Arguments.notNull(component, "component");
        Map<String, Object> named = new HashMap<>(all.getOrDefault(kind, Map.of()));
        if (named.put(Arguments.notNull(name, "name of a component"), component) != null) {
            throw new InvalidDefinitionException(
                    "component", "there is another one with the name \"" + name + "\": use another name");
        }
        Map<ComponentKind, Map<String, Object>> more = new EnumMap<>(ComponentKind.class);
        more.putAll(all);
        more.put(kind, Map.copyOf(named));
        return new ConnectorComponents(more);
    }

    /** Returns these and other components; the others replace those with the same name. */
    ConnectorComponents and(ConnectorComponents others) {
        if (others.all.isEmpty()) {
            return this;
        }
        Map<ComponentKind, Map<String, Object>> more = new EnumMap<>(ComponentKind.class);
        more.putAll(all);
        others.all.forEach((kind, named) -> {
            Map<String, Object> both = new HashMap<>(more.getOrDefault(kind, Map.of()));
            both.putAll(named);
            more.put(kind, Map.copyOf(both));
        });
        return new ConnectorComponents(more);
    }

    /** Returns the names of the components of a kind. */
    Set<String> names(ComponentKind kind) {
        return all.getOrDefault(kind, Map.of()).keySet();
    }

    Map<String, PillFilter> filters() {
        return all(ComponentKind.FILTERS);
    }

    Map<String, AuthType> authTypes() {
        return all(ComponentKind.AUTH_TYPES);
    }

    Map<String, RecordSelector> records() {
        return all(ComponentKind.RECORDS);
    }

    Map<String, Pagination> paginations() {
        return all(ComponentKind.PAGINATIONS);
    }

    Map<String, Cursor> cursors() {
        return all(ComponentKind.CURSORS);
    }

    Map<String, EventHandler> handlers() {
        return all(ComponentKind.HANDLERS);
    }

    Map<String, Verifier> verifiers() {
        return all(ComponentKind.VERIFIERS);
    }

    Map<String, Handshake> handshakes() {
        return all(ComponentKind.HANDSHAKES);
    }

    Map<String, Interceptor> interceptors() {
        return all(ComponentKind.INTERCEPTORS);
    }

    @SuppressWarnings("unchecked") // Components are added with the type of their kind.
    private <T> Map<String, T> all(ComponentKind kind) {
        return (Map<String, T>) (Map<String, ?>) all.getOrDefault(kind, Map.of());
    }
}
