package io.httpconnector;

import static io.httpconnector.internal.Arguments.notNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.httpconnector.internal.graphql.GraphQlResponse;
import io.httpconnector.internal.http.Url;
import io.httpconnector.internal.json.Jackson2Objects;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.internal.json.ListType;
import io.httpconnector.internal.json.ValueMapper;
import io.httpconnector.internal.json.Xml;
import io.httpconnector.internal.recording.RawExchange;
import io.httpconnector.internal.text.Ascii;
import io.httpconnector.internal.text.CharsetDetector;
import io.httpconnector.internal.text.HeaderFields;
import io.httpconnector.internal.text.LogSafe;
import io.httpconnector.internal.transport.CallContext;
import java.io.IOException;
import java.lang.reflect.Type;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A complete response of a service. Immutable and thread-safe; it need not be closed. */
public final class Response {

    private static final JsonMapping STANDARD = (json, type) -> JsonSupport.read(json, null, type);

    private static volatile JsonMapping defaultMapping = STANDARD;

    private final Request request;
    private final int status;
    private final Headers headers;
    private final HeaderFields fields;
    private final byte[] body;
    private final @Nullable MaskedBody masked;
    private final CallContext.CallTiming moment;
    private final ResponseRule.@Nullable Action classification;
    private final boolean matchedRule;
    private final @Nullable JsonMapping mapping;
    private final @Nullable RetryPolicy retry;
    private final @Nullable GraphQlResponse graphQl;

    /**
     * Converts between JSON and objects of the application: for one connection by {@link HttpConnectionBuilder#jsonMapping}, and
     * for everything else by {@link #setDefault}.
     *
     * <pre>{@code
     * .jsonMapping(Response.JsonMapping.of(mapper))           // Jackson 2
     * .jsonMapping(Jackson3Mapping.of(mapper))                // Jackson 3, module connector-jackson3
     * .jsonMapping((json, type) -> gson.fromJson(..., type))  // reads with another library
     * }</pre>
     *
     * <p>Maps, lists, texts, numbers, JSON trees and {@code java.time} values outside objects are written by this library. Must be
     * thread-safe.
     */
    @FunctionalInterface
    public interface JsonMapping {
        /**
         * Converts a JSON document to an object.
         *
         * @param json the document in UTF-8
         * @param type the class, the type of a {@link TypeReference}, or a list of a class
         * @return the object
         * @throws IOException when the document does not match the type; an unchecked exception has the same effect
         */
        @Nullable Object read(byte[] json, Type type) throws IOException;

        /**
         * Converts an object to JSON. Default: as {@link #standard()}.
         *
         * @param value the object
         * @return a JSON document in UTF-8
         * @throws IOException when the object can't be written; an unchecked exception has the same effect
         */
        default byte[] write(Object value) throws IOException {
            return JsonSupport.writeStandard(value);
        }

        /**
         * Returns the mapping of this library: Jackson 2 with the modules on the class path.
         *
         * @return the mapping
         */
        static JsonMapping standard() {
            return STANDARD;
        }

        /**
         * Returns a mapping by a Jackson 2 mapper with its modules, mix-ins and settings. Numbers keep all digits, therefore numbers
         * with a fraction are read as {@code BigDecimal} where the type leaves it open. Trees of Jackson 3 can be written, too.
         *
         * @param mapper the mapper, which is copied
         * @return the mapping
         * @throws InvalidDefinitionException if the mapper's class can't be copied
         */
        static JsonMapping of(ObjectMapper mapper) {
            Jackson2Objects objects = new Jackson2Objects(notNull(mapper, "mapper"));
            return new JsonMapping() {
                @Override
                public @Nullable Object read(byte[] json, Type type) throws IOException {
                    return objects.read(json, type);
                }

                @Override
                public byte[] write(Object value) throws IOException {
                    return objects.write(value);
                }
            };
        }

        /**
         * Sets the mapping of connections without one, and of all values outside connections, such as pills and payloads of
         * events. It applies to the whole process from now on: set it once, when the application starts.
         *
         * @param mapping the mapping; {@link #standard()} restores the initial one
         */
        static void setDefault(JsonMapping mapping) {
            defaultMapping = notNull(mapping, "mapping");
            ValueMapper.setDefaultWriter(mapping == STANDARD ? null : mapping::write);
        }

        /**
         * Returns the mapping set by {@link #setDefault}; initially {@link #standard()}.
         *
         * @return the mapping
         */
        static JsonMapping currentDefault() {
            return defaultMapping;
        }
    }

    Response(Request request, int status, HeaderFields fields, byte[] body, CallContext call) {
        this(request, status, fields, body, call, null);
    }

