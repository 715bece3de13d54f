package io.httpconnector.webhook.subscription;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.Headers;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.Secret;
import io.httpconnector.StatusException;
import io.httpconnector.TimeSource;
import io.httpconnector.internal.http.FieldValues;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.text.HttpDate;
import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.text.SecretMatcher;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import io.httpconnector.webhook.subscription.StoredState.Intent;
import io.httpconnector.webhook.subscription.StoredState.Registration;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Sends the requests of a subscription and reads their responses. Thread-safe. */
final class SubscriptionClient {

    private static final int MAX_PAGES = 100;

    /** Smaller differences between the clocks are irrelevant. */
    private static final Duration MIN_SKEW = Duration.ofMinutes(1);

    /** A larger difference is not credible: with such a clock, no certificate would be valid. */
    private static final Duration MAX_SKEW = Duration.ofDays(1);

    private final String name;
    private final SubscriptionDefinition definition;
    private final HttpConnection connection;
    private final Secret url;
    private final TimeSource time;

    /** How far the clock of the service is ahead of ours. */
    private volatile Duration skew = Duration.ZERO;

    /**
     * A created subscription.
     *
     * @param id the id; null if the response has none
     * @param secret the secret that the service has chosen; null if it has not
     * @param expires the end of the lifetime; null if it has none
     * @param failure why the secret could not be read; null if it could, or if there is none to read
     */
    record Created(
            @Nullable String id,
            @Nullable Secret secret,
            @Nullable Instant expires,
            Map<String, JsonNode> values,
            @Nullable ConnectorException failure) {}

    /** A subscription that the service lists. */
    record Listed(String id, String url, @Nullable Instant expires) {}

    /** The state of a subscription at the service. */
    record Checked(boolean healthy, @Nullable Instant expires) {}

    /** The JSON and the header fields of a response. */
    private record Content(JsonNode json, Map<String, String> headers) {}

    SubscriptionClient(
            String name, SubscriptionDefinition definition, HttpConnection connection, Secret url, TimeSource time) {
        this.name = name;
        this.definition = definition;
        this.connection = connection;
        this.url = url;
        this.time = time;
    }

    /** Whether a failure means that the subscription does not exist. */
    static boolean isGone(ConnectorException e) {
        return e instanceof StatusException status && (status.status() == 404 || status.status() == 410);
    }

    Created create(Intent intent, @Nullable Secret secret) {
        Pills pills = pills(intent.attempt(), secret);
        RequestTemplate prepare = definition.prepare();
        if (prepare != null) {
            Content unused = send(prepare, pills, secret, false);
        }
        Content content =
                send(definition.create(), pills, secret, definition.locations().secret() != null);
        rejectError(content, secret);
        SubscriptionDefinition.Locations at = definition.locations();
        Map<String, JsonNode> values = new LinkedHashMap<>();
        if (!definition.parameters().isEmpty()) {
            // Later requests concern the place where it was created, even if the parameters have changed.
            values.put(
                    SubscriptionDefinition.PARAMETERS, definition.parameters().deepCopy());
        }
        at.values().forEach((key, location) -> {
            JsonNode value = location.in(content.json, content.headers);
            if (!value.isMissingNode()) {
                values.put(key, value);
            }
        });
        String id = at.id() == null ? intent.attempt() : at.id().textIn(content.json, content.headers);
        Instant expires = expiry(content);
        try {
            Secret returned = id == null ? null : secretOrRead(content, id, values);
            return new Created(id, returned, expires, values, null);
        } catch (ConnectorException e) {
            // The subscription exists nevertheless.
            return new Created(id, null, expires, values, e);
        }
    }

    /** Throws an exception if the service has rejected the subscription in a response whose status is a success. */
    private void rejectError(Content content, @Nullable Secret secret) {
        ServiceValue location = definition.locations().error();
        JsonNode error =
                location == null ? JsonNodeFactory.instance.missingNode() : location.in(content.json, content.headers);
        String text = error.isTextual() ? error.asText() : error.toString();
        if (!error.isMissingNode() && !error.isNull() && !text.isBlank() && !text.equals("[]")) {
            SecretMatcher hidden = new SecretMatcher(
                    secrets(secret).stream().map(Secret::reveal).toList());
            throw new RejectedSubscriptionException(
                    "The service rejected the subscription: " + LogSafe.visible(hidden.mask(text)));
        }
    }

