package io.httpconnector.operation;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.StatusException;
import io.httpconnector.internal.http.Url;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.operation.OperationClient.Observed;
import io.httpconnector.operation.OperationException.Context;
import io.httpconnector.operation.OperationException.OperationFailure;
import io.httpconnector.polling.PagedRequest;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The result of an operation that has ended. It is requested each time a method is called. A URL from the service, such as a
 * pre-signed one, receives credentials only if it has the origin of the connection; if it has expired, the status is requested
 * once more for another one. Thread-safe.
 */
public final class OperationResult {

    private static final Set<Integer> EXPIRED = Set.of(400, 401, 403, 404, 410);

    private final OperationClient client;
    private final OperationReference reference;
    /** The URL against which links in the status response are resolved. */
    private final String base;

    private volatile OperationStatus status;

    OperationResult(OperationClient client, OperationReference reference, OperationStatus status, String base) {
        this.base = base;
        this.client = client;
        this.reference = reference;
        this.status = status;
    }

    /**
     * Returns the id of the operation.
     *
     * @return the id; its status URL if it has no id
     */
    public String id() {
        return reference.label();
    }

    /**
     * Returns the last status.
     *
     * @return the status
     */
    public OperationStatus status() {
        return status;
    }

    /**
     * Returns the result as JSON: the response to the result request, or the last status response if the definition has no result.
     *
     * @return the JSON; a missing node for an empty response
     * @throws OperationException if the result has expired
     * @throws ConnectorException if the request fails
     */
    public JsonNode json() {
        return isStatusResponse() ? status.response() : response().json();
    }

    /**
     * Returns the result as text: the body of the response to the result request, or the last status response.
     *
     * @return the text; empty for an empty response
     * @throws OperationException if the result has expired
     * @throws ConnectorException if the request fails
     */
    public String text() {
        if (!isStatusResponse()) {
            return response().text();
        }
        return status.response().isMissingNode() ? "" : status.response().toString();
    }

    /**
     * Requests the result.
     *
     * @return the response
     * @throws OperationException if the result has expired, has several URLs or none
     * @throws ConnectorException if the request fails
     */
    public Response response() {
        return single(client.connection()::send);
    }

    /**
     * Downloads the result to a file; see {@link HttpConnection#download}.
     *
     * @param file the target file, which is replaced if it exists; its directory must exist
     * @return the response, without its body
     * @throws OperationException if the result has expired, has several URLs or none
     * @throws ConnectorException if the request fails, or the file cannot be written
     */
    public Response download(Path file) {
        return single(request -> client.connection().download(request, file));
    }

    /**
     * Requests the records of the result, from all its URLs and pages, when the stream is consumed.
     *
     * @return a sequential, ordered stream; it throws as {@link PagedRequest#records} does
     */
    public Stream<JsonNode> records() {
        ResultSettings settings = client.definition().result();
        RequestTemplate request = settings.request();
        if (request != null) {
            return PagedRequest.of(request, settings.records()).records(client.connection(), pills());
        }
        if (settings.url() == null) {
            return paged(client.statusRequest(reference)).records(client.connection());
        }
        return Stream.of(settings).flatMap(any -> urls().stream()).flatMap(this::recordsAt);
    }

    /** The request for the result; for the status response, it is requested once more. */
    Request firstRequest() {
        RequestTemplate template = client.definition().result().request();
        if (template != null) {
            return template.render(pills());
        }
        return isStatusResponse() ? client.statusRequest(reference) : request(url());
    }

    private Stream<JsonNode> recordsAt(String url) {
        return paged(request(url)).records(client.connection());
    }

    private PagedRequest paged(Request request) {
        return PagedRequest.of(request, client.definition().result().records());
    }

    private boolean isStatusResponse() {
        ResultSettings settings = client.definition().result();
        return settings.request() == null && (settings.url() == null || (settings.optional() && urls().isEmpty()));
    }

    private <T> T single(Function<Request, T> send) {
        RequestTemplate template = client.definition().result().request();
        if (template != null) {
            return sent(send, template.render(pills()));
        }
        try {
            return send.apply(request(url()));
        } catch (StatusException e) {
            if (!EXPIRED.contains(e.status())) {
                throw e;
            }
        }
        refresh();
        return sent(send, request(url()));
    }

    private <T> T sent(Function<Request, T> send, Request request) {
        try {
            return send.apply(request);
        } catch (StatusException e) {
            if (!EXPIRED.contains(e.status())) {
                throw e;
            }
            throw new OperationException(
                    OperationFailure.RESULT_EXPIRED,
                    "The result of operation " + OperationException.shown(id()) + " is not available (any more): "
                            + e.getMessage(),
                    Context.of(id(), status, e),
                    e);
        }
    }

    /** Requests the status for another URL. */
    private void refresh() {
        Observed observed = client.status(reference);
        if (observed.status().state() == OperationStatus.OperationState.DONE) {
            status = observed.status();
        }
    }

    private Pills pills() {
        return client.pills(reference).and(OperationDefinition.STATUS, status.response());
    }

    private String url() {
        List<String> urls = urls();
        if (urls.size() != 1) {
            throw new OperationException(
                    OperationFailure.NO_RESULT,
                    "The result of operation " + OperationException.shown(id()) + " has "
                            + (urls.isEmpty()
                                    ? "no URL at "
                                            + client.definition().result().url() + ": correct result.url"
                                    : urls.size() + " URLs: read it by records()"),
                    new Context(id(), status, null));
        }
        return urls.get(0);
    }

    /** The URLs of the result. */
    private List<String> urls() {
        ResponseValue location = client.definition().result().url();
        if (location == null) {
            throw new OperationException(
                    OperationFailure.NO_RESULT,
                    "The result of operation " + OperationException.shown(id())
                            + " is its last status response: use json(), or define result.url or result.request",
                    new Context(id(), status, null));
        }
        List<String> urls = new ArrayList<>();
        JsonNode found = location.inRecord(status.response(), reference.pill());
        for (JsonNode one : found.isArray() ? found : List.of(found)) {
            String text = JsonSupport.scalarText(one);
            if (text != null) {
                urls.add(resolved(text));
            }
        }
        return urls;
    }

    /** The request for a URL that the service has chosen, whose query may be a credential. */
    private Request request(String url) {
        return Request.get(url).named(client.definition().name() + " result").maskingQueries();
    }

    /** Resolves a URL, which must not lead from https to http. */
    private String resolved(String link) {
        Url target;
        try {
            target = Url.parseReference(base).redirectedTo(link);
        } catch (InvalidDefinitionException e) {
            throw new OperationException(
                    OperationFailure.UNEXPECTED_RESPONSE,
                    "The URL of the result of operation " + OperationException.shown(id()) + " is not valid",
                    new Context(id(), status, null),
                    e);
        }
        if (!target.isSecure() && Url.parseReference(base).isSecure()) {
            throw new OperationException(
                    OperationFailure.FOREIGN_URL,
                    "The URL of the result of operation " + OperationException.shown(id())
                            + " leads from https to http: only the service can correct it",
                    new Context(id(), status, null));
        }
        return target.origin() + target.path() + (target.query() == null ? "" : "?" + target.query());
    }
}
