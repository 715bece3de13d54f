package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.ConnectorException;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.Pills;
import io.httpconnector.template.RenderException;
import io.httpconnector.template.RequestTemplate;
import java.util.List;

/**
 * A request that is being configured. Each method gives a new draft, so that a step back is the draft before. What is wrong
 * with it, {@link #send()} says.
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

    /** The URL of the connection that sends the sample. */
    String baseUrl() {
        return wizard.connection().baseUrl();
    }

    /** A copy to be changed. */
    ObjectNode copy() {
        return definition.deepCopy();
    }

    /**
     * What the sources of the wizard know about this method and URL, the best first.
     *
     * @return at most 20 recommendations, possibly none
     */
    public List<Recommendation> recommend() {
        return Ranking.rank(
                definition.path("method").asText(), definition.path("url").asText(), wizard.sources());
    }

    /**
     * Takes over a configuration: method, query, headers, body and settings. The URL of this draft stays when the recommended one
     * fits it, with the values that are in its path; otherwise the path is taken over, too.
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
        // A query that can't be told in parameters stands in the known URL.
        int question = typed.contains("?") ? -1 : known.indexOf('?');
        String query = question < 0 ? "" : known.substring(question);
        return with(taken.put("url", Ranking.fits(typed, known) ? typed + query : host + known));
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
     * Sets a query parameter, instead of one of the same name.
     *
     * @param name the parameter name
     * @param value the value
     * @return a new draft
     */
    public RequestDraft query(String name, String value) {
        return with(put(copy(), "query", Arguments.notNull(name, "parameter name"), Arguments.notNull(value, name)));
    }

    /**
     * Sets a header field, instead of one of the same name.
     *
     * @param name the field name
     * @param value the value
     * @return a new draft
     * @throws InvalidDefinitionException when it carries credentials, which are the connection's: give them to its auth strategy
     */
    public RequestDraft header(String name, String value) {
        String given = Arguments.notNull(value, Arguments.notNull(name, "header name"));
        if (CredentialDetector.isCredential(name)
                && (given.isEmpty() || CredentialDetector.isWritten(TemplateTexts.USUAL.read(given)))) {
            throw new InvalidDefinitionException(
                    "header " + name, List.of("credentials belong to the connection: give them to its auth strategy"));
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
     * @param json JSON text when it is a string, or else what is written as JSON
     * @return a new draft
     * @throws InvalidDefinitionException when the text is no JSON: says where
     */
    public RequestDraft json(Object json) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        return body(body.set(
                "json",
                Arguments.notNull(json, "JSON body") instanceof String text
                        ? JsonSupport.parse(text)
                        : JsonSupport.tree(json)));
    }

    /**
     * Sets a body of any kind.
     *
     * @param body the body as {@link RequestTemplate#fromJson} reads it: an object with {@code json}, {@code form},
     *     {@code multipart}, {@code xml}, {@code text} or {@code bytes}
     * @return a new draft
     */
    public RequestDraft body(JsonNode body) {
        return with(copy().set("body", Arguments.notNull(body, "body").deepCopy()));
    }

    /**
     * Also welcomes answers with these statuses, so that a request with such an answer can be applied.
     *
     * @param statuses status codes from 100 to 599
     * @return a new draft
     */
    public RequestDraft accept(int... statuses) {
        ObjectNode changed = copy();
        ArrayNode accepted = changed.putArray("accept");
        for (int status : statuses) {
            accepted.add(status);
        }
        return with(changed);
    }

    /**
     * Sets the values that the pills of this draft have in the sample, for a draft that has pills already.
     *
     * @param pills the values
     * @return a new draft
     */
    public RequestDraft values(Pills pills) {
        return new RequestDraft(wizard, definition, Arguments.notNull(pills, "values"));
    }

    Pills values() {
        return pills;
    }

    /**
     * The draft as JSON, to be shown or stored.
     *
     * @return what {@link RequestTemplate#fromJson} reads
     */
    public ObjectNode definition() {
        return copy();
    }

    /**
     * Sends the sample. Whatever the service answers is a result to look at.
     *
     * @return what was sent and what came back, also when no answer came
     * @throws InvalidDefinitionException when the draft can't be a request: lists all that is wrong
     * @throws RenderException when values for its pills are missing
     */
    public SampleExchange send() {
        Request request = withSecretHeaders(RequestTemplate.fromJson(definition).render(pills));
        try {
            return SampleExchange.answered(this, wizard.connection().send(request));
        } catch (InvalidDefinitionException e) {
            throw e;
        } catch (ConnectorException e) {
            return SampleExchange.failed(this, e.exchange().orElseGet(request::preview), e);
        }
    }

    /** Credentials that pills have put into headers are not shown in the sample. */
    private static Request withSecretHeaders(Request request) {
        Request hidden = request;
        for (String name : request.headerNames()) {
            // The same as lines of their own (RFC 9110, section 5.3).
            String value = String.join(", ", request.headers(name));
            boolean isSecret = CredentialDetector.isCredential(name) && !value.isEmpty();
            hidden = isSecret ? hidden.header(name, Secret.of(value)) : hidden;
        }
        return hidden;
    }

    /**
     * Says what it asks for.
     *
     * @return method and URL
     */
    @Override
    public String toString() {
        return definition.path("method").asText() + " " + definition.path("url").asText();
    }
}