    /** Returns the secret that the service has chosen, from a response or by a request of its own; null if there is none. */
    private @Nullable Secret secretOrRead(Content content, String id, Map<String, JsonNode> values) {
        Secret returned = secret(content);
        RequestTemplate template = definition.readSecret();
        return returned != null || template == null
                ? returned
                : secret(send(
                        template,
                        pills(id, null).and(SubscriptionDefinition.SUBSCRIPTION, subscription(id, values)),
                        null,
                        true));
    }

    private @Nullable Secret secret(Content content) {
        ServiceValue location = definition.locations().secret();
        String text = location == null ? null : location.textIn(content.json, content.headers);
        return text == null ? null : Secret.of(text);
    }

    /** Returns when a subscription expires by our clock; null if it does not expire. */
    private @Nullable Instant expiry(Content content) {
        ServiceValue location = definition.locations().expiry();
        Instant read = location == null ? null : location.timeIn(content.json, content.headers);
        if (read != null) {
            return read.minus(skew);
        }
        Duration lifetime = definition.lifetime();
        return lifetime == null ? null : time.now().plus(lifetime);
    }

    /** Extends the lifetime; returns its new end, or null if it has none. */
    @Nullable Instant renew(RequestTemplate template, Registration registration, @Nullable Secret secret) {
        return expiry(send(template, pills(registration, secret), secret, false));
    }

    /** Replaces the secret; returns the one that the service has chosen, or null if it is the given one. */
    @Nullable Secret rotate(RequestTemplate template, Registration registration, @Nullable Secret next) {
        Content content = send(
                template,
                pills(registration, next),
                next,
                definition.locations().secret() != null);
        return secretOrRead(content, registration.id(), registration.values());
    }

    Checked check(RequestTemplate template, Registration registration) {
        Content content = send(template, pills(registration, null), null, false);
        ServiceValue healthy = definition.locations().healthy();
        ServiceValue expiry = definition.locations().expiry();
        Instant expires = expiry == null ? null : expiry.timeIn(content.json, content.headers);
        return new Checked(
                healthy == null || healthy.in(content.json, content.headers).asBoolean(),
                expires == null ? null : expires.minus(skew));
    }

    /** Deletes a subscription; one that does not exist is deleted already. */
    void delete(RequestTemplate template, Registration registration) {
        try {
            Content unused = send(template, pills(registration, null), null, false);
        } catch (ConnectorException e) {
            if (!isGone(e)) {
                throw e;
            }
        }
    }

    /** Lists the subscriptions that match, whatever their URL is. */
    List<Listed> list(SubscriptionList list) {
        List<Listed> all = new ArrayList<>();
        String next = null;
        for (int page = 0; page < MAX_PAGES; page++) {
            ObjectNode pageValue = JsonNodeFactory.instance.objectNode();
            if (next != null) {
                pageValue.put("next", next);
            }
            Pills pills = pills("", null).and(SubscriptionList.PAGE, pageValue);
            Content content = next != null && next.matches("https?://.*")
                    ? send(Request.get(next), null, false)
                    : send(list.request(), pills, null, false);
            for (JsonNode record : list.records().in(content.json, content.headers)) {
                add(list, record, pills, all);
            }
            String following = list.next() == null ? null : list.next().textIn(content.json, content.headers);
            if (following == null || following.equals(next)) {
                return all;
            }
            next = following;
        }
        throw new ConnectorException("There are more than " + MAX_PAGES + " pages of webhook subscriptions");
    }

