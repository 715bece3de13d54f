package io.httpconnector.webhook.subscription;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Secret;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.PresetCatalogue;
import io.httpconnector.polling.PollingEngine;
import io.httpconnector.state.StateStore;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.webhook.DeliveredSecrets;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builder for {@link WebhookSubscription}. A value in a response is located by a JSON Pointer, such as {@code /id}, or by an
 * expression over {@code response} and {@code headers}, such as <code>{{headers['location'] | split('/') | last}}</code>. Not
 * thread-safe; the subscriptions it builds are.
 */
public final class WebhookSubscriptionBuilder {

    private static final String LIST = "list";

    private final String name;
    /** The definition: each method that takes no code sets a member. */
    private final ObjectNode members = JsonNodeFactory.instance.objectNode();

    private final Map<String, Secret> secretParameters = new LinkedHashMap<>();
    private final List<SubscriptionListener> listeners = new ArrayList<>();
    private @Nullable HttpConnection connection;
    private @Nullable URI url;
    private @Nullable StateStore store;
    private @Nullable DeliveredSecrets secrets;
    private @Nullable PollingEngine engine;
    private TimeSource time = TimeSource.SYSTEM;

    WebhookSubscriptionBuilder(String name) {
        this.name = name;
    }

    /**
     * Uses the definition of a well-known service, of which the other methods change parts.
     *
     * @param service one of {@link WebhookSubscription#presets()}
     * @return this builder
     */
    public WebhookSubscriptionBuilder preset(String service) {
        return put(PresetCatalogue.MEMBER, service);
    }

    /**
     * Sets the members of a stored definition.
     *
     * @param json the output of {@link #toJson()}, or an object with a member for each method of this builder that takes no code
     * @return this builder
     */
    public WebhookSubscriptionBuilder definition(JsonNode json) {
        if (!Arguments.notNull(json, "definition").isObject()) {
            throw new InvalidDefinitionException("definition", "it must be a JSON object");
        }
        json.properties()
                .forEach(
                        member -> members.set(member.getKey(), member.getValue().deepCopy()));
        return this;
    }

    /**
     * Returns the definition as JSON, without connection, URL, stores, listeners and time source, which belong to the application.
     *
     * @return JSON that {@link #definition} reads
     */
    public ObjectNode toJson() {
        return members.deepCopy();
    }

    /**
     * Sets the connection that manages the subscription.
     *
     * @param connection a connection, to be closed by its owner after the subscription
     * @return this builder
     */
    public WebhookSubscriptionBuilder connection(HttpConnection connection) {
        this.connection = connection;
        return this;
    }

    /**
     * Sets the public URL of the receiver. It is treated as a secret. When it changes, the subscription is replaced.
     *
     * @param url an absolute URL
     * @return this builder
     */
    public WebhookSubscriptionBuilder url(URI url) {
        this.url = url;
        return this;
    }

    /**
     * Sets the types of events: the pill <code>{{webhook.events}}</code>.
     *
     * @param types the types, as the service names them
     * @return this builder
     */
    public WebhookSubscriptionBuilder events(String... types) {
        return put("events", Arguments.all(types, "types of events"));
    }

    /**
     * Sets the value of a pill <code>{{parameters.NAME}}</code>.
     *
     * @param parameter the name
     * @param value the value, such as a text
     * @return this builder
     */
    public WebhookSubscriptionBuilder parameter(String parameter, Object value) {
        members.withObject("/parameters").set(parameter, JsonSupport.tree(Arguments.notNull(value, "parameter")));
        return this;
    }

    /**
     * Sets the value of a pill <code>{{parameters.NAME}}</code> that is a secret, such as a token in a URL. It is masked in logs and
     * exceptions, and belongs to the application: {@link #toJson()} omits it.
     *
     * @param parameter the name
     * @param value the value
     * @return this builder
     */
    public WebhookSubscriptionBuilder secretParameter(String parameter, Secret value) {
        secretParameters.put(Arguments.notNull(parameter, "parameter"), Arguments.notNull(value, "parameter"));
        return this;
    }