    Response(
            Request request,
            int status,
            HeaderFields fields,
            byte[] body,
            CallContext call,
            @Nullable JsonMapping mapping) {
        this.mapping = mapping;
        this.request = request;
        this.status = status;
        this.fields = fields;
        this.headers = new Headers(fields);
        this.body = body;
        this.masked = null;
        this.moment = call.timing();
        this.classification = null;
        this.matchedRule = false;
        this.retry = null;
        this.graphQl = null;
    }

    private Response(
            Response response,
            ResponseRule.@Nullable Action verdict,
            boolean ruled,
            @Nullable RetryPolicy retry,
            byte[] body,
            @Nullable GraphQlResponse graphQl) {
        this(response, response.fields, verdict, ruled, retry, body, null, graphQl);
    }

    private Response(
            Response response,
            HeaderFields fields,
            ResponseRule.@Nullable Action verdict,
            boolean ruled,
            @Nullable RetryPolicy retry,
            byte[] body,
            @Nullable MaskedBody masked,
            @Nullable GraphQlResponse graphQl) {
        this.request = response.request;
        this.status = response.status;
        this.fields = fields;
        this.headers = fields == response.fields ? response.headers : new Headers(fields);
        this.body = body;
        this.masked = masked;
        this.moment = response.moment;
        this.classification = verdict;
        this.matchedRule = ruled;
        this.mapping = response.mapping;
        this.retry = retry;
        this.graphQl = graphQl;
    }

    /**
     * Returns the status code.
     *
     * @return the status code, such as 200
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
     * Returns the decompressed body as bytes.
     *
     * @return a copy of the bytes; empty if there is no body
     */
    public byte[] bytes() {
        return body().clone();
    }

    /**
     * Returns the body as text. Its charset is that of a byte order mark, the {@code Content-Type} or an XML declaration, in
     * this order; otherwise UTF-8, or Windows-1252 if the body is not valid UTF-8.
     *
     * @return the text; empty if there is no body
     */
    public String text() {
        return CharsetDetector.of(body(), contentType());
    }

    /**
     * Returns the body as a JSON tree. Numbers keep all their digits. The charset is that of {@link #text()}.
     *
     * @return the tree; a missing node if there is no body
     * @throws InvalidResponseException when the body is not JSON; the message contains the position
     */
    public JsonNode json() {
        try {
            return JsonSupport.read(body(), contentType());
        } catch (IOException e) {
            throw notJson(e, "JSON");
        }
    }

    /**
     * Returns the body as an object of a class, deserialized by the {@link JsonMapping} of the connection, or else the
     * default one: Jackson 2 with its modules on the class path, such as those for {@code java.time}, {@code Optional} and Kotlin,
     * which ignores unknown members, unless a property differs from one only in case, hyphens and underscores.
     *
     * @param type the class, such as a record
     * @param <T> the type of the object
     * @return the object
     * @throws InvalidResponseException when the body is not JSON or does not match the class; the message contains the position
     */
    public <T> T json(Class<T> type) {
        return convert(notNull(type, "type"), type.getSimpleName());
    }

    /**
     * Returns the body as an object of a generic type, such as {@code new TypeReference<List<Order>>() {}}, as {@link
     * #json(Class)} does.
     *
     * @param type the type
     * @param <T> the type of the object
     * @return the object
     * @throws InvalidResponseException when the body is not JSON or does not match the type; the message contains the position
     */
    public <T> T json(TypeReference<T> type) {
        Type generic = notNull(type, "type").getType();
        return convert(generic, generic.getTypeName());
    }