    private void add(SubscriptionList list, JsonNode record, Pills pills, List<Listed> all) {
        String id = list.id().textIn(record, Map.of());
        boolean matches = list.matching().entrySet().stream()
                .allMatch(one -> one.getKey()
                        .in(record, Map.of())
                        .asText()
                        .equals(one.getValue().evaluate(pills).asText()));
        JsonNode whole = id == null || !matches ? null : whole(list, id, record);
        if (id == null || whole == null) {
            return;
        }
        String found = list.url() == null ? url.reveal() : list.url().textIn(whole, Map.of());
        if (found != null) {
            Instant expires = list.expiry() == null ? null : list.expiry().timeIn(whole, Map.of());
            all.add(new Listed(id, found, expires == null ? null : expires.minus(skew)));
        }
    }

    /** Returns a listed record with all its values; null if it does not exist any more. */
    private @Nullable JsonNode whole(SubscriptionList list, String id, JsonNode record) {
        RequestTemplate read = list.read();
        if (read == null) {
            return record;
        }
        try {
            return send(
                            read,
                            pills(id, null).and(SubscriptionDefinition.SUBSCRIPTION, subscription(id, Map.of())),
                            null,
                            false)
                    .json;
        } catch (ConnectorException e) {
            if (!isGone(e)) {
                throw e;
            }
            return null;
        }
    }

    private Pills pills(Registration registration, @Nullable Secret secret) {
        JsonNode parameters = registration.values().get(SubscriptionDefinition.PARAMETERS);
        return pills(registration.id(), secret, parameters == null ? definition.parameters() : parameters)
                .and(SubscriptionDefinition.SUBSCRIPTION, subscription(registration.id(), registration.values()));
    }

    private static ObjectNode subscription(String id, Map<String, JsonNode> values) {
        ObjectNode subscription = JsonNodeFactory.instance.objectNode();
        values.forEach(subscription::set);
        return subscription.put("id", id);
    }

    private Pills pills(String attempt, @Nullable Secret secret) {
        return pills(attempt, secret, definition.parameters());
    }

    private Pills pills(String attempt, @Nullable Secret secret, JsonNode given) {
        ObjectNode webhook = JsonNodeFactory.instance
                .objectNode()
                .put("name", name)
                .put("url", url.reveal())
                .put("id", attempt);
        if (secret != null) {
            webhook.put("secret", secret.reveal());
        }
        definition.events().forEach(webhook.putArray("events")::add);
        Duration lifetime = definition.lifetime();
        if (lifetime != null) {
            webhook.put("expiry", time.now().plus(lifetime).plus(skew).toString());
            webhook.put("lifetimeSeconds", lifetime.toSeconds());
        }
        ObjectNode parameters = given.deepCopy();
        definition.secretParameters().forEach((key, value) -> parameters.put(key, value.reveal()));
        return Pills.of(SubscriptionDefinition.WEBHOOK, webhook).and(SubscriptionDefinition.PARAMETERS, parameters);
    }

    /** Returns what must not appear in logs and exceptions. */
    private List<Secret> secrets(@Nullable Secret secret) {
        List<Secret> all = new ArrayList<>(definition.secretParameters().values());
        all.add(url);
        if (secret != null) {
            all.add(secret);
        }
        return all;
    }

    private Content send(RequestTemplate template, Pills pills, @Nullable Secret secret, boolean returnsSecret) {
        return send(template.render(pills), secret, returnsSecret);
    }

    private Content send(Request request, @Nullable Secret secret, boolean returnsSecret) {
        Request masked = request.masking(secrets(secret).toArray(Secret[]::new));
        try {
            Response response = connection.send(returnsSecret ? masked.secretResponse() : masked);
            learnSkew(response.headers());
            JsonNode json = response.bytes().length == 0
                    ? JsonNodeFactory.instance.missingNode()
                    : JsonSupport.readLenient(response.text());
            return new Content(json, FieldValues.byName(response.headers()));
        } catch (StatusException e) {
            learnSkew(e.headers());
            throw e;
        }
    }

    /** Compares the clocks. */
    private void learnSkew(Headers headers) {
        Optional<Instant> date = headers.first("Date").map(HttpDate::parse);
        date.ifPresent(at -> {
            Duration difference = Duration.between(time.now(), at);
            boolean isCredible =
                    difference.abs().compareTo(MIN_SKEW) > 0 && difference.abs().compareTo(MAX_SKEW) < 0;
            skew = isCredible ? difference : Duration.ZERO;
        });
    }
}
