package io.httpconnector.operation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.RetryPolicy;
import io.httpconnector.internal.http.HostPattern;
import io.httpconnector.internal.http.Url;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.limits.RetryAfter;
import io.httpconnector.operation.OperationException.Context;
import io.httpconnector.operation.OperationException.OperationFailure;
import io.httpconnector.operation.OperationStatus.OperationState;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Sends the requests of an operation and reads their responses. Thread-safe. */
final class OperationClient {

    private static final Duration MIN_LIMIT = Duration.ofMillis(1);
    private static final Duration MAX_LIMIT = Duration.ofHours(24);

    private final OperationDefinition definition;
    private final HttpConnection connection;
    private final Pills pills;

    /**
     * A status response.
     *
     * @param reference the operation, possibly at another status URL
     * @param retryAfter the delay that the service requests; null if it does not
     */
    record Observed(
            OperationReference reference,
            OperationStatus status,
            ResponseContent content,
            @Nullable Duration retryAfter) {

        /** The URL against which links in the response are resolved. */
        String base() {
            return content.response().resolve("").toString();
        }
    }

    /**
     * A started operation.
     *
     * @param observed the first status, if the response to the start has it; null if not
     * @param retryAfter the delay that the service requests; null if it does not
     */
    record StartedOperation(
            OperationReference reference,
            @Nullable Observed observed,
            @Nullable Duration retryAfter) {}

    OperationClient(OperationDefinition definition, HttpConnection connection, Pills pills) {
        this.definition = definition;
        this.connection = connection;
        this.pills = pills.and(OperationDefinition.PARAMETERS, definition.parameters());
    }

    OperationDefinition definition() {
        return definition;
    }

    HttpConnection connection() {
        return connection;
    }

    Pills pills(OperationReference reference) {
        return pills.and(OperationDefinition.OPERATION, reference.pill());
    }

    private Pills pillsBeforeStart(String key) {
        return pills.and(OperationDefinition.OPERATION, OperationReference.pillBeforeStart(key));
    }

    /**
     * Starts the operation.
     *
     * @param key the unique key of the run
     * @param limit the maximum time of the request; null for that of the template or connection. With a limit, a start whose
     *     outcome is unknown is not retried, unless the definition permits it
     * @throws OperationException if the response has neither id nor status URL, or reports an error
     */
    StartedOperation start(String key, @Nullable Duration limit) {
        Request request = definition.start().render(pillsBeforeStart(key));
        if (definition.idempotencyKey()) {
            request = request.idempotencyKey(key);
        }
        if (limit != null && definition.startTimeout() == null) {
            request = request.timeout(limit);
        }
        if (limit != null && !definition.isRepeatable()) {
            request = request.retry(RetryPolicy.none());
        }
        Request accepted = definition.startIsStatus()
                ? request.acceptStatus(definition.states().accepted())
                : request;
        ResponseContent content = ResponseContent.of(connection.send(accepted));
        ObjectNode before = OperationReference.pillBeforeStart(key);
        ResponseValue startError = definition.startError();
        if (startError != null && startError.isPresentIn(content, before)) {
            throw new OperationException(
                    OperationFailure.REJECTED,
                    summary(content) + ": the service did not start the operation: "
                            + message(startError, content, before),
                    Context.of(content.response()));
        }
        ObjectNode values = JsonNodeFactory.instance.objectNode();
        definition.values().forEach((name, location) -> {
            JsonNode value = location.in(content, before);
            if (!value.isMissingNode() && !value.isNull()) {
                values.set(name, value);
            }
        });
        String id = definition.id() == null ? null : definition.id().textIn(content, before);
        String link =
                definition.statusUrl() == null ? null : definition.statusUrl().textIn(content, before);
        String url = link == null ? null : resolved(content.response(), link);
        OperationReference reference = new OperationReference(
                id, url, values, key, connection.timeSource().now());
        Observed observed = definition.startIsStatus() ? observe(reference, content) : null;
        boolean isEnded = observed != null && observed.status().state().isFinal();
        if (!isEnded && !isComplete(reference)) {
            throw missingId(content);
        }
        if (url != null) {
            requireAllowed(reference, url, content.response());
        }
        return new StartedOperation(reference, observed, retryAfter(content.response()));
    }

