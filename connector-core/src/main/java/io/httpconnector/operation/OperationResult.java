package io.httpconnector.operation;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.Response;
import io.httpconnector.StatusException;
import io.httpconnector.polling.PagedRequest;
import io.httpconnector.polling.PollingException;
import io.httpconnector.template.RequestTemplate;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The result of an operation that has ended. It is requested each time a method is called. A URL from the service, such as a
 * pre-signed one, receives credentials only if it has the origin of the connection; if it has expired, the status, or the
 * request whose response has the URL, is requested once more for another one.
 *
 * <p>{@link #records()} unpacks files that are gzip or ZIP; the other methods return the bytes of the service. Thread-safe.
 */
public final class OperationResult {

    private final OperationClient client;
    private final OperationReference reference;
    /** Accepted, but not completed: RFC 9110, section 15.3.3. */
    private static final int NOT_COMPLETED = 202;

    private final ResultLocation location;

    OperationResult(OperationClient client, OperationReference reference, OperationStatus status, String base) {
        this.client = client;
        this.reference = reference;
        this.location = new ResultLocation(client, reference, status, base);
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
        return location.status();
    }

    /**
     * Returns the result as JSON: the response to the result request, or the last status response if the definition has no result.
     *
     * @return the JSON; a missing node for an empty response
     * @throws OperationException if the result has expired
     * @throws ConnectorException if the request fails
     */
    public JsonNode json() {
        return location.isStatusResponse() ? status().response() : response().json();
    }

    /**
     * Returns the result as text: the body of the response to the result request, or the last status response.
     *
     * @return the text; empty for an empty response
     * @throws OperationException if the result has expired
     * @throws ConnectorException if the request fails
     */
    public String text() {
        if (!location.isStatusResponse()) {
            return response().text();
        }
        JsonNode response = status().response();
        return response.isMissingNode() ? "" : response.toString();
    }

    /**
     * Requests the result.
     *
     * @return the response
     * @throws OperationException if the result has expired, is not ready (status 202), has several URLs, several pages or none
     * @throws ConnectorException if the request fails
     */
    public Response response() {
        Response response = single(client.connection()::send);
        try {
            requireOnePage(response, new ByteArrayInputStream(response.bytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return response;
    }

    private void requireOnePage(Response response, InputStream body) throws IOException {
        if (response.status() == NOT_COMPLETED) {
            throw location.notCompleted();
        }
        boolean isFirstPage;
        try {
            isFirstPage = client.definition().result().isFirstOfSeveralPages(client.connection(), response, body);
        } catch (PollingException e) {
            // It is no list.
            isFirstPage = false;
        }
        if (isFirstPage) {
            throw location.severalParts("several pages");
        }
    }

    /**
     * Downloads the result to a file, as the service sends it: a gzip or ZIP file is not unpacked. See {@link
     * HttpConnection#download}.
     *
     * @param file the target file, which is replaced if it exists; its directory must exist
     * @return the response, without its body
     * @throws OperationException if the result has expired, is not ready (status 202), has several URLs, several pages or none; there is no
     *     file then
     * @throws ConnectorException if the request fails, or the file cannot be written
     */
    public Response download(Path file) {
        Response response = single(request -> client.connection().download(request, file));
        try {
            try (InputStream content = Files.newInputStream(file)) {
                requireOnePage(response, content);
            } catch (OperationException e) {
                Files.deleteIfExists(file);
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The file with the result cannot be read: " + file, e);
        }
        return response;
    }

    /**
     * Requests the records of the result, from all its URLs and pages, when the stream is consumed. Gzip and ZIP files are
     * unpacked.
     *
     * @return a sequential, ordered stream; it throws as {@link PagedRequest#records} does, and an {@link OperationException} if
     *     the result has expired
     */
    public Stream<JsonNode> records() {
        ResultSettings settings = client.definition().result();
        RequestTemplate template = settings.request();
        if (settings.url() != null) {
            return StreamSupport.stream(
                    new ResultRecords(
                            location, url -> paged(location.request(url)).records(client.connection())),
                    false);
        }
        return template == null
                ? paged(client.statusRequest(reference)).records(client.connection())
                : PagedRequest.of(template, settings.records()).records(client.connection(), location.pills());
    }

    /**
     * Deletes the operation at the service, by the request {@linkplain OperationBuilder#delete delete}, when the result is not
     * needed any more.
     *
     * @return whether the service accepted the request; false if it does not know the operation any more (status 404 or 410)
     * @throws ConnectorException if the request fails, or the definition has none
     */
    public boolean delete() {
        return client.delete(reference);
    }

    /** Deletes the operation at the service, if the definition has a request for it; a failure is logged. */
    void clean() {
        if (client.definition().delete() == null) {
            return;
        }
        try {
            boolean unused = delete();
        } catch (RuntimeException e) {
            OperationLog.LOG.warn(
                    "{}: operation {} was not deleted at the service: {}",
                    client.definition().name(),
                    OperationException.shown(id()),
                    e.toString());
        }
    }

    /** The request for the result; for the status response, it is requested once more. */
    Request firstRequest() {
        RequestTemplate template = client.definition().result().request();
        if (template != null && location.isRequested()) {
            return location.request(template);
        }
        return location.isStatusResponse() ? client.statusRequest(reference) : location.single(location.urls());
    }

    private PagedRequest paged(Request request) {
        return PagedRequest.of(request, client.definition().result().records());
    }

    private <T> T single(Function<Request, T> send) {
        RequestTemplate template = client.definition().result().request();
        if (template != null && location.isRequested()) {
            return location.sent(send, location.request(template));
        }
        try {
            return send.apply(location.single(location.urls()));
        } catch (StatusException e) {
            if (!ResultLocation.isExpired(e)) {
                throw e;
            }
        }
        return location.sent(send, location.single(location.renewed()));
    }
}
