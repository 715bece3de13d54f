package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.internal.Arguments;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RenderException;
import io.httpconnector.template.RequestTemplate;
import java.util.List;

/**
 * A request that is being configured. Each method returns a new draft, so the previous draft can be used to undo a step.
 * {@link #send()} reports all problems. Immutable and thread-safe.
 */
public final class RequestDraft {

    private static final String NAME = "Sample";

    private final RequestWizard wizard;
    private final ObjectNode definition;
    private final Pills pills;

    private RequestDraft(RequestWizard wizard, ObjectNode definition, Pills pills) {
        this.wizard = wizard;
        this.definition = definition;
        this.pills = pills;
    }

    static RequestDraft of(RequestWizard wizard, String method, String url) {
        return of(
                wizard,
                JsonNodeFactory.instance.objectNode().put("method", method).put("url", url));
    }

    static RequestDraft of(RequestWizard wizard, ObjectNode definition) {
        return new RequestDraft(wizard, definition.deepCopy().put("name", NAME), Pills.none());
    }

    RequestDraft with(ObjectNode definition) {
        return new RequestDraft(wizard, definition, pills);
    }

    /** Returns the base URL of the connection that sends the sample. */
    String baseUrl() {
        return wizard.connection().baseUrl();
    }

    /** Returns a copy that can be modified. */
    ObjectNode copy() {
        return definition.deepCopy();
    }

    /**
     * Returns recommendations from the wizard's sources for this method and URL, best match first.
     *
     * @return at most 20 recommendations, possibly none
     */
    public List<Recommendation> recommend() {
        return RecommendationRanking.rank(
                definition.path("method").asText(), definition.path("url").asText(), wizard.sources());
    }

    /**
     * Applies a recommendation: method, query, headers, body and settings. If the URL of this draft matches the recommended
     * one, it is kept with the values in its path; otherwise the recommended path is used.
     *
     * @param recommendation one of {@link #recommend()}
     * @return a new draft
     */
    public RequestDraft use(Recommendation recommendation) {
        ObjectNode taken = Arguments.notNull(recommendation, "recommendation")
                .definition()
                .deepCopy()
                .put("name", NAME);
        String typed = definition.path("url").asText();
        String known = taken.path("url").asText();
        String host = typed.replaceFirst("^(https?://[^/?#]*)?.*$", "$1");
        // A query that can't be expressed as parameters is part of the known URL.
        int question = typed.contains("?") ? -1 : known.indexOf('?');
        String query = question < 0 ? "" : known.substring(question);
        return with(
                taken.put("url", RecommendationRanking.matchesTemplate(typed, known) ? typed + query : host + known));
    }

    /**
     * Sets method and URL.
     *
     * @param method any method
     * @param url relative to the base URL, or absolute
     * @return a new draft
     */
    public RequestDraft method(String method, String url) {
        return with(
                copy().put("method", Arguments.notNull(method, "method")).put("url", Arguments.notNull(url, "URL")));
    }

    /**
     * Sets a query parameter and replaces those of the same name.
     *
     * @param name the parameter name
     * @param value the value
     * @return a new draft
     */
    public RequestDraft query(String name, String value) {
        return with(put(copy(), "query", Arguments.notNull(name, "parameter name"), Arguments.notNull(value, name)));
    }

    /**
     * Sets a header field and replaces those of the same name.
     *
     * @param name the field name
     * @param value the value
     * @return a new draft
     * @throws InvalidDefinitionException if it contains credentials, which belong to the auth strategy of the connection
     */
    public RequestDraft header(String name, String value) {
        String given = Arguments.notNull(value, Arguments.notNull(name, "header name"));
        if (CredentialDetector.isCredential(name)
                && (given.isEmpty()
                        || CredentialDetector.holdsLiteralText(LiteralTextReader.DEFAULT_DELIMITERS.read(given)))) {
            throw new InvalidDefinitionException(
                    "header " + name,
                    List.of("credentials belong to the connection: configure them in its auth strategy"));
        }
        return with(put(copy(), "headers", name, given));
    }

