package io.httpconnector.webhook;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.Arguments;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The handlers of the tenants that share one webhook URL, as services with one URL per application need: Slack, Stripe Connect,
 * GitHub Apps. The {@linkplain WebhookReceiverBuilder#tenant tenant} of an event selects its handler. Tenants can be added and
 * removed at any time, by any thread. Thread-safe.
 *
 * <pre>{@code
 * TenantRoutes workspaces = TenantRoutes.create();
 * WebhookReceiver slack = WebhookReceiver.named("slack")
 *         .verify(Signatures.slack(signingSecret))
 *         .tenant(ValueSelector.body("/team_id").or(ValueSelector.body("/payload/team/id")))
 *         .tenants(workspaces)
 *         .build();
 * workspaces.add("T0001", event -> acme.handle(event.payload()));
 * }</pre>
 *
 * <p>Events of tenants without a handler are acknowledged, reported to {@link WebhookListener#onUnknownTenant} and counted, unless
 * {@link Builder#unknownResponse} refuses them.
 */
public final class TenantRoutes {

    private static final int MAX_LENGTH = 255;

    /** Stands for the handler of a tenant that is being added. */
    private static final WebhookHandler EXPECTED = event -> {
        throw new IllegalStateException("The tenant is being added");
    };

    private final ConcurrentMap<String, WebhookHandler> handlers = new ConcurrentHashMap<>();
    private final LongAdder unknownEvents = new LongAdder();
    private final @Nullable Function<String, Optional<WebhookHandler>> lookup;
    private final @Nullable WebhookResponse unknownResponse;
    private final boolean ignoresCase;

    private TenantRoutes(Builder builder) {
        this.lookup = builder.lookup;
        this.unknownResponse = builder.unknownResponse;
        this.ignoresCase = builder.ignoresCase;
    }

    /**
     * Creates routes without tenants, with the defaults of {@link #builder()}.
     *
     * @return the routes
     */
    public static TenantRoutes create() {
        return builder().build();
    }

    /**
     * Creates a builder for routes.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** Builder for {@link TenantRoutes}. Not thread-safe. */
    public static final class Builder {

        private @Nullable Function<String, Optional<WebhookHandler>> lookup;
        private @Nullable WebhookResponse unknownResponse;
        private boolean ignoresCase;

        private Builder() {}

        /**
         * Ignores the case of tenants, as for domains. By default, {@code T0001} and {@code t0001} are different tenants.
         *
         * @return this builder
         */
        public Builder ignoreCase() {
            this.ignoresCase = true;
            return this;
        }

        /**
         * Sets the response to events of tenants without a handler. By default, they are acknowledged like others, because services
         * disable a URL that fails often.
         *
         * @param response a 2xx response to acknowledge the events; any other one, such as {@code WebhookResponse.of(503)}, if the
         *     service must repeat them until the tenant is added
         * @return this builder
         */
        public Builder unknownResponse(WebhookResponse response) {
            this.unknownResponse = Arguments.notNull(response, "response to events of unknown tenants");
            return this;
        }

        /**
         * Sets a function that finds the handlers of tenants that were not added, such as in a cache of a database. Called several
         * times with each event, so it must be fast. If it throws, the sender is asked to repeat the request.
         *
         * @param function returns the handler of a tenant, or empty if the tenant is unknown; tenants are in lower case if case is
         *     ignored
         * @return this builder
         */
        public Builder lookup(Function<String, Optional<WebhookHandler>> function) {
            this.lookup = Arguments.notNull(function, "lookup of tenants");
            return this;
        }

        /**
         * Builds the routes.
         *
         * @return routes without tenants
         */
        public TenantRoutes build() {
            return new TenantRoutes(this);
        }
    }

    /**
     * Adds a tenant, or replaces its handler.
     *
     * @param tenant the value in the events of the tenant; {@code "123"} also for the number 123
     * @param handler handles the events of the tenant, called by many threads
     * @throws InvalidDefinitionException if the tenant is empty or longer than 255 characters, or the handler is null
     */
    public void add(String tenant, WebhookHandler handler) {
        handlers.put(key(tenant), Arguments.notNull(handler, "handler"));
    }

    /**
     * Announces a tenant that is being added: until {@link #add} or {@link #remove}, its events are refused with status 503, so that
     * the service repeats them. Has no effect if the tenant has a handler.
     *
     * @param tenant the value in the events of the tenant
     * @throws InvalidDefinitionException if the tenant is empty or longer than 255 characters
     */
    public void expect(String tenant) {
        handlers.putIfAbsent(key(tenant), EXPECTED);
    }

    /**
     * Removes a tenant. An event that is being handled is finished; those in an inbox are treated like those of unknown tenants.
     *
     * @param tenant the value in the events of the tenant
     * @return whether the tenant had a handler or was expected
     * @throws InvalidDefinitionException if the tenant is empty or longer than 255 characters
     */
    public boolean remove(String tenant) {
        return handlers.remove(key(tenant)) != null;
    }

    /**
     * Returns the tenants that were added or are expected.
     *
     * @return the tenants, sorted; in lower case if case is ignored
     */
    public Set<String> tenants() {
        return new TreeSet<>(handlers.keySet());
    }

    /**
     * Returns the number of events without a known tenant: a repetition of an acknowledged event is not counted again, that of a
     * refused one is.
     *
     * @return the number since this object was created
     */
    public long unknownEvents() {
        return unknownEvents.sum();
    }

    private String key(String tenant) {
        if (tenant == null || tenant.isEmpty() || tenant.length() > MAX_LENGTH) {
            throw new InvalidDefinitionException(
                    "tenant of webhooks", List.of("the tenant is empty or too long, use 1 to 255 characters"));
        }
        return normalized(tenant);
    }

    private String normalized(String tenant) {
        return ignoresCase ? tenant.toLowerCase(Locale.ROOT) : tenant;
    }

    /** Returns the first of the values that is a known tenant; otherwise the first value, or empty if there is none. */
    String select(List<String> values) {
        List<String> usable = values.stream()
                .filter(value -> !value.isEmpty() && value.length() <= MAX_LENGTH)
                .map(this::normalized)
                .distinct()
                .toList();
        if (usable.size() > 1) {
            for (String value : usable) {
                if (find(value).isPresent()) {
                    return value;
                }
            }
        }
        return usable.isEmpty() ? "" : usable.get(0);
    }

    private Optional<WebhookHandler> find(String tenant) {
        if (tenant.isEmpty()) {
            return Optional.empty();
        }
        WebhookHandler handler = handlers.get(tenant);
        if (handler != null) {
            return Optional.of(handler);
        }
        return lookup == null ? Optional.empty() : lookup.apply(tenant);
    }

    boolean hasHandler(String tenant) {
        return find(tenant).filter(handler -> !handler.equals(EXPECTED)).isPresent();
    }

    /** Whether the tenant is being added. */
    boolean isExpected(String tenant) {
        return EXPECTED.equals(handlers.get(tenant));
    }

    /** Returns the response to events of unknown tenants; null to respond as to others. */
    @Nullable WebhookResponse unknownResponse() {
        return unknownResponse;
    }

    void countUnknown() {
        unknownEvents.increment();
    }

    /** Handles an event of a known tenant. */
    void handle(WebhookEvent event) throws Exception {
        WebhookHandler handler = find(event.tenant())
                .orElseThrow(() -> new IllegalStateException(
                        "The tenant \"" + Texts.visible(event.tenant()) + "\" has no handler"));
        handler.handle(event);
    }

    /** Returns the number of tenants. */
    @Override
    public String toString() {
        return "routes of " + handlers.size() + " tenants";
    }
}
