package io.httpconnector.operation;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.StatusException;
import io.httpconnector.internal.http.Url;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.operation.OperationClient.Observed;
import io.httpconnector.operation.OperationException.Context;
import io.httpconnector.operation.OperationException.OperationFailure;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RequestTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Locates the URLs of a result: in the last status response, or in the response to the result request. An expired URL is replaced
 * by that of another response. Thread-safe.
 */
final class ResultLocation {

    private static final Set<Integer> EXPIRED = Set.of(400, 401, 403, 404, 410);

    private final OperationClient client;
    private final OperationReference reference;
    private final ResultSettings settings;
    /** The URL against which links in the status response are resolved. */
    private final String base;

    private volatile OperationStatus status;

    /**
     * The URLs of a result.
     *
     * @param isStated whether the response has the member for them; null and an empty list state that there are none
     */
    private record Located(List<String> urls, boolean isStated) {}

    ResultLocation(OperationClient client, OperationReference reference, OperationStatus status, String base) {
        this.client = client;
        this.reference = reference;
        this.settings = client.definition().result();
        this.base = base;
        this.status = status;
    }

    OperationStatus status() {
        return status;
    }

    private String id() {
        return OperationException.shown(reference.label());
    }

    private Context context() {
        return new Context(reference.label(), status, null);
    }

    /** Whether the last status response is the result. */
    boolean isStatusResponse() {
        return settings.request() == null && (settings.url() == null || (settings.optional() && urls().isEmpty()));
    }

    /** Whether the response to the result request is the result. */
    boolean isRequested() {
        return settings.request() != null && settings.url() == null;
    }

    /** Returns the result request; the service may redirect it to a URL whose query is a credential. */
    Request request(RequestTemplate template) {
        return template.render(pills()).maskingQueries();
    }

    /** Returns the values of the result request. */
    Pills pills() {
        return client.pills(reference).and(OperationDefinition.STATUS, status.response());
    }

    /** Returns the URLs of the result, whose response is requested if the status response does not have them. */
    List<String> urls() {
        return locate().urls;
    }

    private Located locate() {
        RequestTemplate template = settings.request();
        ResponseValue location = settings.url();
        if (location == null) {
            throw new OperationException(
                    OperationFailure.NO_RESULT,
                    "The result of operation " + id()
                            + " is its last status response: use json(), or define result.url or result.request",
                    context());
        }
        if (template == null) {
            return located(location.inRecord(status.response(), reference.pill()), base);
        }
        Response response = sent(client.connection()::send, request(template));
        JsonNode found = location.in(ResponseContent.of(response), reference.pill());
        return located(found, response.resolve("").toString());
    }

    private Located located(JsonNode found, String from) {
        if (found.isNull() || found.isMissingNode()) {
            return new Located(List.of(), found.isNull());
        }
        List<String> urls = new ArrayList<>();
        for (JsonNode one : found.isArray() ? found : List.of(found)) {
            String text = JsonSupport.scalarText(one);
            if (text == null || text.isBlank()) {
                throw new OperationException(
                        OperationFailure.UNEXPECTED_RESPONSE,
                        "The result of operation " + id() + " has " + described(one) + " at " + settings.url()
                                + (found.isArray() ? "/" + urls.size() : "")
                                + " instead of a URL: correct result.url",
                        context());
            }
            urls.add(resolved(text, from));
        }
        return new Located(urls, true);
    }

    private static String described(JsonNode value) {
        if (value.isObject()) {
            return "an object";
        }
        return value.isArray() ? "a list" : value.isNull() ? "null" : "an empty text";
    }

    /**
     * Returns the URLs of the records.
     *
     * @throws OperationException if the response has no member for them, so that it is unknown whether there are records
     */
    List<String> urlsOfRecords() {
        Located located = locate();
        if (located.urls.isEmpty() && !located.isStated && !settings.optional()) {
            throw noUrl();
        }
        return located.urls;
    }

    private OperationException noUrl() {
        return new OperationException(
                OperationFailure.NO_RESULT,
                "The result of operation " + id() + " has no URL at " + settings.url() + ": correct result.url",
                context());
    }

    /** Returns other URLs in place of those that have expired. */
    List<String> renewed() {
        if (settings.request() == null) {
            Observed observed = client.status(reference);
            if (observed.status().state() == OperationStatus.OperationState.DONE) {
                status = observed.status();
            }
        }
        return urls();
    }

    /** Returns the request for the only URL of the result, or the result request if its optional URL is missing. */
    Request single(List<String> urls) {
        RequestTemplate template = settings.request();
        if (urls.isEmpty() && settings.optional() && template != null) {
            return request(template);
        }
        if (urls.isEmpty()) {
            throw noUrl();
        }
        if (urls.size() > 1) {
            throw severalParts(urls.size() + " URLs");
        }
        return request(urls.get(0));
    }

    /** Returns the exception for a result that only {@link OperationResult#records()} reads completely. */
    OperationException severalParts(String parts) {
        return new OperationException(
                OperationFailure.NO_RESULT,
                "The result of operation " + id() + " has " + parts + ": read it by records()",
                context());
    }

    OperationException notCompleted() {
        return new OperationException(
                OperationFailure.NO_RESULT,
                "The result of operation " + id()
                        + " has the status 202, so that it is not ready: its response is not the" + " result",
                context());
    }

    /** Returns the request for a URL that the service has chosen, whose query may be a credential. */
    Request request(String url) {
        return Request.get(url).named(client.definition().name() + " result").maskingQueries();
    }

    /** Sends a request for the result. */
    <T> T sent(Function<Request, T> send, Request request) {
        try {
            return send.apply(request);
        } catch (StatusException e) {
            throw isExpired(e) ? expired(e) : e;
        }
    }

    /** Whether the status means that a URL is not valid any more. */
    static boolean isExpired(StatusException e) {
        return EXPIRED.contains(e.status());
    }

    OperationException expired(StatusException e) {
        return new OperationException(
                OperationFailure.RESULT_EXPIRED,
                "The result of operation " + id() + " is not available (any more): " + e.getMessage(),
                Context.of(reference.label(), status, e),
                e);
    }

    /** Resolves a URL, which must not lead from https to http. */
    private String resolved(String link, String from) {
        Url target;
        try {
            target = Url.parseReference(from).redirectedTo(link);
        } catch (InvalidDefinitionException e) {
            throw new OperationException(
                    OperationFailure.UNEXPECTED_RESPONSE,
                    "The URL of the result of operation " + id() + " is not valid",
                    context(),
                    e);
        }
        if (!target.isSecure() && Url.parseReference(from).isSecure()) {
            throw new OperationException(
                    OperationFailure.FOREIGN_URL,
                    "The URL of the result of operation " + id()
                            + " leads from https to http: only the service can correct it",
                    context());
        }
        return target.origin() + target.path() + (target.query() == null ? "" : "?" + target.query());
    }
}
