package io.httpconnector.template;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Body;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import io.httpconnector.internal.json.JsonSupport;
import io.httpconnector.template.RequestDefinition.BodyDefinition;
import io.httpconnector.template.TemplateProblem.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Describes a {@link RequestTemplate}. What is wrong is said by {@link #build()}, all at once, with line and column. Not safe
 * for several threads.
 */
public final class RequestTemplateBuilder {

    private final String name;
    private final List<TemplateProblem> problems = new ArrayList<>();
    private final List<RequestDefinition.PairDefinition> query = new ArrayList<>();
    private final List<RequestDefinition.PairDefinition> headers = new ArrayList<>();
    private final List<RequestDefinition.PairDefinition> fields = new ArrayList<>();
    private final List<RequestDefinition.PartDefinition> parts = new ArrayList<>();
    private final List<String> hosts = new ArrayList<>();
    private final List<Integer> accept = new ArrayList<>();
    private final Map<String, Filters.FilterDefinition> filters = new HashMap<>();
    private String method = "";
    private String url = "/";
    private @Nullable BodyDefinition body;
    private @Nullable Duration timeout;
    private String open = PillSyntax.DEFAULT.open();
    private String close = PillSyntax.DEFAULT.close();

    RequestTemplateBuilder(@Nullable String name) {
        this.name = name == null ? "" : name.strip();
    }

    RequestTemplateBuilder(RequestDefinition definition, Map<String, Filters.FilterDefinition> filters) {
        this(definition.name());
        method = definition.method();
        url = definition.url();
        hosts.addAll(definition.hosts());
        query.addAll(definition.query());
        headers.addAll(definition.headers());
        if (definition.body() instanceof BodyDefinition.FormBody form) {
            fields.addAll(form.fields());
        } else if (definition.body() instanceof BodyDefinition.MultipartBody multipart) {
            parts.addAll(multipart.parts());
        } else {
            body = definition.body();
        }
        accept.addAll(definition.accept());
        timeout = definition.timeout();
        open = definition.open();
        close = definition.close();
        this.filters.putAll(filters);
    }

    /**
     * Makes it a GET request.
     *
     * @param url relative to the base URL, or absolute; pills in path and query, and see {@link #hosts}
     * @return this
     */
    public RequestTemplateBuilder get(String url) {
        return method("GET", url);
    }

    /**
     * Makes it a POST request.
     *
     * @param url relative to the base URL, or absolute; pills in path and query, and see {@link #hosts}
     * @return this
     */
    public RequestTemplateBuilder post(String url) {
        return method("POST", url);
    }

    /**
     * Makes it a PUT request.
     *
     * @param url relative to the base URL, or absolute; pills in path and query, and see {@link #hosts}
     * @return this
     */
    public RequestTemplateBuilder put(String url) {
        return method("PUT", url);
    }

    /**
     * Makes it a PATCH request.
     *
     * @param url relative to the base URL, or absolute; pills in path and query, and see {@link #hosts}
     * @return this
     */
    public RequestTemplateBuilder patch(String url) {
        return method("PATCH", url);
    }

    /**
     * Makes it a DELETE request.
     *
     * @param url relative to the base URL, or absolute; pills in path and query, and see {@link #hosts}
     * @return this
     */
    public RequestTemplateBuilder delete(String url) {
        return method("DELETE", url);
    }

    /**
     * Sets method and URL.
     *
     * @param method any method
     * @param url relative to the base URL, or absolute; pills in path and query, and see {@link #hosts}
     * @return this
     */
    public RequestTemplateBuilder method(String method, String url) {
        this.method = given("method", method);
        this.url = given("url", url);
        return this;
    }

    /**
     * Allows pills in the host, as in {@code https://{{shop.domain}}/admin}, as long as the host becomes one of these.
     *
     * @param patterns host names, such as {@code *.myshopify.com}
     * @return this
     */
    public RequestTemplateBuilder hosts(String... patterns) {
        for (String pattern : patterns) {
            hosts.add(given("hosts", pattern));
        }
        return this;
    }

    /**
     * Adds a query parameter.
     *
     * @param name the parameter name, without pills
     * @param value the value, with or without pills
     * @return this
     */
    public RequestTemplateBuilder query(String name, String value) {
        query.add(pair("query", name, value, null));
        return this;
    }

    /**
     * Adds a query parameter for each element of a list.
     *
     * @param name the parameter name, without pills
     * @param list one pill, whose value is a list
     * @param style how the service wants lists
     * @return this
     */
    public RequestTemplateBuilder query(String name, String list, ListStyle style) {
        query.add(pair("query", name, list, style));
        return this;
    }

    /**
     * Adds a header field.
     *
     * @param name the field name, without pills
     * @param value the value, with or without pills
     * @return this
     */
    public RequestTemplateBuilder header(String name, String value) {
        headers.add(pair("header", name, value, null));
        return this;
    }

    /**
     * Sets a JSON body. In it, <code>{"$each": "{{order.lines}}", "$as": "line", "$item": {"sku": "{{line.sku}}"}}</code> is a
     * list with an item for each element, and <code>{"$if": "{{order.gift}}", "$then": ..., "$else": ...}</code> one of two
     * values.
     *
     * @param json JSON text with pills when it is a string, or else what is written as JSON: a tree, map, list, record or bean
     * @return this
     */
    public RequestTemplateBuilder json(Object json) {
        if (json == null) {
            malformed("body", "it is null: leave it out");
            return this;
        }
        try {
            String text = json instanceof String given
                    ? given
                    : JsonSupport.tree(json).toPrettyString();
            return body(new BodyDefinition.JsonBody(text));
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> malformed("body", problem));
            return this;
        }
    }

    /**
     * Sets a member of the JSON body that is there already, or makes the body an object with this member.
     *
     * @param pointer a JSON pointer (RFC 6901) to the member; objects on the way are made when they are missing
     * @param value the value, with or without pills; one that is exactly one pill has the type of its value
     * @return this
     */
    public RequestTemplateBuilder jsonMember(String pointer, String value) {
        String place = given("body member", pointer);
        try {
            JsonNode tree = body instanceof BodyDefinition.JsonBody json
                    ? JsonSupport.parse(json.json())
                    : JsonNodeFactory.instance.objectNode();
            JsonPointer path = pointer(place);
            boolean isOther = !fields.isEmpty()
                    || !parts.isEmpty()
                    || (body != null && !(body instanceof BodyDefinition.JsonBody));
            if (isOther || !tree.isObject() || path.matches()) {
                malformed("body member " + place, "the body is no JSON object that could have it");
                return this;
            }
            ObjectNode holder = ((ObjectNode) tree).withObject(path.head());
            holder.put(path.last().getMatchingProperty(), given("body member " + place, value));
            body = new BodyDefinition.JsonBody(tree.toPrettyString());
        } catch (InvalidDefinitionException e) {
            malformed("body member " + place, "the body has pills outside of strings: write the member into it");
        } catch (IllegalArgumentException | UnsupportedOperationException e) {
            malformed("body member " + place, "it is no JSON pointer (RFC 6901) to a member of an object");
        }
        return this;
    }

    private static JsonPointer pointer(String text) {
        try {
            return JsonSupport.pointer(text);
        } catch (InvalidDefinitionException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /**
     * Adds a field to the body, which is an HTML form.
     *
     * @param name the field name, without pills
     * @param value the value, with or without pills
     * @return this
     */
    public RequestTemplateBuilder field(String name, String value) {
        fields.add(pair("form field", name, value, null));
        return this;
    }

    /**
     * Adds a field for each element of a list to the body, which is an HTML form.
     *
     * @param name the field name, without pills
     * @param list one pill, whose value is a list
     * @param style how the service wants lists
     * @return this
     */
    public RequestTemplateBuilder field(String name, String list, ListStyle style) {
        fields.add(pair("form field", name, list, style));
        return this;
    }

    /**
     * Adds a part to the body, which is a multipart form.
     *
     * @param name the field name, without pills
     * @param value the value, with or without pills
     * @return this
     */
    public RequestTemplateBuilder part(String name, String value) {
        parts.add(new RequestDefinition.PartDefinition(pair("part", name, value, null), null, null));
        return this;
    }

    /**
     * Adds a part for each element of a list to the body, which is a multipart form.
     *
     * @param name the field name, without pills
     * @param list one pill, whose value is a list
     * @param style how the service wants lists
     * @return this
     */
    public RequestTemplateBuilder part(String name, String list, ListStyle style) {
        parts.add(new RequestDefinition.PartDefinition(pair("part", name, list, style), null, null));
        return this;
    }

    /**
     * Adds a file to the body, which is a multipart form.
     *
     * @param name the field name, without pills
     * @param fileName the name of the file, with or without pills
     * @param contentType the media type of the file, with or without pills
     * @param content a pill whose value is a byte array, a {@code Path}, an {@code InputStream}, a {@link Body.StreamSource} or
     *     a text; or text with pills
     * @return this
     */
    public RequestTemplateBuilder file(String name, String fileName, String contentType, String content) {
        parts.add(new RequestDefinition.PartDefinition(
                pair("part", name, content, null),
                given("file name of part " + name, fileName),
                given("content type of part " + name, contentType)));
        return this;
    }

    /**
     * Sets an XML body, with pills in texts and in the values of attributes.
     *
     * @param xml an XML document
     * @return this
     */
    public RequestTemplateBuilder xml(String xml) {
        return body(new BodyDefinition.XmlBody(given("body", xml)));
    }

    /**
     * Sets a body of text. Values are put in as they are: what the text means, only its reader knows.
     *
     * @param text text with pills
     * @param contentType the media type, such as {@code text/plain}, with or without pills
     * @return this
     */
    public RequestTemplateBuilder text(String text, String contentType) {
        return body(new BodyDefinition.TextBody(given("body", text), given("content type", contentType)));
    }

    /**
     * Sets a body of bytes.
     *
     * @param content a pill whose value is a byte array, a {@code Path}, an {@code InputStream} or a {@link Body.StreamSource}
     * @param contentType the media type, such as {@code application/pdf}, with or without pills
     * @return this
     */
    public RequestTemplateBuilder bytes(String content, String contentType) {
        return body(new BodyDefinition.BytesBody(given("body", content), given("content type", contentType)));
    }

    private RequestTemplateBuilder body(BodyDefinition content) {
        if (body != null) {
            malformed("body", "there are two: a request has one");
        }
        body = content;
        return this;
    }

    /**
     * Also welcomes answers with these statuses; see {@link Request#acceptStatus(int...)}.
     *
     * @param statuses status codes from 100 to 599
     * @return this
     */
    public RequestTemplateBuilder acceptStatus(int... statuses) {
        for (int status : statuses) {
            accept.add(status);
        }
        return this;
    }

    /**
     * Sets how long the whole exchange may take; see {@link Request#timeout(Duration)}.
     *
     * @param timeout 1 ms to 24 h
     * @return this
     */
    public RequestTemplateBuilder timeout(Duration timeout) {
        this.timeout = timeout;
        return this;
    }

    /**
     * Adds a filter of the application's own: {@code {{account.Phone | e164('DE')}}}.
     *
     * @param name letters and digits, and no name that a filter has already
     * @param filter what it does
     * @return this
     */
    public RequestTemplateBuilder filter(String name, PillFilter filter) {
        String text = given("filter", name);
        if (!text.matches("[A-Za-z][A-Za-z0-9]*")) {
            malformed("filter", "\"" + text + "\" is no name of a filter: use letters and digits");
        } else if (Filters.find(text) != null || MissingValuePolicy.NAMES.contains(text)) {
            malformed("filter", "there is a filter \"" + text + "\" already");
        } else if (filter == null) {
            malformed("filter", text + " is null");
        } else {
            filters.put(text, Filters.own(text, filter));
        }
        return this;
    }

    /**
     * Sets other delimiters than two braces, for a service whose own templates are written with braces.
     *
     * @param open what begins a pill, such as {@code <%}: 1 to 8 characters without letters, digits, quotes and spaces
     * @param close what ends it
     * @return this
     */
    public RequestTemplateBuilder delimiters(String open, String close) {
        this.open = given("delimiters", open);
        this.close = given("delimiters", close);
        return this;
    }

    /**
     * Builds the template.
     *
     * @return the template
     * @throws InvalidTemplateException when something is missing or wrong: lists all of it, with line and column
     */
    public RequestTemplate build() {
        List<TemplateProblem> found = new ArrayList<>(problems);
        long bodies = Stream.of(body != null, !fields.isEmpty(), !parts.isEmpty())
                .filter(Boolean::booleanValue)
                .count();
        if (bodies > 1) {
            found.add(TemplateProblem.of(
                    SourceLocation.of("body"),
                    Code.MALFORMED,
                    null,
                    "there are two: it is a form, a multipart form, or another"));
        }
        BodyDefinition form = fields.isEmpty() ? null : new BodyDefinition.FormBody(List.copyOf(fields));
        BodyDefinition content = parts.isEmpty() ? form : new BodyDefinition.MultipartBody(List.copyOf(parts));
        RequestDefinition definition = new RequestDefinition(
                name,
                method,
                url,
                List.copyOf(hosts),
                List.copyOf(query),
                List.copyOf(headers),
                body == null ? content : body,
                List.copyOf(accept),
                timeout,
                open,
                close);
        return TemplateCompiler.compile(definition, Map.copyOf(filters), found);
    }

    private RequestDefinition.PairDefinition pair(
            String part, @Nullable String name, @Nullable String value, @Nullable ListStyle style) {
        String known = given(part + " name", name);
        return new RequestDefinition.PairDefinition(known, given(part + " " + known, value), style);
    }

    /** The text, or an empty one that is said to be missing. */
    private String given(String part, @Nullable String text) {
        if (text == null) {
            malformed(part, "it is null: leave it out");
        }
        return text == null ? "" : text;
    }

    private void malformed(String part, String message) {
        problems.add(TemplateProblem.of(SourceLocation.of(part), Code.MALFORMED, null, message));
    }
}