    /** Returns what identifies an operation that was started elsewhere. */
    OperationReference attached(String id) {
        boolean isUrl = definition.status() == null;
        String url = isUrl ? id : null;
        if (url != null && Url.parse(url).host() == null) {
            throw new InvalidDefinitionException(
                    "operation \"" + definition.name() + "\"", "the status URL must be absolute");
        }
        return new OperationReference(
                isUrl ? null : id,
                url,
                JsonNodeFactory.instance.objectNode(),
                OperationKeys.newKey(),
                connection.timeSource().now());
    }

    /** Whether the status can be requested. */
    private boolean isComplete(OperationReference reference) {
        RequestTemplate status = definition.status();
        return status == null
                ? reference.url() != null
                : reference.id() != null || !OperationDefinition.uses(status, OperationDefinition.OPERATION + ".id");
    }

    private OperationException missingId(ResponseContent content) {
        String where = Stream.of(definition.id(), definition.statusUrl())
                .filter(Objects::nonNull)
                .map(ResponseValue::toString)
                .reduce((one, other) -> one + " or " + other)
                .orElse("the configured location");
        return new OperationException(
                OperationFailure.MISSING_ID,
                summary(content) + ": the service may have started an operation, but the response has no value at "
                        + where + ": correct the members id and statusUrl",
                Context.of(content.response()));
    }

    private static String resolved(Response response, String link) {
        try {
            return response.resolve(link).toString();
        } catch (InvalidDefinitionException e) {
            throw new OperationException(
                    OperationFailure.UNEXPECTED_RESPONSE,
                    response.exchange().summary() + ": the URL in the response is not valid",
                    Context.of(response),
                    e);
        }
    }

    /** Requires that a status URL has the origin of the response that contains it, or an allowed host. */
    private void requireAllowed(OperationReference reference, String url, Response response) {
        URI own = response.resolve("/");
        Url target = Url.parseAbsolute(url);
        boolean isAllowed = target.sameOrigin(Url.parseAbsolute(own.toString()))
                || (definition.hosts().stream()
                                .anyMatch(pattern ->
                                        matches(pattern, target.origin().host()))
                        && isSecureEnough(own, target));
        if (!isAllowed) {
            throw new OperationException(
                    OperationFailure.FOREIGN_URL,
                    response.exchange().summary() + ": the status URL is on " + target.origin()
                            + ", another origin than "
                            + Url.parseAbsolute(own.toString()).origin()
                            + ": if that is intended, allow it by hosts",
                    new Context(reference.label(), null, response.exchange()));
        }
    }

    private static boolean matches(HostPattern pattern, String host) {
        InetAddress address = HostPattern.literal(host);
        return address == null ? pattern.matchesName(host) : pattern.matchesAddress(address);
    }

    private static boolean isSecureEnough(URI own, Url target) {
        return target.isSecure() || "http".equals(own.getScheme());
    }

    Request statusRequest(OperationReference reference) {
        return statusTemplate(reference).render(pills(reference));
    }

    /** Returns the template of the status request. */
    RequestTemplate statusTemplate(OperationReference reference) {
        RequestTemplate template = definition.status();
        return template == null
                ? literal(definition.name() + " status", Objects.requireNonNull(reference.url(), "status URL"))
                : template;
    }

    /** Returns a template for a URL that the service has chosen: braces in it are no pills. */
    static RequestTemplate literal(String name, String url) {
        return RequestTemplate.named(name)
                .delimiters("\u0001", "\u0002")
                .get(url)
                .build();
    }

    /** Requests the status. */
    Observed status(OperationReference reference) {
        return status(reference, MAX_LIMIT);
    }

    /**
     * Requests the status.
     *
     * @param left the time that the operation has left
     */
    Observed status(OperationReference reference, Duration left) {
        Request request = statusRequest(reference);
        Duration shorter = left.compareTo(MAX_LIMIT) < 0 ? left : MAX_LIMIT;
        Response response = connection.send(
                request.acceptStatus(definition.states().accepted()),
                shorter.compareTo(MIN_LIMIT) < 0 ? MIN_LIMIT : shorter);
        return observe(reference, ResponseContent.of(response));
    }

    private Observed observe(OperationReference reference, ResponseContent content) {
        JsonNode pill = reference.pill();
        OperationState state = definition.states().classify(content, pill, reference.label());
        ResponseValue progress = definition.progress();
        OperationStatus status = new OperationStatus(
                reference.label(),
                state,
                definition.states().value(content, pill),
                progress == null ? OperationDefinition.NOTHING : progress.in(content, pill),
                content.json());
        return new Observed(moved(reference, state, content), status, content, retryAfter(content.response()));
    }

