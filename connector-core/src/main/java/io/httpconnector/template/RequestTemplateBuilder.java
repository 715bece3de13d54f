package io.httpconnector.template;

import io.httpconnector.Body;
import io.httpconnector.Request;
import io.httpconnector.ResponseRule;
import io.httpconnector.RetryPolicy;
import io.httpconnector.template.RequestDefinition.BodyDefinition;
import io.httpconnector.template.TemplateProblem.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builder for {@link RequestTemplate}. {@link #build()} reports all problems at once, with line and column. Not thread-safe.
 */
public final class RequestTemplateBuilder {

    private final String name;
    private final List<TemplateProblem> problems = new ArrayList<>();
    private final List<RequestDefinition.PairDefinition> query = new ArrayList<>();
    private final List<RequestDefinition.PairDefinition> headers = new ArrayList<>();
    private final BodyDefinitionBuilder body = new BodyDefinitionBuilder(this::addProblem);
    private final List<String> hosts = new ArrayList<>();
    private final List<Integer> accept = new ArrayList<>();
    private final Map<String, Filters.FilterDefinition> filters = new HashMap<>();
    private String method = "";
    private String url = "/";
    private final List<ResponseRule> rules = new ArrayList<>();
    private @Nullable Duration timeout;
    private boolean idempotent;
    private @Nullable RetryPolicy retry;
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
        body.start(definition.body());
        accept.addAll(definition.accept());
        timeout = definition.timeout();
        idempotent = definition.idempotent();
        rules.addAll(definition.rules());
        retry = definition.retry();
        open = definition.open();
        close = definition.close();
        this.filters.putAll(filters);
    }

    /**
     * Sets the method GET and the URL.
     *
     * @param url relative to the base URL, or absolute; pills are allowed in path and query, and in the host with
     *     {@link #hosts}
     * @return this
     */
    public RequestTemplateBuilder get(String url) {
        return method("GET", url);
    }

    /**
     * Sets the method POST and the URL.
     *
     * @param url relative to the base URL, or absolute; pills are allowed in path and query, and in the host with
     *     {@link #hosts}
     * @return this
     */
    public RequestTemplateBuilder post(String url) {
        return method("POST", url);
    }

    /**
     * Sets the method PUT and the URL.
     *
     * @param url relative to the base URL, or absolute; pills are allowed in path and query, and in the host with
     *     {@link #hosts}
     * @return this
     */
    public RequestTemplateBuilder put(String url) {
        return method("PUT", url);
    }

    /**
     * Sets the method PATCH and the URL.
     *
     * @param url relative to the base URL, or absolute; pills are allowed in path and query, and in the host with
     *     {@link #hosts}
     * @return this
     */
    public RequestTemplateBuilder patch(String url) {
        return method("PATCH", url);
    }

    /**
     * Sets the method DELETE and the URL.
     *
     * @param url relative to the base URL, or absolute; pills are allowed in path and query, and in the host with
     *     {@link #hosts}
     * @return this
     */
    public RequestTemplateBuilder delete(String url) {
        return method("DELETE", url);
    }

    /**
     * Sets method and URL.
     *
     * @param method any method
     * @param url relative to the base URL, or absolute; pills are allowed in path and query, and in the host with
     *     {@link #hosts}
     * @return this
     */
    public RequestTemplateBuilder method(String method, String url) {
        this.method = orEmpty("method", method);
        this.url = orEmpty("url", url);
        return this;
    }

    /**
     * Allows pills in the host, as in {@code https://{{shop.domain}}/admin}, and restricts the rendered host to these patterns.
     *
     * @param patterns host names, such as {@code *.myshopify.com}
     * @return this
     */
    public RequestTemplateBuilder hosts(String... patterns) {
        for (String pattern : patterns) {
            hosts.add(orEmpty("hosts", pattern));
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
     * Adds a query parameter whose value is a list.
     *
     * @param name the parameter name, without pills
     * @param list one pill, whose value is a list
     * @param style the list style that the service expects
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
     * Sets a JSON body. In it, <code>{"$each": "{{order.lines}}", "$as": "line", "$item": {"sku": "{{line.sku}}"}}</code>
     * renders a list with one item per element, and <code>{"$if": "{{order.gift}}", "$then": ..., "$else": ...}</code>
     * renders one of two values.
     *
     * @param json JSON text with pills if it is a string, otherwise any object that Jackson can serialise: a tree, map, list,
     *     record or bean
     * @return this
     */
    public RequestTemplateBuilder json(Object json) {
        if (json == null) {
            addProblem("body", "must not be null: leave it out");
        } else {
            body.json(json);
        }
        return this;
    }

    /**
     * Sets a member of the existing JSON body, or creates a body object with this member.
     *
     * @param pointer a JSON pointer (RFC 6901) to the member; missing parent objects are created
     * @param value the value, with or without pills; a value that is exactly one pill keeps its type
     * @return this
     */
    public RequestTemplateBuilder jsonMember(String pointer, String value) {
        String location = orEmpty("body member", pointer);
        body.jsonMember(location, orEmpty("body member " + location, value));
        return this;
    }

    /**
     * Adds a field to an HTML form body ({@code application/x-www-form-urlencoded}).
     *
     * @param name the field name, without pills
     * @param value the value, with or without pills
     * @return this
     */
    public RequestTemplateBuilder field(String name, String value) {
        body.field(pair("form field", name, value, null));
        return this;
    }

    /**
     * Adds a field whose value is a list to an HTML form body.
     *
     * @param name the field name, without pills
     * @param list one pill, whose value is a list
     * @param style the list style that the service expects
     * @return this
     */
    public RequestTemplateBuilder field(String name, String list, ListStyle style) {
        body.field(pair("form field", name, list, style));
        return this;
    }

    /**
     * Adds a part to a multipart form body ({@code multipart/form-data}).
     *
     * @param name the field name, without pills
     * @param value the value, with or without pills
     * @return this
     */
    public RequestTemplateBuilder part(String name, String value) {
        body.part(new RequestDefinition.PartDefinition(pair("part", name, value, null), null, null));
        return this;
    }

    /**
     * Adds a part whose value is a list to a multipart form body.
     *
     * @param name the field name, without pills
     * @param list one pill, whose value is a list
     * @param style the list style that the service expects
     * @return this
     */
    public RequestTemplateBuilder part(String name, String list, ListStyle style) {
        body.part(new RequestDefinition.PartDefinition(pair("part", name, list, style), null, null));
        return this;
    }

    /**
     * Adds a file to a multipart form body.
     *
     * @param name the field name, without pills
     * @param fileName the name of the file, with or without pills
     * @param contentType the media type of the file, with or without pills
     * @param content a pill whose value is a byte array, a {@code Path}, an {@code InputStream}, a {@link Body.StreamSource}
     *     or text; or text with pills
     * @return this
     */
    public RequestTemplateBuilder file(String name, String fileName, String contentType, String content) {
        body.part(new RequestDefinition.PartDefinition(
                pair("part", name, content, null),
                orEmpty("file name of part " + name, fileName),
                orEmpty("content type of part " + name, contentType)));
        return this;
    }

    /**
     * Sets an XML body, with pills in element text and attribute values.
     *
     * @param xml an XML document
     * @return this
     */
    public RequestTemplateBuilder xml(String xml) {
        return body(new BodyDefinition.XmlBody(orEmpty("body", xml)));
    }

    /**
     * Sets a GraphQL query, whose responses are treated as by {@link Request#graphQlResponse}. Set its variables by {@link
     * #variable}. The query has no pills: a value can't change it. By GET, its parts are parameters of the URL; not for a mutation.
     *
     * @param query the GraphQL document, such as {@code query($id: ID!) { user(id: $id) { name } }}
     * @return this
     */
    public RequestTemplateBuilder graphql(String query) {
        return body(new BodyDefinition.GraphQlBody(orEmpty("query", query), "{}", null, false, false));
    }

    /**
     * Sets a variable of the GraphQL query.
     *
     * @param name the name, without {@code $}
     * @param value the value, with or without pills if it is a text; a text that is exactly one pill keeps the type of its value;
     *     or any object that Jackson can serialise
     * @return this
     */
    public RequestTemplateBuilder variable(String name, Object value) {
        body.variable(orEmpty("variable", name), value);
        return this;
    }

    /**
     * Selects the operation of a GraphQL document with several.
     *
     * @param name the name of the operation
     * @return this
     */
    public RequestTemplateBuilder operationName(String name) {
        body.changeGraphQl(
                "operationName",
                query -> new BodyDefinition.GraphQlBody(
                        query.query(), query.variables(), name, query.partialData(), query.persisted()));
        return this;
    }

    /**
     * Accepts GraphQL responses with errors if they have data.
     *
     * @return this
     */
    public RequestTemplateBuilder acceptPartialData() {
        body.changeGraphQl(
                "acceptPartialData",
                query -> new BodyDefinition.GraphQlBody(
                        query.query(), query.variables(), query.operationName(), true, query.persisted()));
        return this;
    }

    /**
     * Sends the hash of the GraphQL query in place of its text, which follows once if the service does not know it.
     *
     * @return this
     * @see Request#persistedQuery()
     */
    public RequestTemplateBuilder persistedQuery() {
        body.changeGraphQl(
                "persistedQuery",
                query -> new BodyDefinition.GraphQlBody(
                        query.query(), query.variables(), query.operationName(), query.partialData(), true));
        return this;
    }

    /**
     * Sets a text body. Values are inserted without escaping, because the format of the text is unknown.
     *
     * @param text text with pills
     * @param contentType the media type, such as {@code text/plain}, with or without pills
     * @return this
     */
    public RequestTemplateBuilder text(String text, String contentType) {
        return body(new BodyDefinition.TextBody(orEmpty("body", text), orEmpty("content type", contentType)));
    }

    /**
     * Sets a binary body.
     *
     * @param content a pill whose value is a byte array, a {@code Path}, an {@code InputStream} or a {@link Body.StreamSource}
     * @param contentType the media type, such as {@code application/pdf}, with or without pills
     * @return this
     */
    public RequestTemplateBuilder bytes(String content, String contentType) {
        return body(new BodyDefinition.BytesBody(orEmpty("body", content), orEmpty("content type", contentType)));
    }

    private RequestTemplateBuilder body(BodyDefinition content) {
        body.set(content);
        return this;
    }

    /**
     * Accepts these response statuses in addition to the successful ones; see {@link Request#acceptStatus(int...)}.
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
     * Sets the timeout of the whole exchange; see {@link Request#timeout(Duration)}.
     *
     * @param timeout 1 ms to 24 h
     * @return this
     */
    public RequestTemplateBuilder timeout(Duration timeout) {
        this.timeout = timeout;
        return this;
    }

    /**
     * Declares the requests idempotent, so that they may be retried when a response was lost; see {@link Request#idempotent()}. For
     * a service that recognizes repetitions by a key, add a header field such as {@code Idempotency-Key} with a pill.
     *
     * @return this
     */
    public RequestTemplateBuilder idempotent() {
        this.idempotent = true;
        return this;
    }

    /**
     * Adds a rule that classifies the responses to requests of this template; see {@link Request#rule(ResponseRule)}.
     *
     * @param rule the rule
     * @return this
     */
    public RequestTemplateBuilder rule(ResponseRule rule) {
        if (rule == null) {
            addProblem("rules", "must not be null: leave it out");
        } else {
            rules.add(rule);
        }
        return this;
    }

    /**
     * Sets the retry policy of requests of this template; see {@link Request#retry(RetryPolicy)}.
     *
     * @param retry the policy, or {@link RetryPolicy#none()}
     * @return this
     */
    public RequestTemplateBuilder retry(RetryPolicy retry) {
        if (retry == null) {
            addProblem("retry", "must not be null: leave it out");
        }
        this.retry = retry;
        return this;
    }

    /**
     * Adds a custom filter: {@code {{account.Phone | e164('DE')}}}.
     *
     * @param name letters and digits; must differ from the names of all other filters
     * @param filter the filter
     * @return this
     */
    public RequestTemplateBuilder filter(String name, PillFilter filter) {
        String text = orEmpty("filter", name);
        if (!text.matches("[A-Za-z][A-Za-z0-9]*")) {
            addProblem("filter", "\"" + text + "\" is not a valid filter name: use letters and digits");
        } else if (Filters.names().contains(text)) {
            addProblem("filter", "the filter \"" + text + "\" already exists");
        } else if (filter == null) {
            addProblem("filter", text + " is null");
        } else {
            filters.put(text, Filters.custom(text, filter));
        }
        return this;
    }

    /**
     * Replaces the delimiters <code>&#123;&#123;</code> and <code>&#125;&#125;</code>, for services whose own templates use
     * braces.
     *
     * @param open the opening delimiter, such as {@code <%}: 1 to 8 characters other than letters, digits, quotes,
     *     backslashes and whitespace
     * @param close the closing delimiter
     * @return this
     */
    public RequestTemplateBuilder delimiters(String open, String close) {
        this.open = orEmpty("delimiters", open);
        this.close = orEmpty("delimiters", close);
        return this;
    }

    /**
     * Builds the template.
     *
     * @return the template
     * @throws InvalidTemplateException if the definition is invalid; lists all problems, with line and column
     */
    public RequestTemplate build() {
        List<TemplateProblem> found = new ArrayList<>(problems);
        if (body.hasSeveral()) {
            found.add(TemplateProblem.of(
                    SourceLocation.of("body"),
                    Code.MALFORMED,
                    null,
                    "there are several bodies: use either a form, a multipart form, or another body"));
        }
        RequestDefinition definition = new RequestDefinition(
                name,
                method,
                url,
                List.copyOf(hosts),
                List.copyOf(query),
                List.copyOf(headers),
                body.build(),
                List.copyOf(accept),
                timeout,
                idempotent,
                List.copyOf(rules),
                retry,
                open,
                close);
        return TemplateCompiler.compile(definition, Map.copyOf(filters), found);
    }

    private RequestDefinition.PairDefinition pair(
            String part, @Nullable String name, @Nullable String value, @Nullable ListStyle style) {
        String known = orEmpty(part + " name", name);
        return new RequestDefinition.PairDefinition(known, orEmpty(part + " " + known, value), style);
    }

    /** Returns the text; for null, reports a problem and returns an empty text. */
    private String orEmpty(String part, @Nullable String text) {
        if (text == null) {
            addProblem(part, "must not be null: leave it out");
        }
        return text == null ? "" : text;
    }

    private void addProblem(String part, String message) {
        problems.add(TemplateProblem.of(SourceLocation.of(part), Code.MALFORMED, null, message));
    }
}