    /**
     * Sets the request that creates a subscription.
     *
     * @param request a template with the pill <code>{{webhook.url}}</code>, and if applicable <code>{{webhook.secret}}</code>,
     *     <code>{{webhook.events}}</code>, <code>{{webhook.id}}</code> (a new id for each attempt), <code>{{webhook.expiry}}</code>
     *     (ISO 8601), <code>{{webhook.lifetimeSeconds}}</code> and <code>{{webhook.name}}</code>
     * @return this builder
     */
    public WebhookSubscriptionBuilder create(RequestTemplate request) {
        return put("create", request);
    }

    /**
     * Sets the location of the id in the response to create.
     *
     * @param location such as {@code /id}; by default, the client chooses the id by <code>{{webhook.id}}</code>
     * @return this builder
     */
    public WebhookSubscriptionBuilder id(String location) {
        return put("id", location);
    }

    /**
     * Sets the location of the secret in the responses to create and rotate, for services that choose it.
     *
     * @param location such as {@code /secret}
     * @return this builder
     */
    public WebhookSubscriptionBuilder secret(String location) {
        return put("secret", location);
    }

    /**
     * Sets the location of the end of the lifetime in the responses to create, renew and check: an ISO 8601 time, or seconds or
     * milliseconds since 1970.
     *
     * @param location such as {@code /expires_at}
     * @return this builder
     */
    public WebhookSubscriptionBuilder expiry(String location) {
        return put("expiry", location);
    }

    /**
     * Sets the location of a further value in the response to create, for the pill <code>{{subscription.NAME}}</code> of later
     * requests.
     *
     * @param value the name of the value
     * @param location such as {@code /resourceId}
     * @return this builder
     */
    public WebhookSubscriptionBuilder value(String value, String location) {
        members.withObject("/values").put(value, location);
        return this;
    }

    /**
     * Sets the request that extends the lifetime. Without it, a subscription that expires is replaced by a new one.
     *
     * @param request a template, also with <code>{{subscription.id}}</code>
     * @return this builder
     */
    public WebhookSubscriptionBuilder renew(RequestTemplate request) {
        return put("renew", request);
    }

    /**
     * Sets the request that reads the subscription.
     *
     * @param request a template with <code>{{subscription.id}}</code>; status 404 or 410 means that it does not exist
     * @return this builder
     */
    public WebhookSubscriptionBuilder check(RequestTemplate request) {
        return put("check", request);
    }

    /**
     * Sets the condition that the service sends events to the subscription; otherwise, it is replaced.
     *
     * @param location a Boolean in the response to check, such as {@code /active}
     * @return this builder
     */
    public WebhookSubscriptionBuilder healthy(String location) {
        return put("healthy", location);
    }

    /**
     * Sets the request that replaces the secret. Without it, the subscription is replaced by a new one.
     *
     * @param request a template with <code>{{subscription.id}}</code> and, unless the service chooses it,
     *     <code>{{webhook.secret}}</code>
     * @return this builder
     */
    public WebhookSubscriptionBuilder rotate(RequestTemplate request) {
        return put("rotate", request);
    }

    /**
     * Sets the request that deletes a subscription.
     *
     * @param request a template with <code>{{subscription.id}}</code>
     * @return this builder
     */
    public WebhookSubscriptionBuilder delete(RequestTemplate request) {
        return put("delete", request);
    }

    /**
     * Sets the request that lists subscriptions, by which ours are found by their URL after a crash.
     *
     * @param request a template
     * @param records the location of the list in the response; empty for the whole response
     * @param id the location of the id in a record
     * @param url the location of the URL of the receiver in a record
     * @return this builder
     */
    public WebhookSubscriptionBuilder list(RequestTemplate request, String records, String id, String url) {
        ObjectNode list = members.withObject("/" + LIST);
        list.set("request", Arguments.notNull(request, "list").toJson());
        list.put("records", records).put("id", id).put("url", url);
        return this;
    }

    /**
     * Sets the lifetime to request by <code>{{webhook.expiry}}</code>, which is also assumed if a response has no expiry.
     *
     * @param lifetime a positive duration
     * @return this builder
     */
    public WebhookSubscriptionBuilder lifetime(Duration lifetime) {
        return put("lifetime", lifetime);
    }

    /**
     * Sets the time between two checks.
     *
     * @param interval 6 hours by default
     * @return this builder
     */
    public WebhookSubscriptionBuilder checkEvery(Duration interval) {
        return put("checkEvery", interval);
    }