    /** A response with status 202 may have another status URL for the next request. */
    private OperationReference moved(OperationReference reference, OperationState state, ResponseContent content) {
        ResponseValue location = definition.statusUrl();
        if (location == null
                || definition.status() != null
                || state != OperationState.RUNNING
                || content.response().status() != 202) {
            return reference;
        }
        String link = location.textIn(content, reference.pill());
        if (link == null) {
            return reference;
        }
        String url = resolved(content.response(), link);
        requireAllowed(reference, url, content.response());
        return reference.at(url);
    }

    private @Nullable Duration retryAfter(Response response) {
        return RetryAfter.of(response.headers(), connection.timeSource().now());
    }

    /** Returns the exception for an operation that has ended without a result. */
    OperationException failure(OperationReference reference, Observed observed) {
        ResponseValue error = definition.error();
        String message = error == null ? "" : message(error, observed.content(), reference.pill());
        boolean isAborted = observed.status().state() == OperationState.ABORTED;
        return new OperationException(
                isAborted ? OperationFailure.ABORTED : OperationFailure.FAILED,
                summary(observed.content()) + ": operation " + OperationException.shown(reference.label())
                        + (isAborted ? " was aborted" : " has failed") + " ("
                        + OperationException.shown(observed.status().value()) + ")"
                        + (message.isEmpty() ? "" : ": " + message),
                Context.of(
                        reference.label(), observed.status(), observed.content().response()));
    }

    private static String message(ResponseValue location, ResponseContent content, JsonNode pill) {
        JsonNode value = location.in(content, pill);
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        String text = value.isValueNode() ? value.asText() : value.toString();
        return OperationException.shown(content.response().withoutSecrets(text));
    }

    private static String summary(ResponseContent content) {
        return content.response().exchange().summary();
    }

    /** Sends the requests after the start. */
    void upload(OperationReference reference) {
        for (RequestTemplate template : definition.upload()) {
            Response unused = connection.send(template.render(pills(reference)));
        }
    }

    /** Sends the request to abort the operation; returns false if the service does not know it, or cannot abort it any more. */
    boolean abort(OperationReference reference) {
        RequestTemplate template = definition.abort();
        if (template == null) {
            throw new InvalidDefinitionException(
                    "operation \"" + definition.name() + "\"", "it has no request abort: define one");
        }
        Response response = connection.send(template.render(pills(reference)).acceptStatus(404, 409, 410));
        return response.status() < 400;
    }

    /** Sends the request to delete the operation at the service; returns false if the service does not know it any more. */
    boolean delete(OperationReference reference) {
        RequestTemplate template = definition.delete();
        if (template == null) {
            throw new InvalidDefinitionException(
                    "operation \"" + definition.name() + "\"", "it has no request delete: define one");
        }
        Response response = connection.send(template.render(pills(reference)).acceptStatus(404, 410));
        return response.status() < 400;
    }

    /** Finds an operation whose start had no response; empty if the service has none. */
    Optional<OperationReference> find(String key, FindSettings find) {
        Pills known = pillsBeforeStart(key);
        ObjectNode pill = OperationReference.pillBeforeStart(key);
        try (Stream<JsonNode> all = find.list().records(connection, known)) {
            return all.filter(record -> find.matching().entrySet().stream()
                            .allMatch(one -> one.getKey()
                                    .inRecord(record, pill)
                                    .asText("")
                                    .equals(one.getValue().evaluate(known).asText(""))))
                    .map(record -> reference(find, record, key, pill))
                    .flatMap(Optional::stream)
                    .findFirst();
        }
    }

    private Optional<OperationReference> reference(FindSettings find, JsonNode record, String key, ObjectNode pill) {
        String id = find.id() == null ? null : JsonSupport.scalarText(find.id().inRecord(record, pill));
        String url = find.statusUrl() == null
                ? null
                : JsonSupport.scalarText(find.statusUrl().inRecord(record, pill));
        if (id == null && url == null) {
            return Optional.empty();
        }
        // The values of the response to the start are unknown, unless the record has them at the same location.
        ObjectNode values = JsonNodeFactory.instance.objectNode();
        definition.values().forEach((name, location) -> {
            JsonNode value = location.inRecord(record, pill);
            if (!value.isMissingNode() && !value.isNull()) {
                values.set(name, value);
            }
        });
        return Optional.of(new OperationReference(
                id, url, values, key, connection.timeSource().now()));
    }
}
