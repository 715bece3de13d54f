package io.httpconnector.auth;

import static io.httpconnector.internal.Arguments.notNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.AuthStrategy;
import io.httpconnector.Body;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.Secret;
import io.httpconnector.internal.json.JsonSupport;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Any combination of header fields, query parameters, cookies and body fields. Immutable and
 * thread-safe: each method returns a new strategy.
 *
 * <pre>{@code
 * .auth(CustomAuth.header("X-Account", "4711").andHeader("X-Api-Key", key).andBodyField("signature_version", "2"))
 * .auth(CustomAuth.bearer(token))
 * .auth(CustomAuth.query("api_key", key))
 * }</pre>
 *
 * <p>Body fields are added to the form or the JSON object of the request. A request without a body gets a form, except for GET and
 * HEAD requests, which are sent without body fields.
 */
public final class CustomAuth implements AuthStrategy {

    /** Validates names and values when the strategy is created. */
    private static final Request PROBE = Request.get("/");

    private static final CustomAuth NONE = new CustomAuth(List.of(), Map.of(), Map.of());
    private static final Pattern COOKIE_VALUE = Pattern.compile("[!#-+\\--:<-\\[\\]-~]*");
    private static final Set<String> WITHOUT_BODY = Set.of("GET", "HEAD");

    private final List<UnaryOperator<Request>> additions;
    private final Map<String, String> fields;
    private final Map<String, Secret> secretFields;

    private CustomAuth(
            List<UnaryOperator<Request>> additions, Map<String, String> fields, Map<String, Secret> secretFields) {
        this.additions = additions;
        this.fields = fields;
        this.secretFields = secretFields;
    }

    /**
     * Returns a strategy without additions, to which others are added.
     *
     * @return the strategy
     */
    public static CustomAuth nothing() {
        return NONE;
    }

    /**
     * Creates a strategy that sends a bearer token, RFC 6750, in the {@code Authorization} header.
     *
     * @param token the token; one by {@link Secret#from} is looked up for each request
     * @return the strategy
     */
    public static CustomAuth bearer(Secret token) {
        return header("Authorization", notNull(token, "token").map(value -> "Bearer " + value));
    }

    /**
     * Creates a strategy that sends a header field with a secret.
     *
     * @param name the field name
     * @param secret the value; one by {@link Secret#from} is looked up for each request
     * @return the strategy
     * @throws io.httpconnector.InvalidDefinitionException if the name can't be sent
     */
    public static CustomAuth header(String name, Secret secret) {
        return NONE.andHeader(name, secret);
    }

    /**
     * Creates a strategy that sends a header field, such as an account number that belongs to a key.
     *
     * @param name the field name
     * @param value the value
     * @return the strategy
     * @throws io.httpconnector.InvalidDefinitionException if name or value can't be sent
     */
    public static CustomAuth header(String name, String value) {
        return NONE.andHeader(name, value);
    }

    /**
     * Creates a strategy that sends a query parameter with a secret. Prefer a header field if the service supports it: many systems log
     * URLs.
     *
     * @param name the parameter name
     * @param secret the value; one by {@link Secret#from} is looked up for each request
     * @return the strategy
     */
    public static CustomAuth query(String name, Secret secret) {
        return NONE.andQuery(name, secret);
    }

    /**
     * Creates a strategy that sends a body field with a secret.
     *
     * @param name the field name
     * @param secret the value; one by {@link Secret#from} is looked up for each request
     * @return the strategy
     */
    public static CustomAuth bodyField(String name, Secret secret) {
        return NONE.andBodyField(name, secret);
    }

    /**
     * Creates a strategy that sends a cookie with a secret.
     *
     * @param name the cookie's name
     * @param secret the value; one by {@link Secret#from} is looked up for each request
     * @return the strategy
     * @throws io.httpconnector.InvalidDefinitionException if the name can't be sent
     */
    public static CustomAuth cookie(String name, Secret secret) {
        return NONE.andCookie(name, secret);
    }

    /**
     * Adds a header field with a secret.
     *
     * @param name the field name
     * @param secret the value
     * @return a new strategy
     * @throws io.httpconnector.InvalidDefinitionException if the name can't be sent
     */
    public CustomAuth andHeader(String name, Secret secret) {
        PROBE.header(name, "");
        return and(request -> request.header(name, secret));
    }

    /**
     * Adds a header field.
     *
     * @param name the field name
     * @param value the value
     * @return a new strategy
     * @throws io.httpconnector.InvalidDefinitionException if name or value can't be sent
     */
    public CustomAuth andHeader(String name, String value) {
        PROBE.header(name, value);
        return and(request -> request.header(name, value));
    }

    /**
     * Adds a query parameter with a secret.
     *
     * @param name the parameter name
     * @param secret the value
     * @return a new strategy
     */
    public CustomAuth andQuery(String name, Secret secret) {
        return and(request -> request.query(name, secret));
    }

    /**
     * Adds a query parameter.
     *
     * @param name the parameter name
     * @param value the value
     * @return a new strategy
     */
    public CustomAuth andQuery(String name, String value) {
        return and(request -> request.query(name, value));
    }

    /**
     * Adds a body field with a secret.
     *
     * @param name the field name
     * @param secret the value
     * @return a new strategy
     */
    public CustomAuth andBodyField(String name, Secret secret) {
        return and(request -> takesBody(request) ? request.bodyField(name, secret) : request);
    }