    /**
     * Returns the body, a JSON array, as a list of objects of a class, as {@link #json(Class)} does.
     *
     * @param element the class of the elements, such as a record
     * @param <T> the type of the elements
     * @return the list
     * @throws InvalidResponseException when the body is not an array of such objects; the message contains the position
     */
    public <T> List<T> list(Class<T> element) {
        Type type = new ListType(notNull(element, "element"));
        return convert(type, "List<" + element.getSimpleName() + ">");
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // The public methods declare the type.
    private <T> T convert(Type type, String name) {
        T value;
        try {
            JsonMapping effective = mapping == null ? defaultMapping : mapping;
            value = effective == STANDARD
                    ? JsonSupport.read(body(), contentType(), type)
                    : (T) effective.read(CharsetDetector.utf8(body(), contentType()), type);
        } catch (IOException e) {
            throw notJson(e, name);
        } catch (RuntimeException e) {
            throw notJson(new IOException(e.getMessage()), name);
        }
        if (value == null) {
            throw new InvalidResponseException(sentence("the body is null, not a " + name), null, exchange());
        }
        return value;
    }

    private @Nullable String contentType() {
        return headers.first("Content-Type").orElse(null);
    }

    /**
     * Returns an XML body as a tree, like JSON. An element is an object with its attributes and child elements as fields, or a
     * text. Elements with the same name form an array. The text of an element with attributes is the field {@code ""}. Document
     * types and entities are not processed. Requires the library {@code jackson-dataformat-xml}.
     *
     * @return the content of the root element as a tree; a missing node if there is no body
     * @throws InvalidResponseException when the body is not XML; the message contains the position
     * @throws ConnectorException when the library is missing
     */
    public JsonNode xml() {
        try {
            return body().length == 0 ? MissingNode.getInstance() : Xml.read(body());
        } catch (IOException e) {
            throw notJson(e, "XML");
        }
    }

    /**
     * Resolves a link of this response against the URL of the request (RFC 3986, section 5).
     *
     * @param reference an absolute URL, or a relative reference such as {@code ?page=2}
     * @return the absolute URL
     * @throws InvalidDefinitionException when the result is not a valid URL
     */
    public URI resolve(String reference) {
        Url target = request.url().redirectedTo(notNull(reference, "reference"));
        String url = target.origin() + target.path() + (target.query() == null ? "" : "?" + target.query());
        return URI.create(masked == null ? url : withoutSecrets(url));
    }

    /**
     * Returns the time from the start of the call until the response was complete, including redirects, earlier attempts and
     * waiting.
     *
     * @return the time
     */
    public Duration elapsed() {
        return moment.elapsed();
    }

    /**
     * Returns the recorded request and response, safe to display and store.
     *
     * @return the exchange, without secrets
     */
    public Exchange exchange() {
        return Redactor.redact(raw());
    }

    /**
     * Returns whether a text contains a secret that was sent with the request, as the URL of the next page may. Such a text must
     * not be stored.
     *
     * @param text a part of this response
     * @return whether {@link #exchange()} would mask a part of it
     */
    public boolean containsSecret(String text) {
        return !withoutSecrets(text).equals(text);
    }

    /**
     * Masks the secrets that were sent with the request in a text, such as a body that is too large to be recorded completely.
     *
     * @param text a part of this response
     * @return the text, safe to display and store
     */
    public String withoutSecrets(String text) {
        return new Redactor(request.secrets()).mask(notNull(text, "text"));
    }

    /** Returns this response with its classification. */
    Response classifiedAs(ResponseRule.Action verdict) {
        return new Response(this, verdict, false, null, body(), graphQl);
    }

    /** Returns this response with its meaning as one of GraphQL. */
    Response with(GraphQlResponse meaning) {
        return new Response(this, classification, matchedRule, retry, body(), meaning);
    }

    /** Returns the meaning of a GraphQL response; null if it is none. */
    @Nullable GraphQlResponse graphQl() {
        return graphQl;
    }

    /** Returns this response as classified by a rule. */
    Response classifiedBy(ResponseRule rule) {
        byte[] kept = rule.action() == ResponseRule.Action.IGNORE ? new byte[0] : body();
        return new Response(this, rule.action(), true, rule.retryPolicy(), kept, graphQl);
    }

    /** Returns the retry policy for this response: of the rule that it matches, of its request, or of the connection. */
    RetryPolicy retryPolicy(RetryPolicy connection) {
        return retry == null ? request.retryPolicy(connection) : retry;
    }

    boolean isClassified() {
        return classification != null;
    }

    /**
     * Returns whether a {@link ResponseRule} ignores the response ({@link ResponseRule.Action#IGNORE}): its body is then empty,
     * whatever the service sent.
     *
     * @return true if it is ignored
     */
    public boolean isIgnored() {
        return classification == ResponseRule.Action.IGNORE;
    }

    /**
     * Returns whether the response is accepted only because of a {@link ResponseRule} ({@link ResponseRule.Action#ACCEPT}): its
     * status is neither a success nor one that the request accepts.
     *
     * @return true if a rule accepts it
     */
    public boolean isAcceptedByRule() {
        return matchedRule && classification == ResponseRule.Action.ACCEPT && !request.accepts(status);
    }

    /**
     * Returns whether {@link HttpConnection#send} returns this response: its status or a {@link ResponseRule} makes it a success. For an
     * {@link Interceptor} inside retries.
     *
     * @return false if it is retried, redirected, or becomes an exception
     */
    public boolean isAccepted() {
        return classification() == ResponseRule.Action.ACCEPT || isIgnored();
    }

    ResponseRule.Action classification() {
        return classification == null ? ResponseRule.Action.ACCEPT : classification;
    }

    /** The body as interceptors see it, masked when they read it. */
    private static final class MaskedBody {
        private final Response original;
        private byte @Nullable [] known;

        MaskedBody(Response original) {
            this.original = original;
        }

        synchronized byte[] get() {
            byte[] masked = known;
            if (masked == null) {
                Request request = original.request;
                masked = request.redactsResponse()
                        ? new byte[0]
                        : new Redactor(request.secrets()).masked(original.body(), original.contentType());
                known = masked;
            }
            return masked;
        }
    }

    private byte[] body() {
        return masked == null ? body : masked.get();
    }

    /** Returns this response as interceptors see it: with masks instead of secrets. */
    Response concealed() {
        Headers shown = Redactor.maskedHeaders(request, fields);
        return new Response(
                this, shown.fields(), classification, matchedRule, retry, body, new MaskedBody(this), graphQl);
    }

    /** Returns whether this concealed response differs from the original. */
    boolean differsFrom(Response original) {
        return body() != original.body() || !headers.toString().equals(original.headers.toString());
    }

    /** Returns this response with other header fields. */
    Response withFields(HeaderFields changed) {
        return new Response(this, changed, classification, matchedRule, retry, body, masked, graphQl);
    }

    /** Returns this response without its body, which a reader has consumed. */
    Response withoutBody() {
        return new Response(this, classification(), matchedRule, retry, new byte[0], graphQl);
    }

    boolean matchedRule() {
        return matchedRule;
    }

    /** Returns this response and its request with their secrets. */
    RawExchange raw() {
        return raw(body(), body().length);
    }

    /** Returns {@link #raw()} without keeping more in memory than {@link #rawBytes()} counts: a body may refer to other objects. */
    Supplier<RawExchange> recording() {
        if (request.content() == null) {
            return this::raw;
        }
        RawExchange recorded = raw();
        return () -> recorded;
    }

    /** Returns the message of an exception of this exchange, which may quote a part of a secret. */
    String messageOf(Throwable failure) {
        return new Redactor(request.secrets()).maskQuote(String.valueOf(failure.getMessage()));
    }

    /** Returns the approximate number of bytes of {@link #raw()} in memory. */
    long rawBytes() {
        return rawBytes(body());
    }

    /** Returns the approximate number of bytes of {@link #raw(byte[], long)} in memory. */
    long rawBytes(byte[] start) {
        Body sent = request.content();
        return start.length
                + request.name().length()
                + fields.memoryBytes()
                + (sent == null || !sent.shown().isInMemory()
                        ? 0L
                        : sent.shown().content().length);
    }

    /**
     * Returns this response and its request with their secrets, if a reader has consumed the body.
     *
     * @param start the start of the body
     * @param length the length of the whole body
     */
    RawExchange raw(byte[] start, long length) {
        return Redactor.raw(request, status, fields, start, length, moment);
    }

    /** Returns the body as a JSON tree; a missing node if it is not JSON. */
    JsonNode jsonLenient() {
        try {
            return JsonSupport.read(body(), contentType());
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    /** Returns the request as it was sent. */
    Request request() {
        return request;
    }

    private InvalidResponseException notJson(IOException e, String what) {
        // Jackson's exception is not used as the cause, because it quotes the source, which may contain secrets.
        String why = e instanceof JsonProcessingException json
                ? JsonSupport.describe(json)
                : LogSafe.visible(
                        String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason is given"));
        Exchange exchange = exchange();
        String masked = request.redactsResponse() ? "not shown" : new Redactor(request.secrets()).maskQuote(why);
        return new InvalidResponseException(
                sentence("the body is not " + what + ": " + (hasEvents(fields) ? EVENTS : masked)), null, exchange);
    }

    /** A hint for callers that read a stream of events as a whole. */
    static final String EVENTS = "it is a stream of server-sent events: read it by EventStream";

    /** Returns whether a response is a stream of server-sent events. */
    static boolean hasEvents(HeaderFields fields) {
        for (int i = 0; i < fields.size(); i++) {
            if (fields.name(i).equalsIgnoreCase("Content-Type")) {
                return Ascii.lowerCase(fields.value(i)).startsWith("text/event-stream");
            }
        }
        return false;
    }

    private String sentence(String problem) {
        return exchange().summary() + ": " + problem;
    }

    /**
     * Returns a summary without secrets.
     *
     * @return the status, size and elapsed time
     */
    @Override
    public String toString() {
        return status + ", " + body().length + " bytes, " + elapsed().toMillis() + " ms";
    }
}