    /**
     * Sets how long a replaced secret remains valid, for events that are repeated or still under way.
     *
     * @param overlap 24 hours by default
     * @return this builder
     */
    public WebhookSubscriptionBuilder secretOverlap(Duration overlap) {
        return put("secretOverlap", overlap);
    }

    /**
     * Deletes the previous subscription before its successor is created, for services that allow only one for a URL. Events in
     * between are lost.
     *
     * @return this builder
     */
    public WebhookSubscriptionBuilder deleteFirst() {
        members.put("deleteFirst", true);
        return this;
    }

    /**
     * Sets the store of the state.
     *
     * @param store a durable store, shared by all nodes; by default the state is lost with the process
     * @return this builder
     */
    public WebhookSubscriptionBuilder store(StateStore store) {
        this.store = store;
        return this;
    }

    /**
     * Sets the store of the secrets.
     *
     * @param secrets a durable store, shared by all nodes; required with a {@link #store} if the subscription has a secret
     * @return this builder
     */
    public WebhookSubscriptionBuilder secrets(DeliveredSecrets secrets) {
        this.secrets = secrets;
        return this;
    }

    /**
     * Adds listeners.
     *
     * @param all called by the thread that manages the subscription
     * @return this builder
     */
    public WebhookSubscriptionBuilder listener(SubscriptionListener... all) {
        listeners.addAll(Arguments.all(all, "listeners"));
        return this;
    }

    /**
     * Sets the engine whose threads execute the steps after {@link WebhookSubscription#start()}.
     *
     * @param engine the engine, to be closed by the application; by default {@link PollingEngine#shared()}
     * @return this builder
     */
    public WebhookSubscriptionBuilder engine(PollingEngine engine) {
        this.engine = Arguments.notNull(engine, "engine");
        return this;
    }

    /**
     * Sets the time source, for tests.
     *
     * @param time the system time source by default
     * @return this builder
     */
    public WebhookSubscriptionBuilder timeSource(TimeSource time) {
        this.time = time;
        return this;
    }

    private WebhookSubscriptionBuilder put(String member, @Nullable Object value) {
        Object text = value instanceof RequestTemplate template
                ? template.toJson()
                : value instanceof Duration duration ? duration.toString() : value;
        members.set(member, JsonSupport.tree(Arguments.notNull(text, member)));
        return this;
    }

    /**
     * Builds the subscription. Sends no request.
     *
     * @return the subscription
     * @throws InvalidDefinitionException if a setting is missing or invalid; reports all problems
     */
    public WebhookSubscription build() {
        List<String> problems = new ArrayList<>();
        SubscriptionDefinition definition = SubscriptionDefinition.read(members, secretParameters, problems);
        if (name == null || name.isBlank()) {
            problems.add("name: it is missing");
        }
        if (connection == null) {
            problems.add("connection: it is missing");
        }
        if (url == null || !url.isAbsolute() || url.getHost() == null) {
            problems.add("url: it is missing, or not an absolute URL with a host");
        }
        if (time == null) {
            problems.add("timeSource: it is null");
        }
        if (store != null && secrets == null && definition != null && definition.hasSecret()) {
            problems.add("secrets: the state is durable, but its secrets are not: set their store by secrets(...)");
        }
        if (definition == null || connection == null || url == null || !problems.isEmpty()) {
            throw new InvalidDefinitionException("webhook subscription \"" + name + "\"", problems);
        }
        SubscriptionStore state =
                new SubscriptionStore(store == null ? StateStore.inMemory() : store, WebhookSubscription.stateId(name));
        SubscriptionSecrets known =
                new SubscriptionSecrets(name, state, secrets == null ? new MemorySecrets() : secrets, time);
        SubscriptionNotifier notifier = new SubscriptionNotifier(name, listeners);
        Secret address = Secret.of(url.toString());
        SubscriptionClient client = new SubscriptionClient(name, definition, connection, address, time);
        SubscriptionManager manager =
                new SubscriptionManager(definition, address.reveal(), state, known, client, notifier, time);
        SubscriptionSchedule schedule =
                new SubscriptionSchedule(name, connection.baseUrl(), manager::manage, notifier, time, engine);
        return new WebhookSubscription(new WebhookSubscription.SubscriptionParts(
                name, definition, state, known, manager, notifier, schedule, time));
    }
}
