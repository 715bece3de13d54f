package io.httpconnector.template;

import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Describes a {@link RequestTemplate}. What is wrong is said by {@link #build()}, all at once, with line and column. Not safe
 * for several threads.
 */
public final class RequestTemplateBuilder {

    private final String name;
    private final List<String> problems = new ArrayList<>();
    private final List<RequestTemplate.Named> query = new ArrayList<>();
    private final List<RequestTemplate.Named> headers = new ArrayList<>();
    private @Nullable String method;
    private @Nullable TextTemplate url;
    private @Nullable JsonTemplate body;
    private UnaryOperator<Request> settings = UnaryOperator.identity();

    RequestTemplateBuilder(@Nullable String name) {
        this.name = name == null ? "" : name.strip();
        if (this.name.isEmpty()) {
            problems.add("name: it is missing: say what the request does, such as \"Create venue\"");
        }
    }

    /**
     * Makes it a GET request.
     *
     * @param url relative to the base URL, or absolute; pills in path and query only
     * @return this
     */
    public RequestTemplateBuilder get(String url) {
        return method("GET", url);
    }

    /**
     * Makes it a POST request.
     *
     * @param url relative to the base URL, or absolute; pills in path and query only
     * @return this
     */
    public RequestTemplateBuilder post(String url) {
        return method("POST", url);
    }

    /**
     * Makes it a PUT request.
     *
     * @param url relative to the base URL, or absolute; pills in path and query only
     * @return this
     */
    public RequestTemplateBuilder put(String url) {
        return method("PUT", url);
    }

    /**
     * Makes it a PATCH request.
     *
     * @param url relative to the base URL, or absolute; pills in path and query only
     * @return this
     */
    public RequestTemplateBuilder patch(String url) {
        return method("PATCH", url);
    }

    /**
     * Makes it a DELETE request.
     *
     * @param url relative to the base URL, or absolute; pills in path and query only
     * @return this
     */
    public RequestTemplateBuilder delete(String url) {
        return method("DELETE", url);
    }

    /**
     * Sets method and URL.
     *
     * @param method any method
     * @param url relative to the base URL, or absolute; pills in path and query only
     * @return this
     */
    public RequestTemplateBuilder method(String method, String url) {
        this.method = method;
        this.url = text("url", url, TextTemplate.Encoding.URL);
        String sample = this.url.sample();
        if (sample == null) {
            problems.add(
                    "url: a pill can't decide where the request goes: start with a slash, or with scheme and host");
        } else {
            check(() -> Request.of(method, sample));
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
        query.add(new RequestTemplate.Named(name, text("query " + name, value, TextTemplate.Encoding.NONE)));
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
        TextTemplate template = text("header " + name, value, TextTemplate.Encoding.NONE);
        String fixed = template.fixed();
        check(() -> Request.get("/").header(name, fixed == null ? "" : fixed));
        headers.add(new RequestTemplate.Named(name, template));
        return this;
    }

    /**
     * Sets a JSON body.
     *
     * @param json JSON text with pills
     * @return this
     */
    public RequestTemplateBuilder json(String json) {
        if (json == null) {
            problems.add("body: it is null: leave it out");
        } else {
            body = JsonCompiler.compile(json, problems);
        }
        return this;
    }

    /**
     * Also welcomes answers with these statuses; see {@link Request#accept(int...)}.
     *
     * @param statuses status codes from 100 to 599
     * @return this
     */
    public RequestTemplateBuilder accept(int... statuses) {
        return set(request -> request.accept(statuses));
    }

    /**
     * Sets how long the whole exchange may take; see {@link Request#timeout(Duration)}.
     *
     * @param timeout 1 ms to 24 h
     * @return this
     */
    public RequestTemplateBuilder timeout(Duration timeout) {
        return set(request -> request.timeout(timeout));
    }

    private RequestTemplateBuilder set(UnaryOperator<Request> setting) {
        check(() -> setting.apply(Request.get("/")));
        UnaryOperator<Request> before = settings;
        settings = request -> setting.apply(before.apply(request));
        return this;
    }

    /**
     * Builds the template.
     *
     * @return the template
     * @throws InvalidDefinitionException when something is missing or wrong: lists all of it, with line and column
     */
    public RequestTemplate build() {
        List<String> found = new ArrayList<>(problems);
        if (method == null) {
            found.add("method: it is missing: set it by get(url), post(url) or the like");
        }
        if (method == null || url == null || !found.isEmpty()) {
            throw new InvalidDefinitionException("template \"" + name + "\"", found);
        }
        return new RequestTemplate(name, method, url, List.copyOf(query), List.copyOf(headers), body, settings);
    }

    private TextTemplate text(String source, @Nullable String text, TextTemplate.Encoding encoding) {
        if (text == null) {
            problems.add(source + ": it is null: leave it out");
        }
        return TextTemplate.compile(source, text == null ? "/" : text, encoding, problems);
    }

    private void check(Supplier<Request> step) {
        try {
            Request unused = step.get();
        } catch (InvalidDefinitionException e) {
            problems.add(String.valueOf(e.getMessage()).replaceFirst("^Invalid ", ""));
        }
    }
}
