package io.httpconnector;

import static io.httpconnector.internal.Arguments.notNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.httpconnector.internal.http.Url;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.Xml;
import io.httpconnector.internal.text.CharsetDetector;
import io.httpconnector.internal.text.HeaderFields;
import io.httpconnector.internal.transport.CallContext;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A response of a service, read as a whole. Immutable and safe for many threads; there is nothing to close. */
public final class Response {

    private final Request request;
    private final int status;
    private final Headers headers;
    private final HeaderFields fields;
    private final byte[] body;
    private final CallContext.CallTiming moment;
    private final ResponseRule.@Nullable Action classification;
    private final boolean matchedRule;

    Response(Request request, int status, HeaderFields fields, byte[] body, CallContext call) {
        this.request = request;
        this.status = status;
        this.fields = fields;
        this.headers = new Headers(fields);
        this.body = body;
        this.moment = call.timing();
        this.classification = null;
        this.matchedRule = false;
    }

    private Response(Response response, ResponseRule.@Nullable Action verdict, boolean ruled, byte[] body) {
        this.request = response.request;
        this.status = response.status;
        this.fields = response.fields;
        this.headers = response.headers;
        this.body = body;
        this.moment = response.moment;
        this.classification = verdict;
        this.matchedRule = ruled;
    }

    /**
     * Returns the status code.
     *
     * @return three digits, such as 200
     */
    public int status() {
        return status;
    }

    /**
     * Returns the response headers.
     *
     * @return the headers, possibly none
     */
    public Headers headers() {
        return headers;
    }

    /**
     * Returns the body as bytes, decompressed.
     *
     * @return a copy, empty when there is no body
     */
    public byte[] bytes() {
        return body.clone();
    }

    /**
     * Returns the body as text, in the charset that a byte order mark, the service or an XML declaration names, or else in UTF-8, or
     * else, where that does not fit, in Windows-1252.
     *
     * @return the text, empty when there is no body
     */
    public String text() {
        return CharsetDetector.of(body, headers.first("Content-Type").orElse(null));
    }

    /**
     * Returns the body as a JSON tree. Numbers keep every digit.
     *
     * @return the tree; a missing node when there is no body
     * @throws InvalidResponseException when the body is not JSON: says where
     */
    public JsonNode json() {
        try {
            return JsonSupport.read(body);
        } catch (IOException e) {
            throw notJson(e, "JSON");
        }
    }

    /**
     * Returns the body as an object of a class, by Jackson. Unknown fields are ignored.
     *
     * @param type the class, such as a record
     * @param <T> the same
     * @return the object
     * @throws InvalidResponseException when the body is not JSON, or does not fit the class: says where
     */
    public <T> T json(Class<T> type) {
        try {
            T value = JsonSupport.read(body, type);
            if (value == null) {
                throw new InvalidResponseException(
                        sentence("the body is null, not a " + type.getSimpleName()), null, exchange());
            }
            return value;
        } catch (IOException e) {
            throw notJson(e, type.getSimpleName());
        }
    }

    /**
     * Returns the body as XML, in the same tree as JSON: an element is an object of its attributes and elements, or text; elements of
     * one name are an array; the text of an element with attributes is the field {@code ""}. Document types and entities are
     * not read. It needs the library {@code jackson-dataformat-xml}.
     *
     * @return the tree of the root element's content; a missing node when there is no body
     * @throws InvalidResponseException when the body is not XML: says where
     * @throws ConnectorException when the library is missing
     */
    public JsonNode xml() {
        try {
            return body.length == 0 ? MissingNode.getInstance() : Xml.read(body);
        } catch (IOException e) {
            throw notJson(e, "XML");
        }
    }

    /**
     * Returns the URL that a link in this response leads to, resolved against the URL of the request (RFC 3986, section 5).
     *
     * @param reference absolute, or relative such as {@code ?page=2}
     * @return the absolute URL
     * @throws InvalidDefinitionException when it is no acceptable URL
     */
    public URI resolve(String reference) {
        Url target = request.url().redirectedTo(notNull(reference, "reference"));
        return URI.create(target.origin() + target.path() + (target.query() == null ? "" : "?" + target.query()));
    }

    /**
     * Returns the time from the call until the response was complete, redirects, earlier attempts and waiting included.
     *
     * @return the time
     */
    public Duration elapsed() {
        return moment.elapsed();
    }

    /**
     * What was sent and what came back, safe to show and to store.
     *
     * @return the exchange, without its secrets
     */
    public Exchange exchange() {
        return Redactor.withResponse(request, status, fields, body, moment);
    }

    /** Returns this response with its classification, and whether a rule of the connection decided it. */
    Response classifiedAs(ResponseRule.Action verdict, boolean ruled) {
        return new Response(this, verdict, ruled, verdict == ResponseRule.Action.IGNORE ? new byte[0] : body);
    }

    boolean isClassified() {
        return classification != null;
    }

    /**
     * Returns whether a {@link ResponseRule} ignores the response ({@link ResponseRule.Action#IGNORE}): its body is then empty,
     * whatever the service has sent.
     *
     * @return true when it is to be ignored
     */
    public boolean isIgnored() {
        return classification == ResponseRule.Action.IGNORE;
    }

    ResponseRule.Action classification() {
        return classification == null ? ResponseRule.Action.ACCEPT : classification;
    }

    /** Returns this response without its body, which a reader has read. */
    Response withoutBody() {
        return new Response(this, classification(), matchedRule, new byte[0]);
    }

    boolean matchedRule() {
        return matchedRule;
    }

    /** Returns the body as a JSON tree, a missing node when it is not JSON. */
    JsonNode jsonLenient() {
        try {
            return JsonSupport.read(body);
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    /** Returns the request as it was sent. */
    Request request() {
        return request;
    }

    private InvalidResponseException notJson(IOException e, String what) {
        // Jackson's exception quotes the source, which may hold secrets, so that it does not travel as the cause.
        String why = e instanceof JsonProcessingException json
                ? JsonSupport.describe(json)
                : e.getClass().getSimpleName();
        Exchange exchange = exchange();
        String masked = request.redactsResponse() ? "not shown" : new Redactor(request.secrets()).mask(why);
        return new InvalidResponseException(sentence("the body is not " + what + ": " + masked), null, exchange);
    }

    private String sentence(String problem) {
        return exchange().summary() + ": " + problem;
    }

    /**
     * Says how it went, without secrets.
     *
     * @return status, size and time
     */
    @Override
    public String toString() {
        return status + ", " + body.length + " bytes, " + elapsed().toMillis() + " ms";
    }
}
