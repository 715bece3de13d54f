package io.httpconnector.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.Body;
import io.httpconnector.Exchange;
import io.httpconnector.InvalidDefinitionException;
import io.httpconnector.Request;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
 * <p>A pill is a path, and maybe filters: {@code {{order.lines[0].sku}}}, {@code {{row["Any name"] | trim | default('none')}}}.
 * In JSON, a string that is exactly one pill becomes the value with its own type, here {@code "capacity": 250}; a pill in
 * other text becomes text. Values are escaped for the place where they stand, and never read as a template. A missing value
 * is an error, unless the filter {@code default}, {@code omit} or {@code null} says what to do.
 * <code>&#123;&#123;'&#123;&#123;'&#125;&#125;</code> stands for two braces.
 *
 * <p>Compiled once; immutable and safe for many threads.
 */
public final class RequestTemplate {

    private final RequestDefinition definition;
    private final Map<String, Filters.FilterDefinition> filters;
    private final UrlTemplate url;
    private final @Nullable Request fixed;
    private final List<NamedTemplate> query;
    private final List<NamedTemplate> headers;
    private final @Nullable BodyTemplate body;

    RequestTemplate(
            RequestDefinition definition,
            Map<String, Filters.FilterDefinition> filters,
            UrlTemplate url,
            List<NamedTemplate> query,
            List<NamedTemplate> headers,
            @Nullable BodyTemplate body) {
        this.definition = definition;
        this.filters = filters;
        this.url = url;
        this.query = query;
        this.headers = headers;
        this.body = body;
        String fixedUrl = url.fixed();
        this.fixed = fixedUrl == null ? null : start(fixedUrl);
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
     * Reads a template that {@link #toJson()} wrote, or that was written by hand.
     *
     * @param json {@code name}, {@code method}, {@code url}, {@code query}, {@code headers}, {@code body}, {@code accept},
     *     {@code timeout}, {@code hosts} and {@code delimiters}
     * @return the template
     * @throws InvalidTemplateException when something is missing, unknown, contradictory or wrong: lists all of it, that about the
     *     document with its JSON Pointer
     */
    public static RequestTemplate fromJson(JsonNode json) {
        return fromJson(json, Map.of());
    }

    /**
     * Reads a template that uses filters of the application's own.
     *
     * @param json the template
     * @param filters the filters by their names
     * @return the template
     * @throws InvalidTemplateException when something is missing, unknown or wrong: lists all of it
     */
    public static RequestTemplate fromJson(JsonNode json, Map<String, PillFilter> filters) {
        List<TemplateProblem> problems = new ArrayList<>();
        RequestDefinition definition = RequestDefinitionCodec.read(json, problems);
        if (definition == null) {
            throw new InvalidTemplateException("", problems);
        }
        Map<String, Filters.FilterDefinition> own = new HashMap<>();
        if (filters == null) {
            throw new InvalidDefinitionException("template", List.of("the filters are null: there is Map.of()"));
        }
        filters.forEach((name, filter) -> own.put(name, Filters.own(name, filter)));
        return TemplateCompiler.compile(definition, Map.copyOf(own), problems);
    }

    /**
     * The template as JSON, without loss but for filters of the application's own, which are code.
     *
     * @return what {@link #fromJson(JsonNode)} reads
     */
    public ObjectNode toJson() {
        return RequestDefinitionCodec.write(definition);
    }

    /**
     * The name of the template.
     *
     * @return the name
     */
    public String name() {
        return definition.name();
    }

    /**
     * A builder of the same template, to add to it.
     *
     * @return a builder that builds the same
     */
    public RequestTemplateBuilder toBuilder() {
        return new RequestTemplateBuilder(definition, filters);
    }

    /**
     * The pills of the template, so that a user can be asked for them before a job runs.
     *
     * @return each path once, in the order of URL, query, headers and body
     */
    public List<PillInfo> pills() {
        return PillCollector.of(uses());
    }

    /**
     * Checks the pills against what the earlier steps are known to give, before a job runs.
     *
     * @param catalogue the steps and their schemas
     * @return pills that lead nowhere, and values of a type that their place can't take; empty when all is well
     */
    public List<TemplateProblem> check(PillCatalogue catalogue) {
        return uses().map(catalogue::check).filter(Objects::nonNull).toList();
    }

    /**
     * Renders without sending, to look at the request.
     *
     * @param pills the values
     * @return method, URL, headers and body, without status and answer; {@link Exchange#asCurl()} is the command for a terminal
     * @throws RenderException when values are missing or don't fit: lists all of them
     */
    public Exchange dryRun(Pills pills) {
        return render(pills).preview();
    }

    private Stream<PillUsage> uses() {
        Stream<PillUsage> inUrl = url.pills().map(pill -> PillUsage.of(pill, PillUsage.SINGLE));
        Stream<PillUsage> inPairs =
                Stream.concat(query.stream(), headers.stream()).flatMap(NamedTemplate::uses);
        return Stream.concat(Stream.concat(inUrl, inPairs), body == null ? Stream.empty() : body.uses());
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
     * The request with its values. A JSON body of more than a megabyte is written while it is sent, and takes no memory of its
     * own; until then the trees that were given must not be changed.
     *
     * @param pills the values
     * @return the request
     * @throws RenderException when values are missing or don't fit: lists all of them
     */
    public Request render(Pills pills) {
        if (pills == null) {
            throw new InvalidDefinitionException(
                    "template \"" + name() + "\"", List.of("the pills are null: there is Pills.none()"));
        }
        RenderContext scope = new RenderContext(pills.root(), body == null ? 0 : body.slots());
        Request request = fixed == null ? started(scope) : fixed;
        for (NamedTemplate parameter : query) {
            for (Map.Entry<String, String> pair : parameter.render(scope)) {
                request = request.query(pair.getKey(), pair.getValue());
            }
        }
        for (NamedTemplate header : headers) {
            for (Map.Entry<String, String> pair : header.render(scope)) {
                request = withHeader(request, pair.getKey(), pair.getValue(), scope);
            }
        }
        Body content = body == null ? null : body.render(scope);
        if (!scope.problems().isEmpty()) {
            throw new RenderException(name(), scope.problems());
        }
        return content == null ? request : request.body(content);
    }

    private Request started(RenderContext scope) {
        String rendered = url.render(scope);
        try {
            return start(rendered == null ? "/" : rendered);
        } catch (InvalidDefinitionException e) {
            unencodable("url", e, scope);
            return start("/");
        }
    }

    private Request start(String url) {
        Request request = Request.of(definition.method(), url).named(definition.name());
        int[] statuses =
                definition.accept().stream().mapToInt(Integer::intValue).toArray();
        Request accepting = statuses.length == 0 ? request : request.acceptStatus(statuses);
        return definition.timeout() == null ? accepting : accepting.timeout(definition.timeout());
    }

    private static Request withHeader(Request request, String name, String value, RenderContext scope) {
        try {
            return request.addHeader(name, value);
        } catch (InvalidDefinitionException e) {
            unencodable("header " + name, e, scope);
            return request;
        }
    }

    private static void unencodable(String part, InvalidDefinitionException e, RenderContext scope) {
        for (String problem : e.problems()) {
            scope.problems()
                    .add(TemplateProblem.of(SourceLocation.of(part), TemplateProblem.Code.UNENCODABLE, null, problem));
        }
    }

    /**
     * Says what it does.
     *
     * @return name and method
     */
    @Override
    public String toString() {
        return "\"" + definition.name() + "\" " + definition.method();
    }
}