    private static ObjectNode put(ObjectNode definition, String list, String name, String value) {
        ArrayNode pairs = JsonNodeFactory.instance.arrayNode();
        boolean caseMatters = list.equals("query");
        for (JsonNode pair : definition.path(list)) {
            String other = pair.path("name").asText();
            if (!(caseMatters ? other.equals(name) : other.equalsIgnoreCase(name))) {
                pairs.add(pair);
            }
        }
        pairs.addObject().put("name", name).put("value", value);
        definition.set(list, pairs);
        return definition;
    }

    /**
     * Sets a JSON body.
     *
     * @param json JSON text if it is a string, otherwise any object that Jackson can serialise
     * @return a new draft
     * @throws InvalidDefinitionException if the text is not valid JSON; the message contains the position
     */
    public RequestDraft json(Object json) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        return body(body.set(
                "json",
                Arguments.notNull(json, "JSON body") instanceof String text ? parse(text) : JsonSupport.tree(json)));
    }

    private static JsonNode parse(String text) {
        JsonNode json = JsonSupport.parse(text);
        String repeated = JsonBodyText.repeatedMember(text);
        if (repeated != null) {
            throw new InvalidDefinitionException(
                    "JSON body",
                    "the member \"" + LogSafe.visible(repeated)
                            + "\" is repeated: remove one, or send the body as text");
        }
        return json;
    }

    /**
     * Sets a body of any type.
     *
     * @param body the body in the format of {@link RequestTemplate#fromJson}: an object with {@code json}, {@code form},
     *     {@code multipart}, {@code xml}, {@code text} or {@code bytes}
     * @return a new draft
     */
    public RequestDraft body(JsonNode body) {
        return with(copy().set("body", Arguments.notNull(body, "body").deepCopy()));
    }

    /**
     * Accepts these response statuses in addition to the successful ones, so that a request with such a response can be
     * applied.
     *
     * @param statuses status codes from 100 to 599
     * @return a new draft
     */
    public RequestDraft acceptStatus(int... statuses) {
        ObjectNode changed = copy();
        ArrayNode accepted = changed.putArray("accept");
        for (int status : statuses) {
            accepted.add(status);
        }
        return with(changed);
    }

    /**
     * Sets the values of pills for the sample, for a draft that already has pills.
     *
     * @param pills the values
     * @return a new draft
     */
    public RequestDraft sampleValues(Pills pills) {
        return new RequestDraft(wizard, definition, Arguments.notNull(pills, "values"));
    }

    Pills sampleValues() {
        return pills;
    }

    /**
     * Returns the draft as JSON, for display or storage.
     *
     * @return the definition in the format of {@link RequestTemplate#fromJson}
     */
    public ObjectNode definition() {
        return copy();
    }

    /**
     * Sends the sample. Every response is a result, whatever its status.
     *
     * @return the request and the response, or the failure if there was no response
     * @throws InvalidDefinitionException if the draft is invalid; lists all problems
     * @throws RenderException if values of its pills are missing
     */
    public SampleExchange send() {
        Request request = withSecretHeaders(RequestTemplate.fromJson(definition).render(pills));
        try {
            return SampleExchange.completed(this, wizard.connection().send(request));
        } catch (InvalidDefinitionException e) {
            throw e;
        } catch (ConnectorException e) {
            return SampleExchange.failed(this, e.exchange().orElseGet(request::preview), e);
        }
    }

    /** Redacts credentials in headers that come from pills, so that the sample does not show them. */
    private static Request withSecretHeaders(Request request) {
        Request hidden = request;
        for (String name : request.headerNames()) {
            // Equivalent to separate lines (RFC 9110, section 5.3).
            String value = String.join(", ", request.headers(name));
            boolean isSecret = CredentialDetector.isCredential(name) && !value.isEmpty();
            hidden = isSecret ? hidden.header(name, Secret.of(value)) : hidden;
        }
        return hidden;
    }

    /**
     * Returns the method and URL.
     *
     * @return method and URL
     */
    @Override
    public String toString() {
        return definition.path("method").asText() + " " + definition.path("url").asText();
    }
}