    /**
     * Adds a body field.
     *
     * @param name the field name
     * @param value the value
     * @return a new strategy
     */
    public CustomAuth andBodyField(String name, String value) {
        return and(request -> takesBody(request) ? request.bodyField(name, value) : request);
    }

    /**
     * Adds body fields with values of any JSON type. A JSON object keeps their types; a form accepts scalar values as text. A
     * request without a body gets a form, or a JSON object if a value is an array or an object. The whole body is masked.
     *
     * @param fields creates the fields of each request; called by the sending thread
     * @return a new strategy
     */
    public CustomAuth andBodyFields(Supplier<ObjectNode> fields) {
        if (fields == null) {
            throw new InvalidDefinitionException("body fields", List.of("fields: they are null"));
        }
        return and(request -> takesBody(request) ? withFields(request, fields.get()) : request);
    }

    private static Request withFields(Request request, ObjectNode fields) {
        boolean nested = fields.properties().stream().anyMatch(field -> isNested(field.getValue()));
        Body body = request.body().orElseGet(() -> nested ? Body.json(Map.of()) : Body.form());
        if (body.contentType().toLowerCase(Locale.ROOT).contains("json")) {
            if (!(JsonSupport.parse(new String(body.toBytes(), StandardCharsets.UTF_8)) instanceof ObjectNode object)) {
                throw new InvalidDefinitionException(
                        "body fields", List.of("the JSON body of the request is not an object"));
            }
            object.setAll(fields);
            return request.body(Body.json(object));
        }
        Request filled = request;
        for (Map.Entry<String, JsonNode> field : fields.properties()) {
            if (isNested(field.getValue())) {
                throw new InvalidDefinitionException(
                        "body fields", List.of(field.getKey() + ": an array, an object or null requires a JSON body"));
            }
            filled = filled.bodyField(field.getKey(), field.getValue().asText());
        }
        return filled;
    }

    private static boolean isNested(JsonNode value) {
        return value.isContainerNode() || value.isNull();
    }

    /**
     * Adds a cookie with a secret: RFC 6265, section 4.2.
     *
     * @param name the cookie's name
     * @param secret the value
     * @return a new strategy
     * @throws io.httpconnector.InvalidDefinitionException if the name can't be sent
     */
    public CustomAuth andCookie(String name, Secret secret) {
        PROBE.header(name, "");
        if (secret == null) {
            throw new InvalidDefinitionException("cookie " + name, List.of("secret: it is null"));
        }
        return and(request -> {
            String others = request.header("Cookie").map(known -> known + "; ").orElse("");
            return request.header("Cookie", secret.map(value -> others + name + "=" + checkedCookieValue(name, value)));
        });
    }

    private static String checkedCookieValue(String name, String value) {
        if (!COOKIE_VALUE.matcher(value).matches()) {
            throw new InvalidDefinitionException(
                    "cookie " + name, List.of("its value has a character that is not allowed in a cookie: encode it"));
        }
        return value;
    }

    /**
     * Adds a value for the base URL of the connection: {@code {{auth.name}}}.
     *
     * @param name the name of the field
     * @param value the value
     * @return a new strategy
     */
    public CustomAuth andField(String name, String value) {
        if (name == null || value == null) {
            throw new InvalidDefinitionException("field", List.of("name and value: one of them is null"));
        }
        Map<String, String> all = new HashMap<>(fields);
        all.put(name, value);
        return new CustomAuth(additions, Map.copyOf(all), secretFields);
    }

    /**
     * Adds a secret value for the path of the connection's base URL, such as {@code https://api.example.com/bot{{auth.token}}}.
     *
     * @param name the name of the field
     * @param secret the value; one by {@link Secret#from} is looked up for each request
     * @return a new strategy
     */
    public CustomAuth andField(String name, Secret secret) {
        if (name == null || secret == null) {
            throw new InvalidDefinitionException("field", List.of("name and secret: one of them is null"));
        }
        Map<String, Secret> all = new HashMap<>(secretFields);
        all.put(name, secret);
        return new CustomAuth(additions, fields, Map.copyOf(all));
    }

    /**
     * Adds what depends on the request, such as a header field with a nonce, or with a digest of the body.
     *
     * @param additions creates the additions of each attempt from the request that is about to be sent; called by the sending
     *     thread
     * @return a new strategy
     */
    public CustomAuth andPerRequest(Function<Request, CustomAuth> additions) {
        if (additions == null) {
            throw new InvalidDefinitionException("additions", List.of("they are null"));
        }
        return and(request -> additions.apply(request).apply(request));
    }

    private CustomAuth and(UnaryOperator<Request> addition) {
        List<UnaryOperator<Request>> all = new ArrayList<>(additions);
        all.add(addition);
        return new CustomAuth(List.copyOf(all), fields, secretFields);
    }

    private static boolean takesBody(Request request) {
        return request.body().isPresent() || !WITHOUT_BODY.contains(request.method());
    }

    @Override
    public Request apply(Request request) {
        Request signed = request;
        for (UnaryOperator<Request> addition : additions) {
            signed = addition.apply(signed);
        }
        return signed;
    }

    @Override
    public Map<String, String> fields(Request request) {
        return fields;
    }

    @Override
    public Map<String, Secret> secretFields(Request request) {
        return secretFields;
    }

    @Override
    public String toString() {
        return "CustomAuth";
    }
}
