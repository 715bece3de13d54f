package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.internal.Arguments;
import java.util.ArrayList;
import java.util.List;

/**
 * A wizard that creates a reusable saved request from a URL in three steps.
 *
 * <pre>{@code
 * RequestWizard wizard = RequestWizard.of(eventbrite).with(source);
 *
 * RequestDraft draft = wizard.post("/v3/venues/");                              // 1. method and URL
 * List<Recommendation> known = draft.recommend();
 * SampleExchange sample = draft.use(known.get(0)).send();                       // 2. configure, send, inspect, correct, send
 * again
 * SavedRequest venue = sample.pill("/venue/name", "account.Name").apply("Create venue");   // 3. add pills, and save
 * }</pre>
 *
 * <p>Immutable and thread-safe, like drafts and samples.
 */
public final class RequestWizard {

    private final HttpConnection connection;
    private final List<RecommendationSource> sources;

    private RequestWizard(HttpConnection connection, List<RecommendationSource> sources) {
        this.connection = connection;
        this.sources = sources;
    }

    /**
     * Creates a wizard that sends its samples over a connection.
     *
     * @param connection the connection; the wizard does not close it
     * @return a wizard without sources of recommendations
     * @throws InvalidDefinitionException if the connection is null
     */
    public static RequestWizard of(HttpConnection connection) {
        return new RequestWizard(Arguments.notNull(connection, "connection of the wizard"), List.of());
    }

    /**
     * Returns this wizard with an additional source of recommendations.
     *
     * @param source the source
     * @return a new wizard
     */
    public RequestWizard with(RecommendationSource source) {
        List<RecommendationSource> more = new ArrayList<>(sources);
        more.add(Arguments.notNull(source, "source of recommendations"));
        return new RequestWizard(connection, List.copyOf(more));
    }

    /**
     * Starts with a GET request.
     *
     * @param url relative to the base URL, or absolute
     * @return a draft
     */
    public RequestDraft get(String url) {
        return method("GET", url);
    }

    /**
     * Starts with a POST request.
     *
     * @param url relative to the base URL, or absolute
     * @return a draft
     */
    public RequestDraft post(String url) {
        return method("POST", url);
    }

    /**
     * Starts with method and URL.
     *
     * @param method any method
     * @param url relative to the base URL, or absolute
     * @return a draft
     */
    public RequestDraft method(String method, String url) {
        return RequestDraft.of(this, Arguments.notNull(method, "method"), Arguments.notNull(url, "URL"));
    }

    /**
     * Restores a draft from JSON.
     *
     * @param definition the result of {@link RequestDraft#definition()}, or any request in the format of
     *     {@link io.httpconnector.template.RequestTemplate#fromJson}
     * @return a draft
     */
    public RequestDraft draft(ObjectNode definition) {
        return RequestDraft.of(this, Arguments.notNull(definition, "definition"));
    }

    HttpConnection connection() {
        return connection;
    }

    List<RecommendationSource> sources() {
        return sources;
    }
}
