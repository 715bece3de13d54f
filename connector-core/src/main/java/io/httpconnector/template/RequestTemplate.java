package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.Body;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A request with <em>datapills</em>, {@code {{step.field}}}, for the values that change from job to job.
 *
 * <pre>{@code
 * RequestTemplate createVenue = RequestTemplate.named("Create venue")
 *     .post("/v3/organizations/{{org.id}}/venues/")
 *     .json("""
 *         {"venue": {"name": "{{account.Name}}", "capacity": "{{account.Seats}}", "note": "From {{account.Id}}"}}""")
 *     .build();
 *
 * Response venue = eventbrite.send(createVenue.render(Pills.of("account", record).and("org", Map.of("id", 4711))));
 * }</pre>
 *
 * <p>A pill is a path: {@code {{order.lines[0].sku}}}, {@code {{row["Any name"]}}}. In JSON, a string that is exactly one
 * pill becomes the value with its own type, here {@code "capacity": 250}; a pill in other text becomes text. Values are
 * escaped for the place where they stand, and never read as a template. Each pill needs a value, except an optional one,
 * {@code {{account.Phone?}}}: it becomes {@code null} as a JSON value, nothing in other text, and leaves out the query
 * parameter or header field that it is the whole of. <code>&#123;&#123;'&#123;&#123;'&#125;&#125;</code> stands for two braces.
 *
 * <p>Compiled once; immutable and safe for many threads.
 */
public final class RequestTemplate {

    /** A query parameter or a header field. */
    record Named(String name, TextTemplate value) {}

    private final String name;
    private final String method;
    private final TextTemplate url;
    private final @Nullable Request fixed;
    private final List<Named> query;
    private final List<Named> headers;
    private final @Nullable JsonTemplate body;
    private final UnaryOperator<Request> settings;

    RequestTemplate(
            String name,
            String method,
            TextTemplate url,
            List<Named> query,
            List<Named> headers,
            @Nullable JsonTemplate body,
            UnaryOperator<Request> settings) {
        this.name = name;
        this.method = method;
        this.url = url;
        this.query = query;
        this.headers = headers;
        this.body = body;
        this.settings = settings;
        this.fixed = url.fixed() == null ? null : start(url.fixed());
    }

    /**
     * Starts to describe a template.
     *
     * @param name what the request does; stands in log lines and exceptions
     * @return a builder
     */
    public static RequestTemplateBuilder named(String name) {
        return new RequestTemplateBuilder(name);
    }

    /**
     * The name of the template.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * The pills that the template needs, so that a user can be asked for them before a job runs.
     *
     * @return their paths, such as {@code account.Name}, each once, in the order of URL, query, headers and body
     */
    public List<String> pills() {
        LinkedHashSet<String> paths = new LinkedHashSet<>();
        Stream.concat(
                        Stream.of(url),
                        Stream.concat(query.stream(), headers.stream()).map(Named::value))
                .flatMap(text -> text.pills().stream())
                .forEach(pill -> paths.add(pill.path()));
        if (body != null) {
            body.pills().forEach(pill -> paths.add(pill.path()));
        }
        return List.copyOf(paths);
    }

    /**
     * The request with the values of one step; the same as {@code render(Pills.of(step, value))}.
     *
     * @param step the name of the step
     * @param value what Jackson can write: a tree, map, record or bean
     * @return the request
     * @throws RenderException when values are missing or don't fit: lists all of them
     */
    public Request render(String step, Object value) {
        return render(Pills.of(step, value));
    }

    /**
     * The request with its values.
     *
     * @param pills the values
     * @return the request
     * @throws RenderException when values are missing or don't fit: lists all of them
     */
    public Request render(Pills pills) {
        JsonNode root = pills.root();
        List<String> problems = new ArrayList<>(0);
        Request request = fixed == null ? rendered(root, problems) : fixed;
        for (Named parameter : query) {
            if (!parameter.value.isAbsent(root)) {
                request = request.query(parameter.name, parameter.value.render(root, problems));
            }
        }
        for (Named header : headers) {
            if (!header.value.isAbsent(root)) {
                request = withHeader(request, header, root, problems);
            }
        }
        Body content = body == null ? null : body.render(root, problems);
        if (!problems.isEmpty()) {
            throw new RenderException(name, problems);
        }
        return content == null ? request : request.body(content);
    }

    private Request rendered(JsonNode root, List<String> problems) {
        String rendered = url.render(root, problems);
        try {
            return start(problems.isEmpty() ? rendered : "/");
        } catch (InvalidDefinitionException e) {
            e.problems().forEach(problem -> problems.add("url: " + problem));
            return start("/");
        }
    }

    private Request start(String url) {
        return settings.apply(Request.of(method, url).named(name));
    }

    private static Request withHeader(Request request, Named header, JsonNode root, List<String> problems) {
        String value = header.value.render(root, problems);
        try {
            return request.header(header.name, value);
        } catch (InvalidDefinitionException e) {
            problems.addAll(e.problems());
            return request;
        }
    }

    /**
     * Says what it does.
     *
     * @return name and method
     */
    @Override
    public String toString() {
        return "\"" + name + "\" " + method;
    }
}
